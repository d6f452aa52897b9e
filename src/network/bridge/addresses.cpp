// RTM_*ADDR, RTM_*ROUTE and RTM_*NEIGH.
#include "network/bridge/addresses.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "network/bridge/checks.hpp"

namespace welkin::network {
namespace {

constexpr std::uint32_t last_resort = 4096;  // metric: any other route is better
constexpr std::uint8_t our_routes = 87;      // rtm_protocol: says in `ip route` who made them
constexpr std::array<unsigned char, 6> every_mac{};

std::string ipv4_text(const nlattr* attribute) {
  char text[INET_ADDRSTRLEN] = "";
  if (!attribute || nla_len(attribute) != 4) return {};
  return ::inet_ntop(AF_INET, nla_data(attribute), text, sizeof text);
}

std::string address_in(std::string_view address_and_prefix) {
  return std::string(address_and_prefix.substr(0, address_and_prefix.find('/')));
}

/// RTM_NEWADDR or RTM_DELADDR; answers the error number.
int change_address(Netlink& netlink, int type, int flags, const Link& link, const std::string& address) {
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  header.ifa_prefixlen = std::uint8_t(prefix_of(address));
  header.ifa_index = unsigned(link.index);
  NetlinkMessage message(type, flags | NLM_F_ACK, header);
  message.ipv4(IFA_LOCAL, address_in(address));
  message.ipv4(IFA_ADDRESS, address_in(address));
  return netlink.try_ask(message);
}

[[noreturn]] void fail(Netlink& netlink, int code, std::string doing) {
  throw Error(Fault::internal, fmt::format("This host could not {}.", doing), {},
              fmt::format("{}: {}", std::strerror(code), netlink.words()));
}

rtmsg route_header(std::uint8_t type) {
  rtmsg header{};
  header.rtm_family = AF_INET;
  header.rtm_table = RT_TABLE_MAIN;
  header.rtm_protocol = our_routes;
  header.rtm_scope = RT_SCOPE_UNIVERSE;
  header.rtm_type = type;
  return header;
}

void change_unreachable(Netlink& netlink, int type, int flags, const std::string& cidr, int harmless) {
  auto header = route_header(RTN_UNREACHABLE);
  header.rtm_dst_len = std::uint8_t(prefix_of(cidr));
  NetlinkMessage message(type, flags | NLM_F_ACK, header);
  message.ipv4(RTA_DST, address_in(cidr));
  message.value(RTA_PRIORITY, last_resort);
  if (const int code = netlink.try_ask(message); code != 0 && code != harmless)
    fail(netlink, code, "keep " + cidr + " from leaving by other ways");
}

void change_tunnel_peer(Netlink& netlink, int type, int flags, const Link& vxlan, const std::string& peer,
                        int harmless) {
  ndmsg header{};
  header.ndm_family = PF_BRIDGE;
  header.ndm_ifindex = vxlan.index;
  header.ndm_state = NUD_PERMANENT;
  header.ndm_flags = NTF_SELF;
  NetlinkMessage message(type, flags | NLM_F_ACK, header);
  message.value(NDA_LLADDR, every_mac);
  message.ipv4(NDA_DST, peer);
  if (const int code = netlink.try_ask(message); code != 0 && code != harmless)
    fail(netlink, code, fmt::format("join the tunnel {} to {}", vxlan.name, peer));
}

}  // namespace

std::set<std::string> addresses_of(Netlink& netlink, const Link& link) {
  std::set<std::string> out;
  ifaddrmsg header{};
  header.ifa_family = AF_INET;
  const NetlinkMessage message(RTM_GETADDR, NLM_F_DUMP, header);
  netlink.ask(message, "list its addresses", [&](nlmsghdr* answer) {
    const auto* found = static_cast<const ifaddrmsg*>(nlmsg_data(answer));
    if (found->ifa_index != unsigned(link.index)) return;
    if (const auto* local = nlmsg_find_attr(answer, sizeof(ifaddrmsg), IFA_LOCAL))
      out.insert(fmt::format("{}/{}", ipv4_text(local), found->ifa_prefixlen));
  });
  return out;
}

bool carries_addresses(Netlink& netlink, const Link& link) {
  bool found = false;
  const NetlinkMessage message(RTM_GETADDR, NLM_F_DUMP, ifaddrmsg{});
  netlink.ask(message, "list its addresses", [&](nlmsghdr* answer) {
    const auto* seen = static_cast<const ifaddrmsg*>(nlmsg_data(answer));
    if (seen->ifa_index == unsigned(link.index))
      found |= seen->ifa_family == AF_INET || seen->ifa_scope < RT_SCOPE_LINK;
  });
  return found;
}

void add_address(Netlink& netlink, const Link& link, const std::string& address) {
  if (const int code = change_address(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, link, address);
      code != 0 && code != EEXIST)
    fail(netlink, code, fmt::format("give {} the address {}", link.name, address));
}

void remove_address(Netlink& netlink, const Link& link, const std::string& address) {
  if (const int code = change_address(netlink, RTM_DELADDR, 0, link, address);
      code != 0 && code != EADDRNOTAVAIL)
    fail(netlink, code, fmt::format("take the address {} from {}", address, link.name));
}

void set_default_route(Netlink& netlink, const Link& link, const std::string& gateway) {
  auto header = route_header(RTN_UNICAST);
  header.rtm_flags = RTNH_F_ONLINK;
  NetlinkMessage message(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE | NLM_F_ACK, header);
  message.ipv4(RTA_GATEWAY, gateway);
  message.value(RTA_OIF, std::uint32_t(link.index));
  netlink.ask(message, "route to " + gateway);
}

void remove_default_route(Netlink& netlink) {
  const NetlinkMessage message(RTM_DELROUTE, NLM_F_ACK, route_header(RTN_UNICAST));
  if (const int code = netlink.try_ask(message); code != 0 && code != ESRCH)
    fail(netlink, code, "remove a route");
}

std::string default_gateway(Netlink& netlink) {
  std::string out;
  const NetlinkMessage message(RTM_GETROUTE, NLM_F_DUMP, route_header(RTN_UNICAST));
  netlink.ask(message, "list its routes", [&](nlmsghdr* answer) {
    const auto* route = static_cast<const rtmsg*>(nlmsg_data(answer));
    if (route->rtm_dst_len != 0 || route->rtm_table != RT_TABLE_MAIN || route->rtm_type != RTN_UNICAST)
      return;
    out = ipv4_text(nlmsg_find_attr(answer, sizeof(rtmsg), RTA_GATEWAY));
  });
  return out;
}

void add_unreachable(Netlink& netlink, const std::string& cidr) {
  change_unreachable(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, cidr, EEXIST);
}
void remove_unreachable(Netlink& netlink, const std::string& cidr) {
  change_unreachable(netlink, RTM_DELROUTE, 0, cidr, ESRCH);
}

std::set<std::string> tunnel_peers(Netlink& netlink, const Link& vxlan) {
  std::set<std::string> out;
  ndmsg header{};
  header.ndm_family = PF_BRIDGE;
  header.ndm_ifindex = vxlan.index;
  const NetlinkMessage message(RTM_GETNEIGH, NLM_F_DUMP, header);
  netlink.ask(message, "list the ends of a tunnel", [&](nlmsghdr* answer) {
    const auto* found = static_cast<const ndmsg*>(nlmsg_data(answer));
    const auto* mac = nlmsg_find_attr(answer, sizeof(ndmsg), NDA_LLADDR);
    if (found->ndm_ifindex != vxlan.index || !mac || nla_len(mac) != 6) return;
    if (std::memcmp(nla_data(mac), every_mac.data(), 6) != 0) return;
    if (const auto peer = ipv4_text(nlmsg_find_attr(answer, sizeof(ndmsg), NDA_DST)); !peer.empty())
      out.insert(peer);
  });
  return out;
}

void add_tunnel_peer(Netlink& netlink, const Link& vxlan, const std::string& peer) {
  change_tunnel_peer(netlink, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_APPEND, vxlan, peer, EEXIST);
}
void remove_tunnel_peer(Netlink& netlink, const Link& vxlan, const std::string& peer) {
  change_tunnel_peer(netlink, RTM_DELNEIGH, 0, vxlan, peer, ENOENT);
}

}  // namespace welkin::network
