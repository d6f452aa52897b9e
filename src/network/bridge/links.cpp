// RTM_GETLINK, RTM_NEWLINK and RTM_DELLINK.
#include "network/bridge/links.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <cerrno>

#include "base/error.hpp"

namespace welkin::network {
namespace {

constexpr std::uint16_t vxlan_port = 4789;  // IANA's, RFC 7348

ifinfomsg header_of(int index = 0) {
  ifinfomsg header{};
  header.ifi_family = AF_UNSPEC;
  header.ifi_index = index;
  return header;
}

std::string text_of(const nlattr* attribute) {
  return attribute ? std::string(nla_get_string(const_cast<nlattr*>(attribute))) : std::string();
}

std::string mac_text(const nlattr* attribute) {
  if (!attribute || nla_len(attribute) != 6) return {};
  const auto* b = static_cast<const unsigned char*>(nla_data(attribute));
  return fmt::format("{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", b[0], b[1], b[2], b[3], b[4], b[5]);
}

void read_vxlan(nlattr* details, Link& link) {
  nlattr* a[IFLA_VXLAN_MAX + 1] = {};
  if (!details || nla_parse_nested(a, IFLA_VXLAN_MAX, details, nullptr) < 0) return;
  if (a[IFLA_VXLAN_ID]) link.vni = nla_get_u32(a[IFLA_VXLAN_ID]);
  char text[INET_ADDRSTRLEN] = "";
  if (a[IFLA_VXLAN_LOCAL])
    link.local = ::inet_ntop(AF_INET, nla_data(a[IFLA_VXLAN_LOCAL]), text, sizeof text);
}

Link link_of(nlmsghdr* message) {
  nlattr* a[IFLA_MAX + 1] = {};
  Link link;
  if (nlmsg_parse(message, sizeof(ifinfomsg), a, IFLA_MAX, nullptr) < 0) return link;
  const auto* header = static_cast<const ifinfomsg*>(nlmsg_data(message));
  link.index = header->ifi_index;
  link.up = header->ifi_flags & IFF_UP;
  link.carrier = header->ifi_flags & IFF_LOWER_UP;
  link.name = text_of(a[IFLA_IFNAME]);
  link.alias = text_of(a[IFLA_IFALIAS]);
  link.mac = mac_text(a[IFLA_ADDRESS]);
  if (a[IFLA_MASTER]) link.master = int(nla_get_u32(a[IFLA_MASTER]));
  if (a[IFLA_MTU]) link.mtu = int(nla_get_u32(a[IFLA_MTU]));
  nlattr* details[IFLA_INFO_MAX + 1] = {};
  if (a[IFLA_LINKINFO] && nla_parse_nested(details, IFLA_INFO_MAX, a[IFLA_LINKINFO], nullptr) == 0) {
    link.kind = text_of(details[IFLA_INFO_KIND]);
    if (link.kind == "vxlan") read_vxlan(details[IFLA_INFO_DATA], link);
  }
  return link;
}

void put_link(NetlinkMessage& message, const NewLink& link) {
  message.text(IFLA_IFNAME, link.name);
  message.value(IFLA_MTU, std::uint32_t(link.mtu));
  if (!link.mac.empty()) message.mac(IFLA_ADDRESS, link.mac);
}

/// Makes a link of a kind whose own attributes `details` puts.
void add_link(Netlink& netlink, std::string_view kind, const NewLink& link,
              const std::function<void(NetlinkMessage&)>& details) {
  NetlinkMessage message(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK, header_of());
  put_link(message, link);
  message.nest(IFLA_LINKINFO, [&] {
    message.text(IFLA_INFO_KIND, kind);
    message.nest(IFLA_INFO_DATA, [&] { details(message); });
  });
  netlink.ask(message, fmt::format("make the {} {}", kind, link.name));
  // The kernel takes no alias together with a new link.
  if (!link.alias.empty()) change_link(netlink, need_link(netlink, link.name), {.alias = link.alias});
}

}  // namespace

std::optional<Link> find_link(Netlink& netlink, const std::string& name) {
  NetlinkMessage message(RTM_GETLINK, NLM_F_ACK, header_of());
  message.text(IFLA_IFNAME, name);
  std::optional<Link> found;
  const int code = netlink.try_ask(message, [&](nlmsghdr* answer) { found = link_of(answer); });
  if (code != 0 && code != ENODEV) netlink.ask(message, "look for the link " + name);
  return found;
}

Link need_link(Netlink& netlink, const std::string& name) {
  auto found = find_link(netlink, name);
  if (!found)
    throw Error(Fault::missing, fmt::format("There is no network link {} on this host.", name), name);
  return *std::move(found);
}

std::vector<Link> all_links(Netlink& netlink) {
  std::vector<Link> links;
  const NetlinkMessage message(RTM_GETLINK, NLM_F_DUMP, header_of());
  netlink.ask(message, "list its links", [&](nlmsghdr* answer) { links.push_back(link_of(answer)); });
  return links;
}

void add_bridge(Netlink& netlink, const NewLink& bridge) {
  add_link(netlink, "bridge", bridge, [](NetlinkMessage& message) {
    message.value(IFLA_BR_STP_STATE, std::uint32_t(0));
    message.value(IFLA_BR_FORWARD_DELAY, std::uint32_t(0));
    // Without it guests' neighbours vanish from multicast groups that nobody on a bridge without a router
    // asks for.
    message.value(IFLA_BR_MCAST_SNOOPING, std::uint8_t(0));
  });
}

void add_ifb(Netlink& netlink, const NewLink& ifb) {
  add_link(netlink, "ifb", ifb, [](NetlinkMessage&) {});
}

void add_vxlan(Netlink& netlink, const NewLink& vxlan, std::int64_t vni, const std::string& local) {
  add_link(netlink, "vxlan", vxlan, [&](NetlinkMessage& message) {
    message.value(IFLA_VXLAN_ID, std::uint32_t(vni));
    message.ipv4(IFLA_VXLAN_LOCAL, local);
    message.value(IFLA_VXLAN_PORT, htons(vxlan_port));
    message.value(IFLA_VXLAN_LEARNING, std::uint8_t(1));
  });
}

void add_veth(Netlink& netlink, const NewLink& here, const NewLink& there, int space) {
  add_link(netlink, "veth", here, [&](NetlinkMessage& message) {
    message.nest(VETH_INFO_PEER, [&] {
      const auto header = header_of();
      message.append(&header, sizeof header);
      put_link(message, there);
      message.value(IFLA_NET_NS_FD, std::uint32_t(space));
    });
  });
}

void remove_link(Netlink& netlink, const std::string& name) {
  NetlinkMessage message(RTM_DELLINK, NLM_F_ACK, header_of());
  message.text(IFLA_IFNAME, name);
  const int code = netlink.try_ask(message);
  if (code != 0 && code != ENODEV) netlink.ask(message, "remove the link " + name);
}

void change_link(Netlink& netlink, const Link& link, const LinkChange& change) {
  auto header = header_of(link.index);
  if (change.up) {
    header.ifi_change = IFF_UP;
    header.ifi_flags = *change.up ? IFF_UP : 0;
  }
  NetlinkMessage message(RTM_NEWLINK, NLM_F_ACK, header);
  if (change.master) message.value(IFLA_MASTER, std::uint32_t(*change.master));
  if (change.mtu) message.value(IFLA_MTU, std::uint32_t(*change.mtu));
  if (!change.mac.empty()) message.mac(IFLA_ADDRESS, change.mac);
  if (!change.alias.empty()) message.text(IFLA_IFALIAS, change.alias);
  netlink.ask(message, "change the link " + link.name);
}

void adjust_link(Netlink& netlink, const Link& link, const LinkChange& wanted) {
  LinkChange change = wanted;
  if (change.master == link.master) change.master.reset();
  if (change.up == link.up) change.up.reset();
  if (change.mtu == link.mtu) change.mtu.reset();
  if (change.mac == link.mac) change.mac.clear();
  if (change.alias == link.alias) change.alias.clear();
  if (change.master || change.up || change.mtu || !change.mac.empty() || !change.alias.empty())
    change_link(netlink, link, change);
}

}  // namespace welkin::network
