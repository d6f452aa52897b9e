// A storage pool: where volumes lie, and how much of it is promised.
#pragma once

#include "model/machine.hpp"
#include "model/transitions.hpp"
#include "model/nouns.hpp"

namespace welkin::model {

CHOICES(PoolState, (initial, "Initial"), (up, "Up"), (prepare_for_maintenance, "PrepareForMaintenance"),
        (error_in_maintenance, "ErrorInMaintenance"), (cancel_maintenance, "CancelMaintenance"),
        (maintenance, "Maintenance"), (disabled, "Disabled"))
CHOICES(PoolEvent, (opened, "be opened"), (maintenance_asked, "be prepared for maintenance"),
        (maintenance_entered, "enter maintenance"), (maintenance_failed, "fail to enter maintenance"),
        (cancel_asked, "leave maintenance"), (resumed, "be resumed"), (disable, "be disabled"),
        (enable, "be enabled"))
CHOICES(PoolScope, (zone, "ZONE"), (cluster, "CLUSTER"), (host, "HOST"))
CHOICES(PoolKind, (filesystem, "Filesystem"), (network_filesystem, "NetworkFilesystem"), (rbd, "RBD"),
        (lvm, "LVM"), (iscsi, "Iscsi"), (shared_mount_point, "SharedMountPoint"), (vmfs, "VMFS"))

struct StoragePool {
  static constexpr std::string_view table = "storage_pools";
  static constexpr std::string_view indexes[] = {"(zone_id)", "(cluster_id)", "(host_id)"};
  FIELDS(StoragePool,
    (Id<StoragePool>, id, "The pool."),
    (std::int64_t, generation, "Grows with each change, reservations included."),
    (std::string, name, "As the operator calls it."),
    (Id<Zone>, zone_id, "Its zone."),
    (Id<Pod>, pod_id, "Its pod; nil for one of the whole zone."),
    (Id<Cluster>, cluster_id, "Its cluster; nil for one of the whole zone."),
    (Id<Host>, host_id, "The host whose own it is; nil when many reach it."),
    (PoolState, state, "Where it stands."),
    (PoolScope, scope, "Who reaches it."),
    (PoolKind, kind, "What it is made of."),
    (HypervisorType, hypervisor, "Whose disks it may hold."),
    (std::string, address, "Its server; empty for a host's own."),
    (std::string, path, "Directory, export or pool name there."),
    (std::string, provider, "Who serves it."),
    (std::vector<std::string>, tags, "Offerings with storage tags go only where all of theirs are."),
    (bool, managed, "Each volume is a thing of its own on the storage."),
    (std::int64_t, capacity_bytes, "Its size, as last measured."),
    (std::int64_t, used_bytes, "What is used of it by anybody, as last measured."),
    (std::int64_t, allocatable_bytes, "What may be promised of it: its size by the overcommitment."),
    (std::int64_t, reserved_bytes, "What is promised to volumes and templates."),
    (std::int64_t, capacity_iops, "Operations per second it can serve; 0 when unknown."),
    (TextMap, details, "Further facts, by name."),
    (Time, created, "When it was added."),
    (std::optional<Time>, removed, "When it was removed."))
};

inline constexpr auto pool_transitions = [] {
  using enum PoolState;
  using enum PoolEvent;
  return table_of<PoolState, PoolEvent>({
      {initial, opened, up},
      {up, opened, up},
      {up, maintenance_asked, prepare_for_maintenance},
      {up, disable, disabled},
      {prepare_for_maintenance, maintenance_entered, maintenance},
      {prepare_for_maintenance, maintenance_failed, error_in_maintenance},
      {prepare_for_maintenance, cancel_asked, cancel_maintenance},
      {error_in_maintenance, maintenance_asked, prepare_for_maintenance},
      {error_in_maintenance, cancel_asked, cancel_maintenance},
      {maintenance, cancel_asked, cancel_maintenance},
      {cancel_maintenance, resumed, up},
      {cancel_maintenance, maintenance_failed, error_in_maintenance},
      {disabled, enable, up},
  });
}();
constexpr std::optional<PoolState> next(PoolState state, PoolEvent event) {
  return next_in(pool_transitions, state, event);
}
static_assert(is_deterministic(pool_transitions));
static_assert(!next(PoolState::maintenance, PoolEvent::disable));

/// Promises the bytes if they still fit into a pool that is up; false when they do not.
bool reserve(sql::Transaction& tx, const Id<StoragePool>& pool, std::int64_t bytes);
/// Gives back what `reserve` took.
/// Promises what is there already, room or not.
void reserve_anyway(sql::Transaction& tx, const Id<StoragePool>& pool, std::int64_t bytes);
void release(sql::Transaction& tx, const Id<StoragePool>& pool, std::int64_t bytes);
/// Notes what a host found; `overcommit` times its size may be promised from now on.
void note_measure(sql::Transaction& tx, const Id<StoragePool>& pool, std::int64_t capacity_bytes,
                  std::int64_t used_bytes, double overcommit);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::StoragePool)
