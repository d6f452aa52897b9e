// Events: put away or deleted by those whose they are, and forgotten when they are old.
#include <fmt/chrono.h>

#include "door.hpp"
#include "watch/purge.hpp"

namespace welkin::simulation {
namespace {

/// `member` of each event that the caller is shown, the newest first, between commas.
std::string listed(World& world, const Pairs& parameters, std::string_view member = "id") {
  const auto text = world.call("listEvents", parameters).text;
  const JsonDocument document(text);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < document.root().size(); ++i) out.emplace_back(document.root().at(i)[member].text());
  return fmt::format("{}", fmt::join(out, ","));
}
void make_key(World& world, const std::string& name) {
  world.call("createSSHKeyPair", {{"name", name}});
  world.loop.run_for(1s);
}
template <class F>
void as(World& world, const Person& person, F body) {
  const auto before = std::exchange(world.caller, person.user);
  body();
  world.caller = before;
}
std::string instant(World& world, Duration ago) {
  return fmt::format("{:%FT%T}Z", std::chrono::floor<std::chrono::seconds>(world.cloud().now() - ago));
}

TEST(Events, are_put_away_and_then_found_only_where_that_is_asked_for) {
  World world(1, 1);
  make_key(world, "first");
  make_key(world, "second");
  const Pairs keys = {{"type", "REGISTER.SSH.KEYPAIR"}}, away = {keys[0], {"archived", "true"}};
  const auto both = listed(world, keys);
  const auto newest = both.substr(0, both.find(','));
  world.call("archiveEvents", {{"ids", newest}});
  EXPECT_EQ(listed(world, keys) , both.substr(newest.size() + 1));
  EXPECT_EQ(listed(world, away), newest);
  EXPECT_EQ(listed(world, {{"archived", "false"}, keys[0]}), both.substr(newest.size() + 1));
  world.call("archiveEvents", {keys[0]});
  EXPECT_EQ(listed(world, keys), "");
  EXPECT_EQ(listed(world, away), both);
  world.call("deleteEvents", {{"ids", both}});
  EXPECT_EQ(listed(world, away), "");
}

TEST(Events, are_meant_by_when_they_were) {
  World world(1, 1);
  make_key(world, "first");
  world.loop.run_for(1h);
  make_key(world, "second");
  world.loop.run_for(1h);
  make_key(world, "third");
  const Pairs keys = {{"type", "REGISTER.SSH.KEYPAIR"}};
  const auto third_second_first = listed(world, keys);
  world.call("deleteEvents", {{"startdate", instant(world, 90min)}, {"enddate", instant(world, 30min)}, keys[0]});
  EXPECT_EQ(listed(world, keys), third_second_first.substr(0, 37) + third_second_first.substr(74));
  world.call("deleteEvents", {{"enddate", instant(world, 30min)}, keys[0]});
  EXPECT_EQ(listed(world, keys), third_second_first.substr(0, 36));
}

TEST(Events, are_not_deleted_by_a_request_that_names_none) {
  World world(1, 1);
  make_key(world, "first");
  const auto all = listed(world, {});
  for (const auto* command : {"archiveEvents", "deleteEvents"}) {
    EXPECT_TRUE(refusal_of(world, command, {}));
    EXPECT_TRUE(refusal_of(world, command, {{"startdate", "2020-01-01"}}));
    EXPECT_TRUE(refusal_of(world, command, {{"startdate", "2021-01-01"}, {"enddate", "2020-01-01"}}));
    EXPECT_TRUE(refusal_of(world, command, {{"enddate", "yesterday"}}));
    EXPECT_TRUE(refusal_of(world, command, {{"ids", "00000000-0000-4000-8000-000000000000"}}));
  }
  EXPECT_EQ(listed(world, {}), all);
}

TEST(Events, are_put_away_by_those_whose_they_are) {
  World world(1, 1);
  const auto labs = world.made("createDomain", {{"name", "labs"}});
  const auto ann = make_person(world, "ann", "0", labs), bob = make_person(world, "bob", "0", labs);
  const auto lea = make_person(world, "lea", "2", labs);
  const auto eve = make_person(world, "eve", "2");
  for (const auto& person : {ann, bob, lea, eve}) as(world, person, [&] { make_key(world, "key"); });
  const Pairs keys = {{"type", "REGISTER.SSH.KEYPAIR"}};
  const auto count = [&](const Person& person) {
    std::size_t out = 0;
    as(world, person, [&] { out = listed(world, keys).size() / 36; });
    return out;
  };
  std::string anns;
  as(world, ann, [&] { anns = listed(world, keys); });
  as(world, bob, [&] {
    const auto stranger = refusal_of(world, "deleteEvents", {{"ids", listed(world, keys) + "," + anns}});
    const auto absent = refusal_of(world, "deleteEvents", {{"ids", "00000000-0000-4000-8000-000000000000"}});
    ASSERT_TRUE(stranger && absent);
    EXPECT_EQ(stranger->subject, absent->subject);
    world.call("deleteEvents", keys);
  });
  EXPECT_EQ(count(bob), 0u);
  EXPECT_EQ(count(ann), 1u);
  as(world, eve, [&] { world.call("archiveEvents", keys); });
  EXPECT_EQ(count(eve), 0u);
  EXPECT_EQ(count(ann), 1u);
  as(world, lea, [&] { world.call("archiveEvents", keys); });
  EXPECT_EQ(count(ann), 0u);
}

TEST(Events, of_an_action_are_found_by_the_one_that_began_it) {
  World world(1, 1);
  deploy(world, {make_network(world)});
  const auto began = listed(world, {{"type", "VM.CREATE"}, {"state", "Scheduled"}});
  const auto ended = listed(world, {{"type", "VM.CREATE"}, {"state", "Completed"}});
  ASSERT_EQ(began.size(), 36u);
  EXPECT_EQ(listed(world, {{"startid", began}}), ended + "," + began);
  EXPECT_EQ(listed(world, {{"id", ended}}, "parentid"), began);
  EXPECT_EQ(listed(world, {{"startid", ended}}), ended);
  EXPECT_EQ(listed(world, {{"keyword", "info"}, {"resourcetype", "VirtualMachine"}}), ended + "," + began);
}

TEST(Events, are_forgotten_after_as_many_days_as_the_setting_says_unless_they_were_put_away) {
  World world(1, 1);
  watch::Purge purge;
  world.call("updateConfiguration", {{"name", "event.purge.delay"}, {"value", "3"}});
  make_key(world, "kept");
  const Pairs keys = {{"type", "REGISTER.SSH.KEYPAIR"}}, away = {keys[0], {"archived", "true"}};
  const auto kept = listed(world, keys);
  world.call("archiveEvents", {{"ids", kept}});
  make_key(world, "old");
  purge.round(world.cloud());
  world.loop.run_for(49h);
  make_key(world, "new");
  const auto both = listed(world, keys);
  world.loop.run_for(24h);
  purge.round(world.cloud());
  EXPECT_EQ(listed(world, keys), both.substr(0, 36));
  EXPECT_EQ(listed(world, away), kept);
  world.call("updateConfiguration", {{"name", "event.purge.delay"}, {"value", "1"}});
  world.loop.run_for(23h);
  purge.round(world.cloud());
  EXPECT_EQ(listed(world, keys), both.substr(0, 36)) << "they are gone through once a day";
  world.call("updateConfiguration", {{"name", "event.purge.interval"}, {"value", "3600"}});
  purge.round(world.cloud());
  EXPECT_EQ(listed(world, keys), "");
  world.call("updateConfiguration", {{"name", "event.purge.delay"}, {"value", "0"}});
  make_key(world, "last");
  world.loop.run_for(1000 * 24h);
  purge.round(world.cloud());
  EXPECT_EQ(listed(world, keys).size(), 36u);
}

}  // namespace
}  // namespace welkin::simulation
