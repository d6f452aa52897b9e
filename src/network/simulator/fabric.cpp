// The simulated fabric's rules.
#include "network/simulator/fabric.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace welkin::network::simulator {
namespace {

/// Linux' own limit for the names of links.
void check_link(const std::string& name, std::string_view field) {
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._-").contains(c);
  });
  if (name.empty() || name.size() > 15 || !plain)
    throw Error(Fault::invalid, fmt::format("'{}' cannot be the name of a network link.", name),
                std::string(field));
}

template <class Map>
auto values(const Map& map) {
  std::vector<typename Map::mapped_type> found;
  for (const auto& [key, value] : map) found.push_back(value);
  return found;
}

/// Keeps `spec` under `key`; answers whether that changed anything but its revision.
template <class Map, class Spec>
bool keep(Map& map, const typename Map::key_type& key, const Spec& spec) {
  auto [entry, made] = map.try_emplace(key, spec);
  if constexpr (requires { spec.revision; }) entry->second.revision = spec.revision;
  if (made || entry->second != spec) {
    entry->second = spec;
    return true;
  }
  return false;
}

/// Something newer than this wish is there already.
template <class Map, class Wish>
bool is_late(const Map& map, const typename Map::key_type& key, const Wish& wish) {
  const auto known = map.find(key);
  return known != map.end() && wish.revision != 0 && wish.revision < known->second.revision;
}

}  // namespace

Fabric::Fabric(Before before) : before_(std::move(before)) {}

std::unique_lock<std::mutex> Fabric::begin(std::string_view verb) const {
  if (before_) before_(verb);
  return std::unique_lock(mutex_);
}

bool Fabric::bridge_exists(const std::string& bridge) const {
  return segments_.contains(bridge) || outsides_.contains(bridge);
}

Nothing Fabric::ensure_outside(const OutsideSpec& spec) {
  const auto turn = begin("ensure_outside");
  check_link(spec.bridge, "bridge");
  if (segments_.contains(spec.bridge))
    throw Error(Fault::conflict, fmt::format("Bridge {} belongs to a guest network.", spec.bridge), "bridge");
  if (keep(outsides_, spec.bridge, spec)) ++effects_["ensure_outside"];
  return {};
}

Nothing Fabric::ensure_segment(const SegmentSpec& spec) {
  const auto turn = begin("ensure_segment");
  check_link(spec.bridge, "bridge");
  if (!spec.tunnel.empty()) check_link(spec.tunnel, "tunnel");
  if (!spec.tunnel.empty() && (spec.vni < 1 || spec.vni >= 1 << 24))
    throw Error(Fault::invalid, fmt::format("{} is no VXLAN network identifier.", spec.vni), "vni");
  if (outsides_.contains(spec.bridge))
    throw Error(Fault::conflict, fmt::format("Bridge {} belongs to the outside.", spec.bridge), "bridge");
  for (const auto& [bridge, other] : segments_)
    if (bridge != spec.bridge && !spec.tunnel.empty() &&
        (other.tunnel == spec.tunnel || other.vni == spec.vni))
      throw Error(Fault::conflict, fmt::format("The tunnel {} belongs to another network.", other.tunnel),
                  "tunnel");
  if (is_late(segments_, spec.bridge, spec) || departed_.is_late(spec.bridge, spec.revision)) return {};
  if (keep(segments_, spec.bridge, spec)) ++effects_["ensure_segment"];
  return {};
}

Nothing Fabric::remove_segment(const SegmentName& name) {
  const auto turn = begin("remove_segment");
  if (is_late(segments_, name.bridge, name)) return {};
  for (const auto& [router, spec] : routers_)
    if (spec.guest_bridge == name.bridge)
      throw Error(Fault::in_use,
                  fmt::format("Router {} is still on bridge {}; remove it first.", router, name.bridge),
                  "bridge");
  departed_.note(name.bridge, name.revision);
  if (segments_.erase(name.bridge) > 0) ++effects_["remove_segment"];
  return {};
}

RouterSeen Fabric::ensure_router(const RouterSpec& spec) {
  const auto turn = begin("ensure_router");
  check_link(spec.name, "name");
  check_link(spec.guest_link, "guest_link");
  if (!spec.public_bridge.empty()) check_link(spec.public_link, "public_link");
  for (const auto& bridge : {spec.guest_bridge, spec.public_bridge})
    if (!bridge.empty() && !bridge_exists(bridge))
      throw Error(Fault::missing,
                  fmt::format("Bridge {} is not on this host; make its network first.", bridge), "bridge");
  if (is_late(routers_, spec.name, spec) || departed_.is_late(spec.name, spec.revision)) return {true, {}};
  if (keep(routers_, spec.name, spec) || ailments_.contains(spec.name)) ++effects_["ensure_router"];
  ailments_.erase(spec.name);
  return {true, {}};
}

Nothing Fabric::remove_router(const RouterName& name) {
  const auto turn = begin("remove_router");
  if (is_late(routers_, name.name, name)) return {};
  departed_.note(name.name, name.revision);
  if (routers_.erase(name.name) > 0) ++effects_["remove_router"];
  ailments_.erase(name.name);
  return {};
}

RouterSeen Fabric::look_at_router(const RouterName& name) {
  const auto turn = begin("look_at_router");
  if (!routers_.contains(name.name)) return {false, {"there is no such router"}};
  if (const auto ailment = ailments_.find(name.name); ailment != ailments_.end())
    return {false, {ailment->second}};
  return {true, {}};
}

Nothing Fabric::guard(const GuardSpec& spec) {
  const auto turn = begin("guard");
  if (!spec.instance) throw Error(Fault::invalid, "A guard needs its instance.", "instance");
  for (const auto& nic : spec.nics) check_link(nic.tap, "tap");
  const bool changed =
      spec.nics.empty() ? guards_.erase(spec.instance) > 0 : keep(guards_, spec.instance, spec);
  if (changed) ++effects_["guard"];
  return {};
}

FabricSeen Fabric::look(const Nothing&) {
  const auto turn = begin("look");
  FabricSeen seen;
  for (const auto& [bridge, spec] : outsides_) seen.bridges.push_back(bridge);
  for (const auto& [bridge, spec] : segments_) {
    seen.bridges.push_back(bridge);
    if (!spec.tunnel.empty()) seen.tunnels.push_back(spec.tunnel);
  }
  for (const auto& [name, spec] : routers_) seen.routers.push_back(name);
  for (const auto& [instance, spec] : guards_) seen.guarded.push_back(instance);
  return seen;
}

World Fabric::snapshot() const {
  const std::lock_guard lock(mutex_);
  return {values(outsides_), values(segments_), values(routers_), values(guards_)};
}

std::map<std::string, int> Fabric::effects() const {
  const std::lock_guard lock(mutex_);
  return effects_;
}

void Fabric::lose_power() {
  const std::lock_guard lock(mutex_);
  outsides_.clear();
  segments_.clear();
  routers_.clear();
  ailments_.clear();
  guards_.clear();
}

void Fabric::break_router(const std::string& name, std::string ailment) {
  const std::lock_guard lock(mutex_);
  if (routers_.contains(name)) ailments_[name] = std::move(ailment);
}

}  // namespace welkin::network::simulator
