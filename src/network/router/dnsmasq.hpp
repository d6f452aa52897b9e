// A router's DHCP and DNS server.
#pragma once

#include "network/router/dnsmasq_files.hpp"

namespace welkin::network {

/// Its directory beneath `run_directory` is made by `ensure_dnsmasq`.
DnsmasqPlace dnsmasq_place(const std::string& run_directory, const std::string& router);

/// Starts it in the calling thread's namespace, or tells the one that runs of what has changed. Leases of
/// guests that are no more are given back, so that their addresses can be others'.
void ensure_dnsmasq(const RouterSpec& spec, const DnsmasqPlace& place);
bool dnsmasq_runs(const DnsmasqPlace& place);
/// Ends it and removes its files; an absent one counts as ended.
void end_dnsmasq(const DnsmasqPlace& place);

/// Whether the router needs one.
inline bool needs_dnsmasq(const RouterSpec& spec) { return spec.dhcp || spec.dns_service; }

}  // namespace welkin::network
