// veth pairs: one end on a bridge of the host, the other in the router.
#include "network/router/router_links.hpp"

#include <fmt/format.h>

#include <set>

#include "network/bridge/addresses.hpp"
#include "network/bridge/checks.hpp"
#include "network/bridge/namespaces.hpp"
#include "network/router/announcement.hpp"
#include "network/router/ruleset.hpp"

namespace welkin::network {
namespace {

constexpr int outer_mtu = 1500;

struct RouterEnd {
  std::string link, bridge, mac, inside;
  int mtu;
};

RouterEnd guest_end(const RouterSpec& spec) {
  return {spec.guest_link, spec.guest_bridge, spec.guest_mac, std::string(inner_name), spec.mtu};
}
RouterEnd public_end(const RouterSpec& spec) {
  return {spec.public_link, spec.public_bridge, spec.public_mac, std::string(outer_name), outer_mtu};
}

void set_host_end(Netlink& netlink, const RouterEnd& end, const HostNetwork& host, int space) {
  auto link = find_link(netlink, end.link);
  if (link && link->alias != host.alias())
    throw Error(Fault::conflict,
                fmt::format("The link {} on this host was not made by this cloud.", end.link), end.link);
  if (!link) {
    add_veth(netlink, {end.link, host.alias(), {}, end.mtu}, {end.inside, {}, end.mac, end.mtu}, space);
    link = need_link(netlink, end.link);
  }
  quiet_link(end.link);
  const auto bridge = need_link(netlink, end.bridge);
  adjust_link(netlink, *link, {.master = bridge.index, .up = true, .mtu = end.mtu});
}

/// First what is new, then what is old: a link without any address would lose its routes.
void set_addresses(Netlink& netlink, const Link& link, const std::set<std::string>& wanted) {
  const auto present = addresses_of(netlink, link);
  for (const auto& address : wanted)
    if (!present.contains(address)) add_address(netlink, link, address);
  for (const auto& address : present)
    if (!wanted.contains(address)) remove_address(netlink, link, address);
  for (const auto& address : wanted)
    if (!present.contains(address)) announce(link.name, address.substr(0, address.find('/')), link.mac);
}

void set_inner_end(Netlink& netlink, const RouterEnd& end, const std::set<std::string>& addresses) {
  adjust_link(netlink, need_link(netlink, end.inside), {.up = true, .mtu = end.mtu, .mac = end.mac});
  set_addresses(netlink, need_link(netlink, end.inside), addresses);
}

void find_end_ailments(Netlink& netlink, const RouterEnd& end, std::string_view which,
                       std::vector<std::string>& ailments) {
  const auto link = find_link(netlink, end.link);
  const auto bridge = find_link(netlink, end.bridge);
  if (!link)
    ailments.push_back(fmt::format("the {} link {} is missing", which, end.link));
  else if (!link->up || !link->carrier)
    ailments.push_back(fmt::format("the {} link {} is down", which, end.link));
  if (!bridge)
    ailments.push_back(fmt::format("the bridge {} is missing", end.bridge));
  else if (!bridge->up)
    ailments.push_back(fmt::format("the bridge {} is down", end.bridge));
  else if (link && link->master != bridge->index)
    ailments.push_back(fmt::format("the {} link {} is not on bridge {}", which, end.link, end.bridge));
}

}  // namespace

void set_host_ends(const RouterSpec& spec, const RouterSpec& before, const HostNetwork& host, int space) {
  Netlink netlink;
  for (const auto& old : {before.guest_link, before.public_link})
    if (!old.empty() && old != spec.guest_link && (old != spec.public_link || spec.public_bridge.empty()))
      remove_own_link(netlink, old, host);
  set_host_end(netlink, guest_end(spec), host, space);
  if (!spec.public_bridge.empty()) set_host_end(netlink, public_end(spec), host, space);
}

void set_inner_ends(const RouterSpec& spec) {
  Netlink netlink;
  const auto loopback = need_link(netlink, "lo");
  adjust_link(netlink, loopback, {.up = true});
  add_address(netlink, loopback, fmt::format("{}/32", metadata_address));
  set_inner_end(netlink, guest_end(spec), {fmt::format("{}/{}", spec.gateway, prefix_of(spec.cidr))});
  if (spec.public_bridge.empty()) return;
  std::set<std::string> addresses;
  for (const auto& address : spec.public_addresses)
    addresses.insert(fmt::format("{}/{}", address.address, address.prefix));
  set_inner_end(netlink, public_end(spec), addresses);
  if (spec.public_gateway.empty() || addresses.empty()) return remove_default_route(netlink);
  if (default_gateway(netlink) != spec.public_gateway)
    set_default_route(netlink, need_link(netlink, std::string(outer_name)), spec.public_gateway);
}

bool remove_own_link(Netlink& netlink, const std::string& name, const HostNetwork& host) {
  const auto link = name.empty() ? std::nullopt : find_link(netlink, name);
  if (!link || link->alias != host.alias()) return false;
  remove_link(netlink, name);
  return true;
}

void find_link_ailments(const RouterSpec& spec, std::vector<std::string>& ailments) {
  Netlink netlink;
  find_end_ailments(netlink, guest_end(spec), "inner", ailments);
  if (!spec.public_bridge.empty()) find_end_ailments(netlink, public_end(spec), "outer", ailments);
}

}  // namespace welkin::network
