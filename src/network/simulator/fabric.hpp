// A network without links: segments, routers and guards are entries of a map, kept as they were wished.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "network/departed.hpp"
#include "network/fabric.hpp"

namespace welkin::network::simulator {

/// Called before each verb with its name; what it throws, the verb throws, and nothing has happened.
using Before = std::function<void(std::string_view verb)>;

/// Everything there is, for comparing one world with another.
struct World {
  FIELDS(World,
    (std::vector<OutsideSpec>, outsides, "By bridge."),
    (std::vector<SegmentSpec>, segments, "By bridge."),
    (std::vector<RouterSpec>, routers, "By name."),
    (std::vector<GuardSpec>, guards, "By instance; only those that guard something."))
};

/// Follows the rules of the real fabric: a router needs its bridges, no bridge is two networks, no tunnel
/// carries another's identifier. Takes no time; safe to use from many threads.
class Fabric final : public network::Fabric {
 public:
  explicit Fabric(Before before = {});

  Nothing ensure_outside(const OutsideSpec&) override;
  Nothing ensure_segment(const SegmentSpec&) override;
  Nothing remove_segment(const SegmentName&) override;
  RouterSeen ensure_router(const RouterSpec&) override;
  Nothing remove_router(const RouterName&) override;
  /// An absent router is not running, and that is its ailment.
  RouterSeen look_at_router(const RouterName&) override;
  Nothing guard(const GuardSpec&) override;
  FabricSeen look(const Nothing&) override;

  World snapshot() const;
  /// How often each verb changed something; a repeated call that found its work done does not count.
  std::map<std::string, int> effects() const;
  /// The host loses its power: nothing of this outlives it.
  void lose_power();
  /// This router stands, but its servers answer no more, until it is ensured again.
  void break_router(const std::string& name, std::string ailment);

 private:
  std::unique_lock<std::mutex> begin(std::string_view verb) const;
  bool bridge_exists(const std::string& bridge) const;

  const Before before_;
  mutable std::mutex mutex_;
  std::map<std::string, OutsideSpec> outsides_;
  std::map<std::string, SegmentSpec> segments_;
  std::map<std::string, RouterSpec> routers_;
  std::map<std::string, std::string> ailments_;
  std::map<Uuid, GuardSpec> guards_;
  Departed departed_;
  std::map<std::string, int> effects_;
};

}  // namespace welkin::network::simulator
