// The bridges of one host: guest networks and the outside.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "network/bridge/host_network.hpp"
#include "network/bridge/links.hpp"
#include "network/departed.hpp"
#include "network/fabric.hpp"

namespace welkin::network {

CHOICES(BridgeUse, (segment, "Segment"), (outside, "Outside"))

/// What is remembered of a bridge.
struct KeptBridge {
  FIELDS(KeptBridge, (BridgeUse, use, "What it is for."),
         (bool, made, "Welkin made it, so Welkin may remove it."), (SegmentSpec, segment, "As wished last."),
         (OutsideSpec, outside, "As wished last."),
         (bool, uplink_was_down, "Before it was joined: so it is left."))
};

/// Safe to use from many threads.
class Bridges {
 public:
  /// Puts the rules for the bridges that are known back in force.
  explicit Bridges(HostNetwork host);

  void ensure_outside(const OutsideSpec& spec);
  void ensure_segment(const SegmentSpec& spec);
  /// `check` throws when something that this class does not know still needs the bridge.
  void remove_segment(const SegmentName& name, const std::function<void()>& check);
  /// Throws `missing` when no such bridge is on this host.
  void need(const std::string& bridge) const;

  /// Names of those that stand.
  void list(FabricSeen& seen) const;
  /// Removes all of them, their tunnels and their rules.
  void clear();

 private:
  std::string file_of(const std::string& bridge) const;
  void keep_bridge(const std::string& name, const KeptBridge& bridge);
  void forget(const std::string& name);
  void enforce();
  /// Something newer than this revision was wished for.
  bool is_late(const std::string& bridge, std::int64_t revision) const;
  void refuse_other_use(const std::string& bridge, BridgeUse use) const;
  Link raise_bridge(Netlink& netlink, const std::string& name, int mtu, bool adopt, KeptBridge& kept);
  void set_host_only(Netlink& netlink, const Link& bridge, const OutsideSpec& spec,
                     const OutsideSpec& before);
  void set_tunnel(Netlink& netlink, const Link& bridge, const SegmentSpec& spec, const std::string& before);
  void take_down(Netlink& netlink, const std::string& name, const KeptBridge& bridge);

  const HostNetwork host_;
  mutable std::mutex mutex_;
  std::map<std::string, KeptBridge> bridges_;
  Departed departed_;
  std::string rules_;  ///< in force
};

}  // namespace welkin::network
