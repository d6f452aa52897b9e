// dnsmasq, one for each router: DHCP and DNS for its guests.
#pragma once

#include <string>

#include "network/fabric.hpp"

namespace welkin::network {

/// Brings a router's dnsmasq to this state: starts it in the calling thread's namespace, or has it read its files again.
/// `directory`: where its files lie.
void ensure_name_server(const RouterSpec& spec, const std::string& directory);
/// Ends it, if it runs.
void end_name_server(const std::string& directory);
bool name_server_runs(const std::string& directory);

/// Its files, as texts.
std::string render_name_server(const RouterSpec& spec, const std::string& directory);
std::string render_leases(const RouterSpec& spec);
std::string render_names(const RouterSpec& spec);

}  // namespace welkin::network
