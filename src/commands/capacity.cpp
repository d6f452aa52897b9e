// listCapacity: what there is, what is promised and what is used.
#include "commands/listing.hpp"
#include "commands/places.hpp"
#include "model/physical_network.hpp"

namespace welkin::commands {

namespace {
using access::See;

struct Filter {
  std::string where = " where removed is null and zone_id = $1";
  std::vector<Cell> cells;
};

Filter filter_of(const Id<model::Zone>& zone, const Id<model::Pod>& pod, const Id<model::Cluster>& cluster) {
  Filter filter;
  filter.cells.push_back(sql::cell(zone));
  if (pod) {
    filter.cells.push_back(sql::cell(pod));
    filter.where += fmt::format(" and pod_id = ${}", filter.cells.size());
  }
  if (cluster) {
    filter.cells.push_back(sql::cell(cluster));
    filter.where += fmt::format(" and cluster_id = ${}", filter.cells.size());
  }
  return filter;
}

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

/// Takes one row after another.
struct Rows {
  std::vector<CapacityAnswer> out;
  CapacityAnswer base;
  void add(int type, std::string name, std::int64_t used, std::int64_t total) {
    auto row = base;
    row.type = std::int16_t(type);
    row.name = std::move(name);
    row.capacity_allocated = row.capacity_used = used;
    row.capacity_total = total;
    row.percent_used = fmt::format("{:.2f}", total > 0 ? 100.0 * double(used) / double(total) : 0.0);
    out.push_back(std::move(row));
  }
};
}  // namespace

std::vector<CapacityAnswer> capacities_of(sql::Transaction& tx, const Id<model::Zone>& zone, const Id<model::Pod>& pod,
                                          const Id<model::Cluster>& cluster) {
  Rows rows;
  rows.base.zone_id = zone;
  if (const auto row = sql::get<model::Zone>(tx, zone)) rows.base.zone_name = row->name;
  rows.base.pod_id = pod;
  if (const auto row = pod ? sql::get<model::Pod>(tx, pod) : std::nullopt) rows.base.pod_name = row->name;
  rows.base.cluster_id = cluster;
  if (const auto row = cluster ? sql::get<model::Cluster>(tx, cluster) : std::nullopt)
    rows.base.cluster_name = row->name;
  const auto filter = filter_of(zone, pod, cluster);
  const auto hosts = sums(
      tx,
      "select coalesce(sum(memory_reserved_bytes), 0), coalesce(sum(memory_capacity_bytes), 0), coalesce(sum(cpu_mhz_reserved), 0), coalesce(sum(cpu_mhz_capacity), 0), "
      "coalesce(sum(cpus_reserved), 0), coalesce(sum(cpus), 0) from hosts" +
          filter.where,
      filter.cells);
  rows.add(0, "MEMORY", hosts[0], hosts[1]);
  rows.add(1, "CPU", hosts[2], hosts[3]);
  rows.add(90, "CPU_CORE", hosts[4], hosts[5]);
  for (const auto& [scope, type, name] :
       {std::tuple("<> 'HOST'", 3, "STORAGE_ALLOCATED"), {"= 'HOST'", 9, "LOCAL_STORAGE"}}) {
    const auto pools = sums(
        tx,
        "select coalesce(sum(reserved_bytes), 0), coalesce(sum(allocatable_bytes), 0), coalesce(sum(used_bytes), 0), coalesce(sum(capacity_bytes), 0) from storage_pools" +
            filter.where + " and scope " + scope,
        filter.cells);
    rows.add(type, name, pools[0], pools[1]);
    if (type == 3) rows.add(2, "STORAGE", pools[2], pools[3]);
  }
  if (pod || cluster) return std::move(rows.out);
  const auto cells = sql::cells(zone);
  const auto addresses = sums(
      tx,
      "select coalesce(sum(case when state <> 'Free' then 1 else 0 end), 0), count(*) from public_addresses where zone_id = $1",
      cells);
  rows.add(4, "VIRTUAL_NETWORK_PUBLIC_IP", addresses[0], addresses[1]);
  std::int64_t vnis = 0;
  for (const auto& physical : sql::all<model::PhysicalNetwork>(tx, "where zone_id = $1 and removed is null", zone))
    for (const auto& range : physical.vni_ranges) vnis += range.last - range.first + 1;
  rows.add(7, "VLAN", sql::count(tx, "select count(*) from vni_leases where zone_id = $1", zone), vnis);
  return std::move(rows.out);
}

namespace {
struct ListCapacity : Listing {
  using Base = Listing;
  FIELDS(ListCapacity,
    (std::optional<See<model::Zone>>, zone_id, "Only of this zone."),
    (std::optional<See<model::Pod>>, pod_id, "Only of this pod."),
    (std::optional<See<model::Cluster>>, cluster_id, "Only of this cluster."),
    (bool, fetch_latest, "Accepted; the figures are always the latest."),
    (std::optional<int>, type, "Only this kind."),
    (std::optional<std::string>, sort_by, "usage: the fullest first."))
};
Page<CapacityAnswer> list_capacity(Call&, sql::Transaction& tx, const ListCapacity& r) {
  Page<CapacityAnswer> page;
  Where where;
  const auto zone = r.zone_id      ? r.zone_id->id()
                    : r.pod_id     ? (*r.pod_id)->zone_id
                    : r.cluster_id ? (*r.cluster_id)->zone_id
                                   : Id<model::Zone>{};
  if (zone) where.equal("id", zone);
  where.that("removed is null");
  for (const auto& row : page_of<model::Zone>(tx, where, Listing{}, "created").rows)
    for (auto& answer : capacities_of(tx, row.id, r.pod_id ? r.pod_id->id() : Id<model::Pod>{},
                                      r.cluster_id ? r.cluster_id->id() : Id<model::Cluster>{}))
      if (!r.type || *r.type == answer.type) page.rows.push_back(std::move(answer));
  if (r.sort_by && same_text_ignoring_case(*r.sort_by, "usage"))
    std::ranges::stable_sort(
        page.rows, [](const auto& a, const auto& b) { return std::stod(a.percent_used) > std::stod(b.percent_used); });
  page.count = std::ssize(page.rows);
  return page;
}
}  // namespace

std::vector<Command> capacity_commands() {
  return {reading<list_capacity>(
      {"listCapacity", "capacity", "Answers what there is and what is promised.", Audience::root})};
}

}  // namespace welkin::commands
