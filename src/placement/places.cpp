// Reads zones' hosts and pools, and keeps them up to the feed.
#include "placement/places.hpp"

#include <algorithm>
#include <array>

#include "base/ranges.hpp"
#include "model/cluster.hpp"
#include "model/dedication.hpp"
#include "model/domain.hpp"
#include "model/host.hpp"
#include "model/hypervisor_capabilities.hpp"
#include "model/pod.hpp"
#include "model/storage_pool.hpp"
#include "model/zone.hpp"

namespace welkin::placement {

namespace {
/// Tables whose rows close or open many hosts at once: they change seldom, and then all is read anew.
constexpr std::array<std::string_view, 5> large = {model::Zone::table, model::Pod::table, model::Cluster::table,
                                                   model::Dedication::table, model::HypervisorCapabilities::table};

/// What placement asks of a host: a struct with few fields reads few columns.
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
    (std::int64_t, memory_reserved_bytes, "Is promised."),
    (int, instances_max, "May be promised a place; 0 is no limit."),
    (int, instances_reserved, "Are promised a place."))
};
/// And of a pool.
struct PoolRow {
  static constexpr std::string_view table = model::StoragePool::table;
  FIELDS(PoolRow,
    (Id<model::StoragePool>, id, "The pool."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (Id<model::Pod>, pod_id, "Its pod."),
    (Id<model::Cluster>, cluster_id, "Its cluster."),
    (Id<model::Host>, host_id, "The host whose own it is."),
    (std::string, name, "For reasons."),
    (model::PoolState, state, "Where it stands."),
    (model::PoolScope, scope, "Who reaches it."),
    (std::vector<std::string>, tags, "Where all of an offering's are."),
    (std::int64_t, allocatable_bytes, "May be promised."),
    (std::int64_t, reserved_bytes, "Is promised."))
};

std::string why_closed(const model::Zone& zone, const model::Pod& pod, const model::Cluster& cluster) {
  using model::AllocationState;
  if (zone.allocation_state == AllocationState::disabled) return "its zone is disabled";
  if (pod.allocation_state == AllocationState::disabled) return "its pod is disabled";
  if (cluster.allocation_state == AllocationState::disabled) return "its cluster is disabled";
  if (cluster.managed_state == model::ManagedState::unmanaged) return "its cluster is not managed";
  return {};
}

/// The lower of two limits, of which 0 is none.
std::int64_t lower(std::int64_t a, std::int64_t b) { return a == 0 || b == 0 ? std::max(a, b) : std::min(a, b); }

HostView view_of(const HostRow& host, const std::string& closed, std::int64_t instances_max) {
  HostView view;
  view.id = host.id;
  view.zone = host.zone_id;
  view.pod = host.pod_id;
  view.cluster = host.cluster_id;
  view.name = host.name;
  view.hypervisor = name_of(host.hypervisor);
  view.arch = name_of(host.arch);
  view.up = host.status == model::HostStatus::up;
  view.why_disabled = closed;
  if (closed.empty() && host.resource_state != model::ResourceState::enabled)
    view.why_disabled = fmt::format("it is in {}", name_of(host.resource_state));
  view.enabled = view.why_disabled.empty();
  view.uefi = host.uefi;
  view.tags = host.tags;
  view.cpu_mhz = host.cpu_mhz_capacity;
  view.cpu_mhz_reserved = host.cpu_mhz_reserved;
  view.memory_bytes = host.memory_capacity_bytes;
  view.memory_bytes_reserved = host.memory_reserved_bytes;
  view.instances_max = lower(host.instances_max, instances_max);
  view.instances_reserved = host.instances_reserved;
  return view;
}

PoolView view_of(const PoolRow& pool) {
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

/// Where the one with this id stands among those in order of their ids, or would stand.
template <class View>
auto place_of(std::vector<View>& views, const Uuid& id) {
  return std::ranges::lower_bound(views, id, {}, &View::id);
}
template <class View>
View* find(std::vector<View>& views, const Uuid& id) {
  const auto at = place_of(views, id);
  return at != views.end() && at->id == id ? &*at : nullptr;
}
template <class View>
void put(std::vector<View>& views, View view) {
  const auto at = place_of(views, view.id);
  if (at != views.end() && at->id == view.id) *at = std::move(view);
  else views.insert(at, std::move(view));
}
template <class View>
void drop(std::vector<View>& views, const Uuid& id) {
  std::erase_if(views, [&](const auto& view) { return view.id == id; });
}

void put_pool(Snapshot& snapshot, PoolView pool) {
  if (!pool.host) put(snapshot.pools, std::move(pool));
  else if (auto* host = find(snapshot.hosts, pool.host)) put(host->pools, std::move(pool));
}
KeptPlaces kept_where(sql::Transaction& tx, std::string_view condition, const std::vector<Cell>& cells) {
  KeptPlaces out;
  tx.query(fmt::format("select k.place_id, k.affinity_group_id, k.account_id, d.path from dedications k "
                       "join domains d on d.id = k.domain_id where {}",
                       condition),
           cells, [&](const sql::Row& row) {
             const auto account = row[2].is_null() ? Uuid() : Uuid::parse(row[2].text).value();
             out[Uuid::parse(row[0].text).value()] = {Uuid::parse(row[1].text).value(), account,
                                                      std::string(row[3].text)};
           });
  return out;
}
}  // namespace

KeptPlaces kept_among(sql::Transaction& tx, std::span<const Uuid> places) {
  std::vector<Cell> cells;
  std::string list;
  for (const auto& place : places) {
    cells.push_back(sql::cell(place));
    list += fmt::format("{}${}", list.empty() ? "" : ", ", cells.size());
  }
  return kept_where(tx, fmt::format("k.place_id in ({})", list), cells);
}
KeptPlaces kept_in_zone(sql::Transaction& tx, const Uuid& zone) {
  return kept_where(tx, "k.zone_id = $1", sql::cells(zone));
}

Places::Places(sql::Follower& changes) {
  changes.add([this](std::span<const sql::Change> news) { hear(news); });
}

void Places::hear(std::span<const sql::Change> news) {
  const std::lock_guard lock(mutex_);
  if (!news.empty()) heard_ = news.back().position;
  if (news.empty() || std::ranges::any_of(news, [](const auto& c) { return contains(large, c.noun); }))
    return known_.clear();
  for (const auto& change : news)
    for (auto& [zone, known] : known_) {
      if (change.noun == model::Host::table) known.old_hosts.insert(Uuid::parse(change.row_id).value());
      if (change.noun == model::StoragePool::table) known.old_pools.insert(Uuid::parse(change.row_id).value());
    }
}

void Places::forget(const Uuid& zone) {
  const std::lock_guard lock(mutex_);
  known_.erase(zone);
}

Verdict Places::place(sql::Transaction& tx, const Wish& wish) {
  const std::lock_guard lock(mutex_);
  if (sql::last_change_seen(tx) < heard_) return placement::place(wish, read(tx, wish.zone).snapshot);
  const auto at = known_.find(wish.zone);
  if (at == known_.end()) return placement::place(wish, (known_[wish.zone] = read(tx, wish.zone)).snapshot);
  refresh(tx, at->second, wish.zone);
  return placement::place(wish, at->second.snapshot);
}

Places::Known Places::read(sql::Transaction& tx, const Uuid& zone_id) {
  Known known;
  const auto zone = sql::need<model::Zone>(tx, Id<model::Zone>(zone_id));
  std::map<Uuid, model::Pod> pods;
  for (auto& pod : sql::all<model::Pod>(tx, "where zone_id = $1", zone_id)) pods[pod.id] = std::move(pod);
  for (const auto& cluster : sql::all<model::Cluster>(tx, "where zone_id = $1", zone_id)) {
    const auto capabilities = model::capabilities_of(tx, cluster.hypervisor);
    known.clusters[cluster.id] = {why_closed(zone, pods[cluster.pod_id], cluster),
                                  capabilities ? capabilities->guests_max : 0};
  }
  known.snapshot.local_will_do = zone.local_storage_enabled;
  known.snapshot.kept = kept_in_zone(tx, zone_id);
  for (const auto& host : sql::all<HostRow>(tx, "where zone_id = $1 and removed is null order by id", zone_id)) {
    const auto& common = known.clusters[host.cluster_id];
    known.snapshot.hosts.push_back(view_of(host, common.closed, common.instances_max));
  }
  for (const auto& pool : sql::all<PoolRow>(tx, "where zone_id = $1 and removed is null order by id", zone_id))
    put_pool(known.snapshot, view_of(pool));
  return known;
}

void Places::refresh(sql::Transaction& tx, Known& known, const Uuid& zone) {
  auto& hosts = known.snapshot.hosts;
  for (const auto& id : std::exchange(known.old_hosts, {})) {
    const auto row = sql::first<HostRow>(tx, "where id = $1 and zone_id = $2 and removed is null", id, zone);
    const auto* before = find(hosts, id);
    if (!row) {
      drop(hosts, id);
      continue;
    }
    const auto& common = known.clusters[row->cluster_id];
    auto view = view_of(*row, common.closed, common.instances_max);
    if (before) view.pools = before->pools;
    else for (const auto& pool : sql::all<PoolRow>(tx, "where host_id = $1 and removed is null order by id", id))
      view.pools.push_back(view_of(pool));
    put(hosts, std::move(view));
  }
  for (const auto& id : std::exchange(known.old_pools, {})) {
    const auto row = sql::first<PoolRow>(tx, "where id = $1 and zone_id = $2 and removed is null", id, zone);
    if (row) {
      put_pool(known.snapshot, view_of(*row));
      continue;
    }
    drop(known.snapshot.pools, id);
    for (auto& host : hosts) drop(host.pools, id);
  }
}

}  // namespace welkin::placement
