// listCapacity: what places have, and how much of it is taken.
#include <set>

#include "door.hpp"

namespace welkin::simulation {
namespace {

struct Row {
  std::string name, pod, cluster;
  std::int64_t used, total;
};
std::vector<Row> listed(World& world, const Pairs& parameters) {
  const auto text = world.call("listCapacity", parameters).text;
  const JsonDocument document(text);
  std::vector<Row> out;
  for (std::size_t i = 0; i < document.root().size(); ++i) {
    const auto row = document.root().at(i);
    const auto text_of = [&](std::string_view member) {
      return row[member].is_text() ? std::string(row[member].text()) : std::string();
    };
    out.push_back({text_of("name"), text_of("podid"), text_of("clusterid"), row["capacityused"].integer(),
                   row["capacitytotal"].integer()});
  }
  return out;
}
Row only(World& world, Pairs parameters, const std::string& type) {
  parameters.emplace_back("type", type);
  const auto rows = listed(world, parameters);
  EXPECT_EQ(rows.size(), 1u) << type;
  return rows.empty() ? Row() : rows.front();
}
std::int64_t counted(World& world, const std::string& statement) {
  return world.read([&](sql::Transaction& tx) { return sql::count(tx, statement); });
}

TEST(Capacity, is_what_hosts_pools_and_addresses_sum_up_to) {
  World world(1, 2);
  deploy(world, {make_network(world)}, true);
  const auto memory = only(world, {}, "0");
  EXPECT_EQ(memory.name, "MEMORY");
  EXPECT_EQ(memory.used, counted(world, "select sum(memory_reserved_bytes) from hosts"));
  EXPECT_EQ(memory.total, counted(world, "select sum(memory_capacity_bytes) from hosts"));
  EXPECT_GT(memory.used, 0);
  const auto addresses = only(world, {}, "4");
  EXPECT_EQ(addresses.used, 1);
  EXPECT_EQ(addresses.total, counted(world, "select count(*) from public_addresses"));
  EXPECT_EQ(only(world, {}, "7").used, 1);
  EXPECT_EQ(only(world, {}, "9").used + only(world, {}, "3").used,
            counted(world, "select sum(reserved_bytes) from storage_pools"));
  EXPECT_EQ(only(world, {}, "6").total, counted(world, "select sum(capacity_bytes) from image_stores"));
  EXPECT_GT(only(world, {{"podid", world.pod}}, "5").total, 0);
  EXPECT_TRUE(listed(world, {{"clusterid", world.cluster}, {"type", "4"}}).empty()) << "addresses are the zone's";
}

TEST(Capacity, of_a_host_that_is_closed_does_not_count) {
  World world(1, 2);
  const auto before = only(world, {}, "0").total;
  world.call("updateHost", {{"id", ids(world, "hosts").front()}, {"allocationstate", "Disable"}});
  EXPECT_EQ(only(world, {}, "0").total, before / 2);
}

TEST(Capacity, is_asked_for_by_place_kind_and_page) {
  World world(1, 1);
  const auto all = listed(world, {});
  EXPECT_EQ(listed(world, {{"zoneid", world.zone}}).size(), all.size());
  EXPECT_EQ(listed(world, {{"zoneid", world.zone}, {"podid", world.pod}}).front().pod, world.pod);
  EXPECT_EQ(listed(world, {{"clusterid", world.cluster}}).front().cluster, world.cluster);
  EXPECT_EQ(listed(world, {{"keyword", "cpu"}}).size(), 2u);
  EXPECT_TRUE(listed(world, {{"type", "19"}}).empty()) << "there are no graphics processors";
  const Pairs second = {{"page", "2"}, {"pagesize", "3"}};
  ASSERT_EQ(listed(world, second).size(), 3u);
  EXPECT_EQ(listed(world, second).front().name, all[3].name);
  EXPECT_TRUE(listed(world, {{"page", "99"}, {"pagesize", "3"}}).empty());
  const auto elsewhere = world.made("createZone", {{"name", "elsewhere"}, {"dns1", "192.0.2.1"},
                                                   {"internaldns1", "192.0.2.1"}, {"networktype", "Advanced"}});
  EXPECT_TRUE(listed(world, {{"zoneid", elsewhere}, {"podid", world.pod}}).empty());
  EXPECT_EQ(listed(world, {}).size(), 2 * all.size());
}

TEST(Capacity, sorted_by_usage_begins_with_the_fullest_of_zones_pods_and_clusters) {
  World world(1, 1);
  deploy(world, {make_network(world)}, true);
  const auto rows = listed(world, {{"sortby", "usage"}});
  double last = 1;
  std::set<std::pair<bool, bool>> levels;
  for (const auto& row : rows) {
    const auto share = row.total > 0 ? double(row.used) / double(row.total) : 0;
    EXPECT_LE(share, last) << row.name;
    last = share;
    levels.emplace(!row.pod.empty(), !row.cluster.empty());
  }
  EXPECT_EQ(levels.size(), 3u);
  EXPECT_EQ(listed(world, {{"sortby", "usage"}, {"page", "1"}, {"pagesize", "4"}}).size(), 4u);
  EXPECT_TRUE(refusal_of(world, "listCapacity", {{"sortby", "colour"}}));
}

}  // namespace
}  // namespace welkin::simulation
