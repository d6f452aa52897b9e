// A host: a machine that runs instances, its two states, and what of it is promised.
#pragma once

#include "model/machine.hpp"
#include "model/transitions.hpp"
#include "model/nouns.hpp"

namespace welkin::model {

/// How its agent is reached.
CHOICES(HostStatus, (creating, "Creating"), (connecting, "Connecting"), (up, "Up"), (down, "Down"),
        (disconnected, "Disconnected"), (alert, "Alert"), (rebalancing, "Rebalancing"), (removed, "Removed"),
        (error, "Error"))
CHOICES(HostEvent, (agent_connected, "connect"), (ready, "become ready"), (ping, "answer"),
        (ping_timeout, "fall silent"), (agent_disconnected, "lose its connection"),
        (shutdown_requested, "be shut down"), (host_down, "be declared down"),
        (server_down, "lose its management server"), (waited_too_long, "be given up"),
        (rebalance_started, "be handed over"), (rebalance_completed, "finish being handed over"),
        (rebalance_failed, "fail to be handed over"), (remove, "be removed"), (failed, "fail"))

/// What the operator wants of it.
CHOICES(ResourceState, (enabled, "Enabled"), (creating, "Creating"), (disabled, "Disabled"),
        (prepare_for_maintenance, "PrepareForMaintenance"), (maintenance, "Maintenance"),
        (error_in_prepare, "ErrorInPrepareForMaintenance"), (error_in_maintenance, "ErrorInMaintenance"),
        (degraded, "Degraded"), (error, "Error"))
CHOICES(ResourceEvent, (internal_created, "be taken in"), (enable, "be enabled"), (disable, "be disabled"),
        (maintenance_asked, "be prepared for maintenance"), (maintenance_entered, "enter maintenance"),
        (maintenance_cancelled, "leave maintenance"), (unable_to_migrate, "fail to move its instances"),
        (unable_to_maintain, "fail to enter maintenance"),
        (errors_corrected, "go on preparing for maintenance"), (declare_degraded, "be declared degraded"),
        (enable_degraded, "be healed"), (delete_host, "be deleted"), (failed, "fail"))

struct Host {
  static constexpr std::string_view table = "hosts";
  static constexpr std::string_view indexes[] = {"(zone_id, status)", "(cluster_id)", "(agent_id)"};
  FIELDS(Host,
    (Id<Host>, id, "The host."),
    (std::int64_t, generation, "Grows with each change, reservations included; not with being heard of."),
    (std::string, name, "As the host calls itself."),
    (Id<Zone>, zone_id, "Its zone."),
    (Id<Pod>, pod_id, "Its pod."),
    (Id<Cluster>, cluster_id, "Its cluster."),
    (Id<Agent>, agent_id, "The agent that speaks for it; nil when the server simulates it."),
    (HostStatus, status, "How its agent is reached."),
    (ResourceState, resource_state, "What the operator wants of it."),
    (std::string, url, "As given when it was added."),
    (std::string, address, "Its management address."),
    (std::string, tunnel_address, "Where other hosts send its guests' packets."),
    (std::string, outside_bridge, "Bridge of the public network on it; empty when it has none."),
    (HypervisorType, hypervisor, "What runs its instances."),
    (std::string, hypervisor_version, "The hypervisor's version."),
    (std::string, agent_version, "The agent's version."),
    (Arch, arch, "Of its processors."),
    (std::string, os, "The host's own operating system."),
    (std::string, cpu_model, "As the processor calls itself."),
    (int, cpu_sockets, "Sockets."),
    (int, cpus, "Processors that can run guests."),
    (int, cpu_mhz, "Speed of one."),
    (std::int64_t, memory_bytes, "Memory of the host."),
    (bool, accelerated, "Guests run on the processor itself; else they are emulated."),
    (bool, uefi, "Instances may boot by UEFI."),
    (bool, snapshots, "Instances can be snapshotted."),
    (bool, hot_plug_cpu, "Processors can be added while an instance runs."),
    (bool, hot_plug_memory, "Memory can be added while an instance runs."),
    (int, instances_max, "How many it can run; 0 is no limit."),
    (int, disks_max, "Disks in one instance besides the root."),
    (std::int64_t, cpu_mhz_capacity,
     "Speed that may be promised: the real one by the cluster's overcommitment."),
    (std::int64_t, memory_capacity_bytes, "Memory that may be promised."),
    (std::int64_t, cpu_mhz_reserved, "Speed promised to instances."),
    (std::int64_t, memory_reserved_bytes, "Memory promised to instances."),
    (std::int64_t, cpus_reserved, "Processors promised to instances."),
    (int, instances_reserved, "Instances promised a place."),
    (std::vector<std::string>, tags, "Offerings with host tags go only where all of theirs are."),
    (std::string, annotation, "A word of the operator's."),
    (TextMap, details, "Further facts, by name."),
    (std::optional<Time>, last_pinged, "When it was last heard of."),
    (std::optional<Time>, disconnected, "When it was last lost."),
    (Time, created, "When it was added."),
    (std::optional<Time>, removed, "When it was removed."))
};

/// What one instance is promised of a host.
struct HostShare {
  FIELDS(HostShare,
    (std::int64_t, cpus, "Processors."),
    (std::int64_t, cpu_mhz, "Speed of all of them together."),
    (std::int64_t, memory_bytes, "Memory."))
};
/// Promises the share if it still fits; false when it does not, or the host is not up and enabled. Two
/// servers that promise at once cannot overfill it. `instances` is 0 when an instance that is there already
/// is to grow.
bool reserve(sql::Transaction& tx, const Id<Host>& host, const HostShare& share, int instances = 1);
/// Gives back what `reserve` took.
void release(sql::Transaction& tx, const Id<Host>& host, const HostShare& share, int instances = 1);
/// Notes that the host was heard of, without touching its generation.
void note_ping(sql::Transaction& tx, const Id<Host>& host, Time now);
/// Sets what may be promised from what the host has and its cluster allows.
void set_capacity(Host& host, double cpu_overcommit, double memory_overcommit);

inline constexpr auto host_transitions = [] {
  using S = HostStatus;
  using E = HostEvent;
  return table_of<S, E>({
      {S::creating, E::agent_connected, S::connecting},
      {S::creating, E::failed, S::error},
      {S::creating, E::remove, S::removed},
      {S::connecting, E::agent_connected, S::connecting},
      {S::connecting, E::ready, S::up},
      {S::connecting, E::ping, S::connecting},
      {S::connecting, E::ping_timeout, S::alert},
      {S::connecting, E::agent_disconnected, S::alert},
      {S::connecting, E::shutdown_requested, S::disconnected},
      {S::connecting, E::host_down, S::down},
      {S::connecting, E::server_down, S::disconnected},
      {S::connecting, E::rebalance_started, S::rebalancing},
      {S::up, E::ping, S::up},
      {S::up, E::agent_connected, S::connecting},
      {S::up, E::ping_timeout, S::alert},
      {S::up, E::agent_disconnected, S::alert},
      {S::up, E::shutdown_requested, S::disconnected},
      {S::up, E::host_down, S::down},
      {S::up, E::server_down, S::disconnected},
      {S::up, E::rebalance_started, S::rebalancing},
      {S::up, E::remove, S::removed},
      {S::disconnected, E::agent_connected, S::connecting},
      {S::disconnected, E::ping, S::up},
      {S::disconnected, E::ping_timeout, S::alert},
      {S::disconnected, E::agent_disconnected, S::disconnected},
      {S::disconnected, E::shutdown_requested, S::disconnected},
      {S::disconnected, E::host_down, S::down},
      {S::disconnected, E::server_down, S::disconnected},
      {S::disconnected, E::waited_too_long, S::alert},
      {S::disconnected, E::remove, S::removed},
      {S::down, E::agent_connected, S::connecting},
      {S::down, E::ping_timeout, S::down},
      {S::down, E::agent_disconnected, S::down},
      {S::down, E::shutdown_requested, S::disconnected},
      {S::down, E::host_down, S::down},
      {S::down, E::server_down, S::down},
      {S::down, E::remove, S::removed},
      {S::rebalancing, E::agent_connected, S::connecting},
      {S::rebalancing, E::agent_disconnected, S::rebalancing},
      {S::rebalancing, E::shutdown_requested, S::disconnected},
      {S::rebalancing, E::server_down, S::disconnected},
      {S::rebalancing, E::rebalance_completed, S::connecting},
      {S::rebalancing, E::rebalance_failed, S::disconnected},
      {S::alert, E::agent_connected, S::connecting},
      {S::alert, E::ping, S::up},
      {S::alert, E::agent_disconnected, S::alert},
      {S::alert, E::shutdown_requested, S::disconnected},
      {S::alert, E::host_down, S::down},
      {S::alert, E::server_down, S::alert},
      {S::alert, E::remove, S::removed},
      {S::error, E::agent_connected, S::connecting},
      {S::error, E::remove, S::removed},
  });
}();
constexpr std::optional<HostStatus> next(HostStatus status, HostEvent event) {
  return next_in(host_transitions, status, event);
}
static_assert(is_deterministic(host_transitions));
static_assert(next(HostStatus::up, HostEvent::ping_timeout) == HostStatus::alert);
static_assert(!next(HostStatus::removed, HostEvent::agent_connected));

inline constexpr auto resource_transitions = [] {
  using S = ResourceState;
  using E = ResourceEvent;
  return table_of<S, E>({
      {S::creating, E::internal_created, S::enabled},
      {S::creating, E::failed, S::error},
      {S::enabled, E::enable, S::enabled},
      {S::enabled, E::internal_created, S::enabled},
      {S::enabled, E::disable, S::disabled},
      {S::enabled, E::maintenance_asked, S::prepare_for_maintenance},
      {S::enabled, E::maintenance_entered, S::maintenance},
      {S::enabled, E::declare_degraded, S::degraded},
      {S::enabled, E::delete_host, S::disabled},
      {S::disabled, E::enable, S::enabled},
      {S::disabled, E::disable, S::disabled},
      {S::disabled, E::internal_created, S::disabled},
      {S::disabled, E::declare_degraded, S::degraded},
      {S::disabled, E::delete_host, S::disabled},
      {S::prepare_for_maintenance, E::internal_created, S::prepare_for_maintenance},
      {S::prepare_for_maintenance, E::maintenance_entered, S::maintenance},
      {S::prepare_for_maintenance, E::maintenance_cancelled, S::enabled},
      {S::prepare_for_maintenance, E::unable_to_migrate, S::error_in_prepare},
      {S::prepare_for_maintenance, E::unable_to_maintain, S::error_in_maintenance},
      {S::maintenance, E::internal_created, S::maintenance},
      {S::maintenance, E::maintenance_cancelled, S::enabled},
      {S::maintenance, E::declare_degraded, S::degraded},
      {S::maintenance, E::delete_host, S::disabled},
      {S::error_in_prepare, E::internal_created, S::error_in_prepare},
      {S::error_in_prepare, E::disable, S::disabled},
      {S::error_in_prepare, E::delete_host, S::disabled},
      {S::error_in_prepare, E::maintenance_entered, S::maintenance},
      {S::error_in_prepare, E::maintenance_cancelled, S::enabled},
      {S::error_in_prepare, E::unable_to_migrate, S::error_in_prepare},
      {S::error_in_prepare, E::unable_to_maintain, S::error_in_maintenance},
      {S::error_in_prepare, E::errors_corrected, S::prepare_for_maintenance},
      {S::error_in_maintenance, E::internal_created, S::error_in_maintenance},
      {S::error_in_maintenance, E::maintenance_asked, S::prepare_for_maintenance},
      {S::error_in_maintenance, E::disable, S::disabled},
      {S::error_in_maintenance, E::delete_host, S::disabled},
      {S::error_in_maintenance, E::maintenance_cancelled, S::enabled},
      {S::degraded, E::delete_host, S::disabled},
      {S::degraded, E::enable_degraded, S::enabled},
      {S::degraded, E::maintenance_asked, S::maintenance},
      {S::error, E::internal_created, S::error},
  });
}();
constexpr std::optional<ResourceState> next(ResourceState state, ResourceEvent event) {
  return next_in(resource_transitions, state, event);
}
static_assert(is_deterministic(resource_transitions));
static_assert(!next(ResourceState::maintenance, ResourceEvent::enable));

inline void move(sql::Transaction& tx, Host& host, HostEvent event) {
  move_member(tx, host, &Host::status, event);
}
inline void move(sql::Transaction& tx, Host& host, ResourceEvent event) {
  move_member(tx, host, &Host::resource_state, event);
}

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Host)
