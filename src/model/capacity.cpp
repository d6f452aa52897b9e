// Sums over hosts, pools, stores and addresses of a place.
#include "model/capacity.hpp"

#include "model/addresses.hpp"
#include "model/physical_network.hpp"
#include "sql/like.hpp"

namespace welkin::model {

namespace {
struct Filter {
  std::string where;
  std::vector<Cell> cells;
};

Filter filter_of(const Place& place, const std::optional<std::string>& tag) {
  Filter filter{" where removed is null and zone_id = $1", sql::cells(place.zone)};
  const auto narrow = [&](std::string_view column, const Uuid& id) {
    if (!id) return;
    filter.cells.push_back(sql::cell(id));
    filter.where += fmt::format(" and {} = ${}", column, filter.cells.size());
  };
  narrow("pod_id", place.pod);
  narrow("cluster_id", place.cluster);
  if (tag) {
    filter.cells.push_back(Cell::of(sql::like_listing(*tag)));
    filter.where += fmt::format(" and tags like ${} escape '!'", filter.cells.size());
  }
  return filter;
}

/// The cells of the one row that sums answer.
std::vector<std::int64_t> sums(sql::Transaction& tx, const std::string& statement, std::span<const Cell> cells) {
  std::vector<std::int64_t> out;
  tx.query(statement, cells, [&](const sql::Row& row) {
    for (const auto& cell : row)
      out.push_back(cell.kind == Cell::Kind::real   ? std::int64_t(cell.real)
                    : cell.kind == Cell::Kind::text ? std::atoll(std::string(cell.text).c_str())
                                                    : cell.integer);
  });
  return out;
}

void add_hosts(sql::Transaction& tx, const Filter& filter, std::vector<Capacity>& out) {
  using enum CapacityType;
  const auto hosts = sums(tx,
                          "select coalesce(sum(memory_reserved_bytes), 0), coalesce(sum(memory_capacity_bytes), 0), "
                          "coalesce(sum(cpu_mhz_reserved), 0), coalesce(sum(cpu_mhz_capacity), 0), "
                          "coalesce(sum(cpus_reserved), 0), coalesce(sum(cpus), 0) from hosts" +
                              filter.where + " and resource_state = 'Enabled'",
                          filter.cells);
  out.push_back({memory, hosts[0], hosts[1]});
  out.push_back({cpu, hosts[2], hosts[3]});
  out.push_back({cpu_cores, hosts[4], hosts[5]});
}

void add_pools(sql::Transaction& tx, const Filter& filter, std::vector<Capacity>& out) {
  using enum CapacityType;
  const auto pools = [&](std::string_view scope) {
    return sums(tx,
                fmt::format("select coalesce(sum(reserved_bytes), 0), coalesce(sum(allocatable_bytes), 0), "
                            "coalesce(sum(used_bytes), 0), coalesce(sum(capacity_bytes), 0) from storage_pools{} "
                            "and scope {} 'HOST'",
                            filter.where, scope),
                filter.cells);
  };
  const auto shared = pools("<>"), local = pools("=");
  out.push_back({storage_allocated, shared[0], shared[1]});
  out.push_back({storage, shared[2], shared[3]});
  out.push_back({local_storage, local[0], local[1]});
}

/// The cloud runs no machines of its own that would take any of them.
void add_management_addresses(sql::Transaction& tx, const Place& place, std::vector<Capacity>& out) {
  std::int64_t total = 0;
  for (const auto& pod : place.pod ? sql::all<Pod>(tx, "where id = $1", place.pod)
                                   : sql::all<Pod>(tx, "where zone_id = $1 and removed is null", place.zone))
    for (const auto& range : pod.ranges) {
      const auto first = Ipv4::parse(range.first), last = Ipv4::parse(range.last);
      if (first && last) total += std::int64_t(last->number) - first->number + 1;
    }
  out.push_back({CapacityType::management_addresses, 0, total});
}

void add_zone(sql::Transaction& tx, const Id<Zone>& zone, std::vector<Capacity>& out) {
  using enum CapacityType;
  const auto addresses = sums(tx,
                              "select coalesce(sum(case when state <> 'Free' then 1 else 0 end), 0), count(*) "
                              "from public_addresses where zone_id = $1",
                              sql::cells(zone));
  out.push_back({public_addresses, addresses[0], addresses[1]});
  std::int64_t vnis = 0;
  for (const auto& physical : sql::all<PhysicalNetwork>(tx, "where zone_id = $1 and removed is null", zone))
    for (const auto& range : physical.vni_ranges) vnis += range.last - range.first + 1;
  out.push_back({vlans, sql::count(tx, "select count(*) from vni_leases where zone_id = $1", zone), vnis});
  const auto stores = sums(tx,
                           "select coalesce(sum(used_bytes), 0), coalesce(sum(capacity_bytes), 0) from image_stores "
                           "where removed is null and (zone_id = $1 or zone_id is null)",
                           sql::cells(zone));
  out.push_back({secondary_storage, stores[0], stores[1]});
}
}  // namespace

std::string_view name_of(CapacityType type) {
  switch (type) {
    case CapacityType::memory: return "MEMORY";
    case CapacityType::cpu: return "CPU";
    case CapacityType::storage: return "STORAGE";
    case CapacityType::storage_allocated: return "STORAGE_ALLOCATED";
    case CapacityType::public_addresses: return "VIRTUAL_NETWORK_PUBLIC_IP";
    case CapacityType::management_addresses: return "PRIVATE_IP";
    case CapacityType::secondary_storage: return "SECONDARY_STORAGE";
    case CapacityType::vlans: return "VLAN";
    case CapacityType::local_storage: return "LOCAL_STORAGE";
    case CapacityType::cpu_cores: return "CPU_CORE";
  }
  std::unreachable();
}

std::vector<Capacity> capacities_of(sql::Transaction& tx, const Place& place, const std::optional<std::string>& tag) {
  std::vector<Capacity> out;
  const auto filter = filter_of(place, tag);
  add_hosts(tx, filter, out);
  add_pools(tx, filter, out);
  if (place.cluster || tag) return out;
  add_management_addresses(tx, place, out);
  if (!place.pod) add_zone(tx, place.zone, out);
  return out;
}

}  // namespace welkin::model
