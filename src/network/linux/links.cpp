// Links, addresses and routes by libnl.
#include "network/linux/links.hpp"

#include <fmt/format.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/bridge.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/link/vxlan.h>
#include <netlink/route/neighbour.h>
#include <netlink/route/route.h>

#include <memory>

#include "base/error.hpp"

namespace welkin::network {

namespace {
constexpr std::uint32_t last_resort = 4'000'000;  // a metric no other route has
constexpr int vxlan_port = 4789;                  // RFC 7348

void check(int code, const std::string& what, int harmless = 0) {
  if (code >= 0 || code == -harmless) return;
  throw Error(Fault::internal, fmt::format("The host's network refuses to {}.", what), {}, nl_geterror(code));
}

template <class T, void (*Free)(T*)>
struct Put {
  void operator()(T* thing) const { Free(thing); }
};
using KernelLink = std::unique_ptr<rtnl_link, Put<rtnl_link, rtnl_link_put>>;
using KernelAddress = std::unique_ptr<rtnl_addr, Put<rtnl_addr, rtnl_addr_put>>;
using Numbers = std::unique_ptr<nl_addr, Put<nl_addr, nl_addr_put>>;
using Route = std::unique_ptr<rtnl_route, Put<rtnl_route, rtnl_route_put>>;
using Neighbour = std::unique_ptr<rtnl_neigh, Put<rtnl_neigh, rtnl_neigh_put>>;

Numbers numbers_of(const std::string& text, int family = AF_INET) {
  nl_addr* out = nullptr;
  check(nl_addr_parse(text.c_str(), family, &out), "read the address " + text);
  return Numbers(out);
}

KernelLink found(nl_sock* socket, const std::string& name) {
  rtnl_link* link = nullptr;
  check(rtnl_link_get_kernel(socket, 0, name.c_str(), &link), "find the link " + name);
  return KernelLink(link);
}

Route unreachable_route(const std::string& network) {
  Route route(rtnl_route_alloc());
  const auto to = numbers_of(network);
  rtnl_route_set_family(route.get(), AF_INET);
  rtnl_route_set_dst(route.get(), to.get());
  rtnl_route_set_type(route.get(), RTN_UNREACHABLE);
  rtnl_route_set_scope(route.get(), RT_SCOPE_UNIVERSE);
  rtnl_route_set_table(route.get(), RT_TABLE_MAIN);
  rtnl_route_set_priority(route.get(), last_resort);
  return route;
}

KernelAddress address_on(int index, const std::string& text) {
  KernelAddress address(rtnl_addr_alloc());
  const auto local = numbers_of(text);
  rtnl_addr_set_ifindex(address.get(), index);
  check(rtnl_addr_set_local(address.get(), local.get()), "use the address " + text);
  return address;
}
}  // namespace

Links::Links() : socket_(nl_socket_alloc()) { check(nl_connect(socket_, NETLINK_ROUTE), "open rtnetlink"); }
Links::~Links() { nl_socket_free(socket_); }

int Links::index_of(const std::string& name) {
  rtnl_link* link = nullptr;
  if (rtnl_link_get_kernel(socket_, 0, name.c_str(), &link) < 0) return 0;
  const KernelLink kept(link);
  return rtnl_link_get_ifindex(link);
}

std::vector<std::string> Links::names() {
  nl_cache* cache = nullptr;
  check(rtnl_link_alloc_cache(socket_, AF_UNSPEC, &cache), "list its links");
  std::vector<std::string> out;
  for (auto* at = nl_cache_get_first(cache); at; at = nl_cache_get_next(at)) out.emplace_back(rtnl_link_get_name(reinterpret_cast<rtnl_link*>(at)));
  nl_cache_free(cache);
  return out;
}

void Links::ensure_bridge(const std::string& name) {
  if (!index_of(name)) check(rtnl_link_bridge_add(socket_, name.c_str()), "make the bridge " + name, NLE_EXIST);
}

void Links::ensure_veth(const std::string& name, const std::string& peer, int peer_namespace, const std::string& peer_mac) {
  if (index_of(name)) return;
  const KernelLink link(rtnl_link_veth_alloc());
  rtnl_link_set_name(link.get(), name.c_str());
  const KernelLink other(rtnl_link_veth_get_peer(link.get()));
  rtnl_link_set_name(other.get(), peer.c_str());
  rtnl_link_set_ns_fd(other.get(), peer_namespace);
  const auto mac = numbers_of(peer_mac, AF_LLC);
  rtnl_link_set_addr(other.get(), mac.get());
  check(rtnl_link_add(socket_, link.get(), NLM_F_CREATE | NLM_F_EXCL), "make the link " + name, NLE_EXIST);
}

void Links::ensure_vxlan(const std::string& name, std::int64_t vni, const std::string& local, const std::vector<std::string>& peers) {
  if (!index_of(name)) {
    const KernelLink link(rtnl_link_vxlan_alloc());
    rtnl_link_set_name(link.get(), name.c_str());
    rtnl_link_vxlan_set_id(link.get(), std::uint32_t(vni));
    rtnl_link_vxlan_set_port(link.get(), vxlan_port);
    const auto address = numbers_of(local);
    rtnl_link_vxlan_set_local(link.get(), address.get());
    check(rtnl_link_add(socket_, link.get(), NLM_F_CREATE | NLM_F_EXCL), "make the tunnel " + name, NLE_EXIST);
  }
  const auto everyone = numbers_of("00:00:00:00:00:00", AF_LLC);
  for (const auto& peer : peers) {
    const Neighbour entry(rtnl_neigh_alloc());
    const auto address = numbers_of(peer);
    rtnl_neigh_set_ifindex(entry.get(), index_of(name));
    rtnl_neigh_set_family(entry.get(), AF_BRIDGE);
    rtnl_neigh_set_lladdr(entry.get(), everyone.get());
    rtnl_neigh_set_dst(entry.get(), address.get());
    rtnl_neigh_set_state(entry.get(), NUD_PERMANENT | NUD_NOARP);
    rtnl_neigh_set_flags(entry.get(), NTF_SELF);
    check(rtnl_neigh_add(socket_, entry.get(), NLM_F_CREATE | NLM_F_APPEND), "add a peer to the tunnel " + name, NLE_EXIST);
  }
}

void Links::set_master(const std::string& name, const std::string& bridge) {
  const int master = index_of(bridge);
  if (master == 0) throw Error(Fault::missing, fmt::format("There is no bridge {} on the host.", bridge), bridge);
  const auto link = found(socket_, name);
  if (rtnl_link_get_master(link.get()) == master) return;
  check(rtnl_link_enslave_ifindex(socket_, master, rtnl_link_get_ifindex(link.get())), "join " + name + " to " + bridge);
}

void Links::set_up(const std::string& name, int mtu) {
  const auto link = found(socket_, name);
  const bool up = rtnl_link_get_flags(link.get()) & IFF_UP;
  if (up && (mtu == 0 || int(rtnl_link_get_mtu(link.get())) == mtu)) return;
  const KernelLink change(rtnl_link_alloc());
  rtnl_link_set_flags(change.get(), IFF_UP);
  if (mtu) rtnl_link_set_mtu(change.get(), unsigned(mtu));
  check(rtnl_link_change(socket_, link.get(), change.get(), 0), "bring up " + name);
}

void Links::remove(const std::string& name) {
  if (!index_of(name)) return;
  const auto link = found(socket_, name);
  check(rtnl_link_delete(socket_, link.get()), "remove the link " + name, NLE_NODEV);
}

void Links::ensure_address(const std::string& name, const std::string& text) {
  check(rtnl_addr_add(socket_, address_on(index_of(name), text).get(), 0), "add the address " + text + " to " + name, NLE_EXIST);
}
void Links::remove_address(const std::string& name, const std::string& text) {
  check(rtnl_addr_delete(socket_, address_on(index_of(name), text).get(), 0), "remove the address " + text + " from " + name, NLE_NOADDR);
}

std::vector<std::string> Links::addresses(const std::string& name) {
  nl_cache* cache = nullptr;
  check(rtnl_addr_alloc_cache(socket_, &cache), "list its addresses");
  std::vector<std::string> out;
  const int index = index_of(name);
  for (auto* at = nl_cache_get_first(cache); at; at = nl_cache_get_next(at)) {
    auto* address = reinterpret_cast<rtnl_addr*>(at);
    if (rtnl_addr_get_ifindex(address) != index || rtnl_addr_get_family(address) != AF_INET) continue;
    char text[64];
    out.emplace_back(nl_addr2str(rtnl_addr_get_local(address), text, sizeof text));
  }
  nl_cache_free(cache);
  return out;
}

void Links::set_default_route(const std::string& gateway, const std::string& name) {
  const Route route(rtnl_route_alloc());
  const auto everywhere = numbers_of("0.0.0.0/0");
  const auto next = numbers_of(gateway);
  auto* hop = rtnl_route_nh_alloc();
  rtnl_route_nh_set_gateway(hop, next.get());
  rtnl_route_nh_set_ifindex(hop, index_of(name));
  rtnl_route_set_family(route.get(), AF_INET);
  rtnl_route_set_dst(route.get(), everywhere.get());
  rtnl_route_add_nexthop(route.get(), hop);
  check(rtnl_route_add(socket_, route.get(), NLM_F_CREATE | NLM_F_REPLACE), "route by " + gateway);
}

void Links::ensure_unreachable(const std::string& network) {
  check(rtnl_route_add(socket_, unreachable_route(network).get(), NLM_F_CREATE | NLM_F_EXCL), "close the way to " + network, NLE_EXIST);
}
void Links::remove_unreachable(const std::string& network) {
  rtnl_route_delete(socket_, unreachable_route(network).get(), 0);
}

}  // namespace welkin::network
