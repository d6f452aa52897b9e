// A router's two links: from its namespace to the guest network and to the outside.
#pragma once

#include <string>
#include <vector>

#include "network/bridge/host_network.hpp"
#include "network/bridge/links.hpp"
#include "network/fabric.hpp"

namespace welkin::network {

/// Makes the links and joins their host's ends to the bridges; `before` is the spec whose links they were.
/// `space` is the router's namespace.
void set_host_ends(const RouterSpec& spec, const RouterSpec& before, const HostNetwork& host, int space);
/// In the router's namespace: addresses, routes, and neighbours that are told of new addresses.
void set_inner_ends(const RouterSpec& spec);
/// Removes a link of this cloud; another's, or an absent one, is left alone. Answers whether there was one.
bool remove_own_link(Netlink& netlink, const std::string& name, const HostNetwork& host);
/// What is wrong with the links as the host sees them.
void find_link_ailments(const RouterSpec& spec, std::vector<std::string>& ailments);

}  // namespace welkin::network
