// Alerts: raised by what goes wrong, once; listed and put away by operators.
#include "door.hpp"
#include "watch/alarms.hpp"
#include "watch/duties.hpp"
#include "watch/purge.hpp"

namespace welkin::simulation {
namespace {

/// `member` of each alert that is shown, the newest first, between bars.
std::string listed(World& world, const Pairs& parameters = {}, std::string_view member = "description") {
  const auto text = world.call("listAlerts", parameters).text;
  const JsonDocument document(text);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < document.root().size(); ++i) out.emplace_back(document.root().at(i)[member].text());
  return fmt::format("{}", fmt::join(out, "|"));
}
std::size_t how_many(World& world, const Pairs& parameters = {}) {
  const auto text = listed(world, parameters, "id");
  return (text.size() + 1) / 37;
}
void set(World& world, const std::string& name, const std::string& value) {
  world.call("updateConfiguration", {{"name", name}, {"value", value}});
}
template <class F>
void write(World& world, F body) {
  world.database->write([&](sql::Transaction& tx) { body(tx); });
}

TEST(Alerts, tell_of_a_host_that_is_lost_and_of_its_return) {
  World world(1, 2);
  const auto host = Id<model::Host>::parse(ids(world, "hosts").front()).value();
  EXPECT_EQ(listed(world), "");
  for (int i = 0; i < 2; ++i) write(world, [&](sql::Transaction& tx) { watch::host_lost(tx, world.cloud(), host); });
  const auto lost = listed(world, {{"type", "7"}});
  EXPECT_NE(lost.find("is lost"), std::string::npos) << lost;
  EXPECT_EQ(how_many(world), 1u);
  world.loop.run_for(1s);
  write(world, [&](sql::Transaction& tx) { watch::host_heard(tx, world.cloud(), host, true); });
  EXPECT_NE(listed(world).find("is up again"), std::string::npos);
  world.loop.run_for(1s);
  write(world, [&](sql::Transaction& tx) { watch::host_lost(tx, world.cloud(), host); });
  EXPECT_EQ(how_many(world, {{"name", "ALERT.COMPUTE.HOST"}}), 3u) << "it is lost again, and that is news";
}

TEST(Alerts, tell_of_a_guest_that_ended_by_itself_and_of_one_that_nobody_knows) {
  World world(1, 1);
  const auto instance = deploy(world, {make_network(world)});
  world.loop.run_for(60s);
  auto& host = *world.hosts.begin()->second;
  const auto id = Id<model::Host>::parse(ids(world, "hosts").front()).value();
  watch::sighted(world.cloud(), id, {});
  EXPECT_NE(listed(world, {{"type", "ALERT.USERVM"}}).find(instance), std::string::npos);
  world.rest();
  auto seen = host.hypervisor.look({});
  seen.instances.push_back({});
  seen.instances.back().id = world.cloud().new_id<model::Instance>();
  seen.instances.back().name = "stranger";
  for (int i = 0; i < 3; ++i) watch::sighted(world.cloud(), id, seen);
  EXPECT_EQ(how_many(world, {{"type", "27"}}), 1u);
  EXPECT_NE(listed(world, {{"keyword", "STRANGER"}}), "");
  world.loop.run_for(2h);
  watch::sighted(world.cloud(), id, seen);
  EXPECT_EQ(how_many(world, {{"type", "27"}}), 2u) << "nobody has put it away in an hour";
}

TEST(Alerts, tell_of_a_router_that_could_not_be_told) {
  World world(1, 1);
  const auto network = make_network(world);
  deploy(world, {network});
  const auto address = take_address(world, network);
  for (auto& [id, host] : world.hosts) world.agents.set_connected(id, false);
  EXPECT_TRUE(refusal_of(world, "listAlerts", {{"type", "x"}}));
  try {
    world.done("createFirewallRule",
               {{"ipaddressid", address}, {"protocol", "tcp"}, {"startport", "80"}, {"endport", "80"}});
    ADD_FAILURE() << "nothing reaches the host";
  } catch (const Error&) {
  }
  EXPECT_NE(listed(world, {{"type", "9"}}).find("could not be brought up to date"), std::string::npos);
  world.heal();
}

TEST(Alerts, tell_of_places_that_run_short) {
  World world(1, 1);
  deploy(world, {make_network(world)});
  EXPECT_EQ(watch::weigh_capacity(world.cloud()), 300s);
  EXPECT_EQ(listed(world), "");
  world.call("updateConfiguration", {{"name", "cluster.memory.allocated.capacity.notificationthreshold"},
                                     {"value", "0"}, {"clusterid", world.cluster}});
  set(world, "zone.virtualnetwork.publicip.capacity.notificationthreshold", "0");
  for (int i = 0; i < 3; ++i) watch::weigh_capacity(world.cloud());
  EXPECT_EQ(how_many(world), 2u);
  EXPECT_NE(listed(world, {{"type", "0"}}).find("runs short of memory"), std::string::npos);
  EXPECT_NE(listed(world, {{"type", "4"}}).find("runs short of public addresses"), std::string::npos);
  set(world, "alert.allowed.repetitive.types", "ALERT.CPU,ALERT.MEMORY");
  watch::weigh_capacity(world.cloud());
  EXPECT_EQ(how_many(world, {{"type", "0"}}), 2u);
  EXPECT_EQ(how_many(world, {{"type", "4"}}), 1u);
  set(world, "capacity.check.period", "60000");
  EXPECT_EQ(watch::weigh_capacity(world.cloud()), 60s);
}

TEST(Alerts, are_raised_by_operators_under_names_that_fit_their_numbers) {
  World world(1, 1);
  world.done("generateAlert", {{"type", "14"}, {"name", "ALERT.MANAGEMENT"}, {"description", "tea is out"}});
  world.done("generateAlert", {{"type", "99"}, {"name", "TEA"}, {"description", "coffee is out"}, {"podid", world.pod}});
  EXPECT_EQ(listed(world, {}, "name"), "TEA|ALERT.MANAGEMENT");
  EXPECT_EQ(listed(world, {{"type", "99"}}), "coffee is out");
  EXPECT_TRUE(refusal_of(world, "generateAlert", {{"type", "14"}, {"name", "TEA"}, {"description", "x"}}));
  EXPECT_TRUE(refusal_of(world, "generateAlert", {{"type", "98"}, {"name", "ALERT.CPU"}, {"description", "x"}}));
  EXPECT_TRUE(refusal_of(world, "generateAlert", {{"type", "-1"}, {"name", "TEA"}, {"description", "x"}}));
  EXPECT_TRUE(refusal_of(world, "generateAlert",
                         {{"type", "99"}, {"name", "TEA"}, {"description", std::string(1000, 'x')}}));
  EXPECT_EQ(how_many(world), 2u);
  const auto types = world.call("listAlertTypes", {}).text;
  EXPECT_NE(types.find(R"({"type":7,"name":"ALERT.COMPUTE.HOST"})"), std::string::npos) << types;
}

TEST(Alerts, are_put_away_deleted_and_forgotten) {
  World world(1, 1);
  watch::Purge purge;
  for (const auto* what : {"first", "second", "third"}) {
    world.done("generateAlert", {{"type", "14"}, {"name", "ALERT.MANAGEMENT"}, {"description", what}});
    world.loop.run_for(1h);
  }
  const auto all = listed(world, {}, "id");
  world.call("archiveAlerts", {{"ids", all.substr(0, 36)}});
  EXPECT_EQ(listed(world), "second|first");
  world.call("deleteAlerts", {{"ids", all.substr(37, 36)}});
  EXPECT_EQ(listed(world), "first");
  for (const auto* command : {"archiveAlerts", "deleteAlerts"}) {
    EXPECT_TRUE(refusal_of(world, command, {}));
    EXPECT_TRUE(refusal_of(world, command, {{"startdate", "2020-01-01"}}));
    EXPECT_TRUE(refusal_of(world, command, {{"type", "tea"}}));
    world.call(command, {{"type", "7"}});
  }
  EXPECT_EQ(listed(world), "first");
  set(world, "alert.purge.delay", "2");
  purge.round(world.cloud());
  EXPECT_EQ(listed(world), "first");
  world.loop.run_for(49h);
  purge.round(world.cloud());
  EXPECT_EQ(listed(world), "");
  EXPECT_EQ(ids(world, "alerts").size(), 1u) << "what was put away is kept";
}

TEST(Alerts, are_for_root_administrators) {
  World world(1, 1);
  Door door(world);
  world.done("generateAlert", {{"type", "14"}, {"name", "ALERT.MANAGEMENT"}, {"description", "tea is out"}});
  for (const auto& person : {make_person(world, "ann", "0"), make_person(world, "dan", "2")}) {
    const auto keys = make_keys(world, person.user);
    for (const auto* command : {"listAlerts", "archiveAlerts", "deleteAlerts", "generateAlert", "listAlertTypes"})
      EXPECT_EQ(door.status(keys, command, {{"type", "14"}}), 432) << command;
  }
  EXPECT_EQ(how_many(world), 1u);
}

}  // namespace
}  // namespace welkin::simulation
