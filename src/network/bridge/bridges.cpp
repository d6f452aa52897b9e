// Bringing bridges and tunnels to the wished state.
#include "network/bridge/bridges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "network/bridge/addresses.hpp"
#include "network/bridge/bridge_filter.hpp"
#include "network/bridge/checks.hpp"
#include "network/bridge/host_rules.hpp"
#include "network/bridge/namespaces.hpp"
#include "network/bridge/nftables.hpp"
#include "network/bridge/state.hpp"

namespace welkin::network {
namespace {

constexpr int outside_mtu = 1500, segment_mtu = 1450;
constexpr std::int64_t vni_max = (1 << 24) - 1;
constexpr auto patience_with_ports = std::chrono::milliseconds(2000),
               between_looks = std::chrono::milliseconds(20);

OutsideSpec checked(OutsideSpec spec) {
  checked_link(spec.bridge, "bridge");
  if (!spec.uplink.empty()) checked_link(spec.uplink, "uplink");
  if (spec.gateway.empty()) return spec;
  if (!spec.uplink.empty())
    throw Error(Fault::invalid,
                "A public network that leaves by an uplink has its gateway beyond it; name one of them.",
                "gateway");
  spec.gateway = checked_ipv4(spec.gateway, "gateway");
  checked_prefix(spec.prefix, "prefix");
  return spec;
}

SegmentSpec checked(SegmentSpec spec) {
  checked_link(spec.bridge, "bridge");
  spec.mtu = spec.mtu == 0 ? segment_mtu : checked_mtu(spec.mtu, "mtu");
  if (spec.tunnel.empty()) return spec;
  checked_link(spec.tunnel, "tunnel");
  if (spec.vni < 1 || spec.vni > vni_max)
    throw Error(Fault::invalid, fmt::format("{} is no VXLAN network identifier: 1 to {}.", spec.vni, vni_max),
                "vni");
  spec.local = checked_ipv4(spec.local, "local");
  for (auto& peer : spec.peers) peer = checked_ipv4(peer, "peers");
  return spec;
}

/// Whether this machine answers there for addresses it has elsewhere, as Linux does (8: for none at all).
void answer_for_others(const std::string& link, bool answer) {
  const auto arp = fmt::format("ipv4/conf/{}/arp_ignore", link);
  const auto wanted = answer ? "0" : "8";
  if (kernel_setting(arp) != wanted) set_kernel(arp, wanted);
}

std::vector<std::string> ports_of(Netlink& netlink, const Link& bridge, const std::string& except) {
  std::vector<std::string> out;
  for (const auto& link : all_links(netlink))
    if (link.master == bridge.index && link.name != except) out.push_back(link.name);
  return out;
}

/// Throws `conflict` when the uplink must stay where it is. Answers whether it was down before it was joined.
bool uplink_is_down(Netlink& netlink, const OutsideSpec& spec, const KeptBridge& before) {
  const auto uplink = need_link(netlink, spec.uplink);
  const auto bridge = find_link(netlink, spec.bridge);
  if (bridge && uplink.master == bridge->index)
    return spec.uplink == before.outside.uplink && before.uplink_was_down;
  if (uplink.master != 0)
    throw Error(Fault::conflict, fmt::format("The link {} belongs to another bridge.", spec.uplink), "uplink");
  if (carries_addresses(netlink, uplink))
    throw Error(
        Fault::conflict,
        fmt::format("The link {} carries addresses of this machine, which would be cut off; give the public "
                    "network a link of its own, or a bridge that has the addresses.",
                    spec.uplink),
        "uplink");
  return !uplink.up;
}

/// As it was found.
void leave_uplink(Netlink& netlink, const KeptBridge& kept) {
  if (kept.outside.uplink.empty()) return;
  const auto uplink = find_link(netlink, kept.outside.uplink);
  const auto bridge = find_link(netlink, kept.outside.bridge);
  if (!uplink || !bridge || uplink->master != bridge->index) return;
  LinkChange change{.master = 0};
  if (kept.uplink_was_down) change.up = false;
  change_link(netlink, *uplink, change);
}

std::string gateway_of(const OutsideSpec& spec) { return fmt::format("{}/{}", spec.gateway, spec.prefix); }
bool is_host_only(const OutsideSpec& spec) { return !spec.gateway.empty(); }

}  // namespace

Bridges::Bridges(HostNetwork host) : host_(std::move(host)) {
  make_directory(host_.directory + "/bridges", 0700);
  for (const auto& name : names_in(host_.directory + "/bridges"))
    if (auto bridge = kept<KeptBridge>(file_of(name))) bridges_.emplace(name, std::move(*bridge));
  if (bridges_.empty()) return;
  leave_bridged_frames_alone(host_.directory + "/bridge-filter");
  enforce();
}

std::string Bridges::file_of(const std::string& bridge) const {
  return host_.directory + "/bridges/" + bridge;
}

void Bridges::keep_bridge(const std::string& name, const KeptBridge& bridge) {
  const auto known = bridges_.find(name);
  if (known != bridges_.end() && known->second == bridge) return;
  keep(file_of(name), bridge);
  bridges_.insert_or_assign(name, bridge);
  enforce();
}

void Bridges::forget(const std::string& name) {
  remove_state(file_of(name));
  if (bridges_.erase(name) > 0) enforce();
}

void Bridges::enforce() {
  HostBridges bridges;
  for (const auto& [name, bridge] : bridges_) {
    if (bridge.use == BridgeUse::outside && is_host_only(bridge.outside))
      bridges.host_only.push_back(name);
    else if (bridge.made)
      bridges.closed.push_back(name);
  }
  const auto rules = render_host_rules(bridges);
  if (rules == rules_) return;
  apply_rules(whole_table("inet", host_.table(), rules));
  rules_ = rules;
}

void Bridges::refuse_other_use(const std::string& bridge, BridgeUse use) const {
  const auto known = bridges_.find(bridge);
  if (known == bridges_.end() || known->second.use == use) return;
  throw Error(Fault::conflict,
              use == BridgeUse::segment ? fmt::format("Bridge {} belongs to the outside.", bridge)
                                        : fmt::format("Bridge {} belongs to a guest network.", bridge),
              "bridge");
}

bool Bridges::is_late(const std::string& bridge, std::int64_t revision) const {
  const auto known = bridges_.find(bridge);
  if (known == bridges_.end()) return departed_.is_late(bridge, revision);
  return revision != 0 && revision < known->second.segment.revision;
}

/// `adopt`: a bridge that somebody else made will do.
Link Bridges::raise_bridge(Netlink& netlink, const std::string& name, int mtu, bool adopt, KeptBridge& kept) {
  const auto found = find_link(netlink, name);
  if (found && found->kind != "bridge")
    throw Error(Fault::conflict, fmt::format("The link {} is no bridge.", name), "bridge");
  const bool ours = found && found->alias == host_.alias();
  if (found && !ours && !adopt)
    throw Error(Fault::conflict, fmt::format("The bridge {} on this host was not made by this cloud.", name),
                "bridge");
  kept.made = !found || ours;
  if (!found) add_bridge(netlink, {name, host_.alias(), {}, mtu});
  leave_bridged_frames_alone(host_.directory + "/bridge-filter");
  return need_link(netlink, name);
}

void Bridges::set_host_only(Netlink& netlink, const Link& bridge, const OutsideSpec& spec,
                            const OutsideSpec& before) {
  if (is_host_only(before) && gateway_of(before) != gateway_of(spec)) {
    remove_address(netlink, bridge, gateway_of(before));
    remove_unreachable(netlink, range_of(before.gateway, before.prefix));
  }
  if (!is_host_only(spec)) return;
  // First the route that leads nowhere: there is no moment in which the range leaves by another one.
  add_unreachable(netlink, range_of(spec.gateway, spec.prefix));
  add_address(netlink, bridge, gateway_of(spec));
}

void Bridges::ensure_outside(const OutsideSpec& wish) {
  const auto spec = checked(wish);
  const std::lock_guard lock(mutex_);
  refuse_other_use(spec.bridge, BridgeUse::outside);
  Netlink netlink;
  const auto known = bridges_.find(spec.bridge);
  const auto before = known == bridges_.end() ? KeptBridge{} : known->second;
  KeptBridge bridge{.use = BridgeUse::outside, .made = false, .segment = {}, .outside = spec};
  if (!spec.uplink.empty()) bridge.uplink_was_down = uplink_is_down(netlink, spec, before);
  const auto link = raise_bridge(netlink, spec.bridge, outside_mtu, true, bridge);
  if (bridge.made) {
    quiet_link(spec.bridge);
    answer_for_others(spec.bridge, is_host_only(spec));
  }
  if (before.outside.uplink != spec.uplink) leave_uplink(netlink, before);
  keep_bridge(spec.bridge, bridge);
  set_host_only(netlink, link, spec, before.outside);
  if (!spec.uplink.empty())
    adjust_link(netlink, need_link(netlink, spec.uplink), {.master = link.index, .up = true});
  adjust_link(netlink, link, {.up = true});
}

void Bridges::set_tunnel(Netlink& netlink, const Link& bridge, const SegmentSpec& spec,
                         const std::string& before) {
  if (!before.empty() && before != spec.tunnel) remove_link(netlink, before);
  if (spec.tunnel.empty()) return;
  auto tunnel = find_link(netlink, spec.tunnel);
  if (tunnel && tunnel->alias != host_.alias())
    throw Error(Fault::conflict, fmt::format("The link {} was not made by this cloud.", spec.tunnel),
                "tunnel");
  if (tunnel && (tunnel->vni != spec.vni || tunnel->local != spec.local)) {
    remove_link(netlink, spec.tunnel);
    tunnel.reset();
  }
  if (!tunnel) add_vxlan(netlink, {spec.tunnel, host_.alias(), {}, spec.mtu}, spec.vni, spec.local);
  tunnel = need_link(netlink, spec.tunnel);
  quiet_link(spec.tunnel);
  const std::set<std::string> wanted(spec.peers.begin(), spec.peers.end());
  const auto present = tunnel_peers(netlink, *tunnel);
  for (const auto& peer : present)
    if (!wanted.contains(peer)) remove_tunnel_peer(netlink, *tunnel, peer);
  for (const auto& peer : wanted)
    if (!present.contains(peer)) add_tunnel_peer(netlink, *tunnel, peer);
  adjust_link(netlink, *tunnel, {.master = bridge.index, .up = true, .mtu = spec.mtu});
}

void Bridges::ensure_segment(const SegmentSpec& wish) {
  const auto spec = checked(wish);
  const std::lock_guard lock(mutex_);
  refuse_other_use(spec.bridge, BridgeUse::segment);
  if (is_late(spec.bridge, spec.revision)) return;
  for (const auto& [name, other] : bridges_)
    if (name != spec.bridge && !spec.tunnel.empty() && !other.segment.tunnel.empty() &&
        (other.segment.tunnel == spec.tunnel || other.segment.vni == spec.vni))
      throw Error(Fault::conflict,
                  fmt::format("The tunnel {} belongs to another network.", other.segment.tunnel), "tunnel");
  Netlink netlink;
  const auto known = bridges_.find(spec.bridge);
  KeptBridge bridge{.use = BridgeUse::segment, .made = true, .segment = spec, .outside = {}};
  const auto link = raise_bridge(netlink, spec.bridge, spec.mtu, false, bridge);
  quiet_link(spec.bridge);
  answer_for_others(spec.bridge, false);
  const auto before = known == bridges_.end() ? std::string() : known->second.segment.tunnel;
  keep_bridge(spec.bridge, bridge);
  set_tunnel(netlink, link, spec, before);
  adjust_link(netlink, link, {.up = true, .mtu = spec.mtu});
}

void Bridges::take_down(Netlink& netlink, const std::string& name, const KeptBridge& bridge) {
  if (!bridge.segment.tunnel.empty()) remove_link(netlink, bridge.segment.tunnel);
  if (is_host_only(bridge.outside))
    remove_unreachable(netlink, range_of(bridge.outside.gateway, bridge.outside.prefix));
  leave_uplink(netlink, bridge);
  const auto link = find_link(netlink, name);
  if (!link) return;
  if (link->alias == host_.alias()) return remove_link(netlink, name);
  if (is_host_only(bridge.outside)) remove_address(netlink, *link, gateway_of(bridge.outside));
}

void Bridges::remove_segment(const SegmentName& name, const std::function<void()>& check) {
  checked_link(name.bridge, "bridge");
  const std::lock_guard lock(mutex_);
  refuse_other_use(name.bridge, BridgeUse::segment);
  if (is_late(name.bridge, name.revision)) return;
  check();
  Netlink netlink;
  const auto known = bridges_.find(name.bridge);
  KeptBridge bridge = known == bridges_.end() ? KeptBridge{} : known->second;
  if (const auto link = find_link(netlink, name.bridge); link && link->alias == host_.alias()) {
    // A guest's tap goes a moment after the guest.
    const auto end = std::chrono::steady_clock::now() + patience_with_ports;
    auto ports = ports_of(netlink, *link, bridge.segment.tunnel);
    for (; !ports.empty() && std::chrono::steady_clock::now() < end;
         ports = ports_of(netlink, *link, bridge.segment.tunnel))
      std::this_thread::sleep_for(between_looks);
    if (!ports.empty())
      throw Error(Fault::in_use,
                  fmt::format("{} is still on bridge {}; remove it first.", ports.front(), name.bridge),
                  "bridge");
    take_down(netlink, name.bridge, bridge);
  }
  forget(name.bridge);
  departed_.note(name.bridge, name.revision);
}

void Bridges::need(const std::string& bridge) const {
  Netlink netlink;
  const auto link = find_link(netlink, bridge);
  if (!link || link->kind != "bridge")
    throw Error(Fault::missing, fmt::format("Bridge {} is not on this host; make its network first.", bridge),
                "bridge");
}

void Bridges::list(FabricSeen& seen) const {
  const std::lock_guard lock(mutex_);
  Netlink netlink;
  for (const auto& link : all_links(netlink)) {
    const bool ours = link.alias == host_.alias();
    if (link.kind == "bridge" && (ours || bridges_.contains(link.name))) seen.bridges.push_back(link.name);
    if (link.kind == "vxlan" && ours) seen.tunnels.push_back(link.name);
  }
}

void Bridges::clear() {
  const std::lock_guard lock(mutex_);
  Netlink netlink;
  for (const auto& [name, bridge] : bridges_) take_down(netlink, name, bridge);
  // Those whose files were lost are known by their alias.
  for (const auto& link : all_links(netlink))
    if (link.alias == host_.alias()) remove_link(netlink, link.name);
  bridges_.clear();
  rules_.clear();
  apply_rules(no_table("inet", host_.table()));
  remove_state(host_.directory + "/bridges");
  restore_bridge_filter(host_.directory + "/bridge-filter");
}

}  // namespace welkin::network
