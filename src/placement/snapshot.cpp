// Reads snapshots from the records.
#include "placement/snapshot.hpp"

#include <map>

#include "model/cluster.hpp"
#include "model/pod.hpp"
#include "model/zone.hpp"

namespace welkin::placement {

namespace {
template <class T>
std::map<Id<T>, T> by_id(std::vector<T> rows) {
  std::map<Id<T>, T> out;
  for (auto& row : rows) out.emplace(row.id, std::move(row));
  return out;
}

/// What placement asks of a host: of all hosts of a zone, so few columns are read of each.
struct HostRow {
  static constexpr std::string_view table = model::Host::table;
  FIELDS(HostRow,
    (Id<model::Host>, id, "The host."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (Id<model::Pod>, pod_id, "Its pod."),
    (Id<model::Cluster>, cluster_id, "Its cluster."),
    (std::string, name, "For reasons."),
    (model::HypervisorType, hypervisor, "What runs its instances."),
    (model::Arch, arch, "Of its processors."),
    (model::HostStatus, status, "How its agent is reached."),
    (model::ResourceState, resource_state, "What the operator wants of it."),
    (bool, uefi, "It boots by UEFI."),
    (std::vector<std::string>, tags, "Where all of an offering's are."),
    (std::int64_t, cpu_mhz_capacity, "May be promised."),
    (std::int64_t, cpu_mhz_reserved, "Is promised."),
    (std::int64_t, memory_capacity_bytes, "May be promised."),
    (std::int64_t, memory_reserved_bytes, "Is promised."))
};

std::string why_disabled(const HostRow& host, const model::Zone& zone, const model::Pod& pod,
                         const model::Cluster& cluster) {
  using model::AllocationState;
  if (zone.allocation_state == AllocationState::disabled) return "its zone is disabled";
  if (pod.allocation_state == AllocationState::disabled) return "its pod is disabled";
  if (cluster.allocation_state == AllocationState::disabled) return "its cluster is disabled";
  if (cluster.managed_state == model::ManagedState::unmanaged) return "its cluster is not managed";
  if (host.resource_state != model::ResourceState::enabled)
    return std::string("it is in ") + std::string(name_of(host.resource_state));
  return {};
}

PoolView view_of(const model::StoragePool& pool) {
  PoolView view;
  view.id = pool.id;
  view.zone = pool.zone_id;
  view.pod = pool.pod_id;
  view.cluster = pool.cluster_id;
  view.host = pool.host_id;
  view.name = pool.name;
  view.up = pool.state == model::PoolState::up;
  view.local = pool.scope == model::PoolScope::host;
  view.tags = pool.tags;
  view.bytes = pool.allocatable_bytes;
  view.bytes_reserved = pool.reserved_bytes;
  return view;
}
}  // namespace

Snapshot read_snapshot(sql::Transaction& tx, const Id<model::Zone>& zone_id) {
  const auto zone = sql::need<model::Zone>(tx, zone_id);
  const auto pods = by_id(sql::all<model::Pod>(tx, "where zone_id = $1", zone_id));
  const auto clusters = by_id(sql::all<model::Cluster>(tx, "where zone_id = $1", zone_id));
  Snapshot snapshot;
  for (const auto& host : sql::all<HostRow>(tx, "where zone_id = $1 and removed is null order by id", zone_id)) {
    const auto cluster = clusters.find(host.cluster_id);
    const auto pod = pods.find(host.pod_id);
    if (cluster == clusters.end() || pod == pods.end()) continue;
    HostView view;
    view.id = host.id;
    view.zone = host.zone_id;
    view.pod = host.pod_id;
    view.cluster = host.cluster_id;
    view.name = host.name;
    view.hypervisor = name_of(host.hypervisor);
    view.arch = name_of(host.arch);
    view.up = host.status == model::HostStatus::up;
    view.why_disabled = why_disabled(host, zone, pod->second, cluster->second);
    view.enabled = view.why_disabled.empty();
    view.uefi = host.uefi;
    view.tags = host.tags;
    view.cpu_mhz = host.cpu_mhz_capacity;
    view.cpu_mhz_reserved = host.cpu_mhz_reserved;
    view.memory_bytes = host.memory_capacity_bytes;
    view.memory_bytes_reserved = host.memory_reserved_bytes;
    snapshot.hosts.push_back(std::move(view));
  }
  for (const auto& pool :
       sql::all<model::StoragePool>(tx, "where zone_id = $1 and removed is null order by id", zone_id))
    snapshot.pools.push_back(view_of(pool));
  return snapshot;
}

}  // namespace welkin::placement
