// IPv4 addresses, routes, and where a tunnel sends what it does not know.
#pragma once

#include <set>
#include <string>

#include "network/bridge/links.hpp"

namespace welkin::network {

/// The link's addresses with their prefixes: `10.1.1.1/24`.
std::set<std::string> addresses_of(Netlink& netlink, const Link& link);
/// Whether this machine is reached by it: any IPv4 address counts, and any IPv6 address beyond the link's own.
bool carries_addresses(Netlink& netlink, const Link& link);
/// One that is there already counts as added.
void add_address(Netlink& netlink, const Link& link, const std::string& address_and_prefix);
void remove_address(Netlink& netlink, const Link& link, const std::string& address_and_prefix);

/// Replaces the namespace's default route. The gateway need not lie in a prefix of the link.
void set_default_route(Netlink& netlink, const Link& link, const std::string& gateway);
void remove_default_route(Netlink& netlink);
/// The default route's gateway; empty when there is none.
std::string default_gateway(Netlink& netlink);

/// Whatever has no better route to the range goes nowhere.
void add_unreachable(Netlink& netlink, const std::string& cidr);
void remove_unreachable(Netlink& netlink, const std::string& cidr);

/// The tunnel ends to which a vxlan sends broadcasts and what it does not know.
std::set<std::string> tunnel_peers(Netlink& netlink, const Link& vxlan);
void add_tunnel_peer(Netlink& netlink, const Link& vxlan, const std::string& peer);
void remove_tunnel_peer(Netlink& netlink, const Link& vxlan, const std::string& peer);

}  // namespace welkin::network
