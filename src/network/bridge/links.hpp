// Network links of one namespace: finding, making, changing and removing them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "network/bridge/netlink.hpp"

namespace welkin::network {

struct Link {
  int index = 0;
  std::string name;
  std::string kind;   ///< bridge, veth, vxlan, ifb, tun …; empty for hardware
  std::string alias;  ///< says whose it is
  std::string mac;
  int master = 0;  ///< index of the bridge it is a port of
  int mtu = 0;
  bool up = false;       ///< somebody wants it up
  bool carrier = false;  ///< and it is
  std::int64_t vni = 0;  ///< of a vxlan
  std::string local;     ///< of a vxlan
};

std::optional<Link> find_link(Netlink& netlink, const std::string& name);
/// Throws `missing` when there is none of this name.
Link need_link(Netlink& netlink, const std::string& name);
std::vector<Link> all_links(Netlink& netlink);

struct NewLink {
  std::string name;
  std::string alias;
  std::string mac;  ///< the kernel chooses when empty
  int mtu = 1500;
};

/// No spanning tree and no delay: a port forwards at once.
void add_bridge(Netlink& netlink, const NewLink& bridge);
void add_ifb(Netlink& netlink, const NewLink& ifb);
/// Learns where others are from what they send, at UDP port 4789.
void add_vxlan(Netlink& netlink, const NewLink& vxlan, std::int64_t vni, const std::string& local);
/// Makes a pair: `here`, and `there` in the namespace that `space` is open on.
void add_veth(Netlink& netlink, const NewLink& here, const NewLink& there, int space);
/// An absent link counts as removed.
void remove_link(Netlink& netlink, const std::string& name);

struct LinkChange {
  std::optional<int> master{};
  std::optional<bool> up{};
  std::optional<int> mtu{};
  std::string mac{};    ///< as it is when empty
  std::string alias{};  ///< as it is when empty
};
void change_link(Netlink& netlink, const Link& link, const LinkChange& change);

/// Makes the link like that, asking the kernel only for what differs.
void adjust_link(Netlink& netlink, const Link& link, const LinkChange& wanted);

}  // namespace welkin::network
