// Limits: what is held never exceeds them, and what is counted is what is there.
#include "model/holding.hpp"
#include "user.hpp"

namespace welkin::simulation {
namespace {

struct Limited {
  std::string account, domain;
  Id<model::User> user;
};

/// An account in a domain beneath a domain, and the caller from now on.
Limited enter(World& world, const std::string& name) {
  const auto above = world.made("createDomain", {{"name", name + "-above"}});
  const auto domain = world.made("createDomain", {{"name", name}, {"parentdomainid", above}});
  const auto text = world.call("createAccount", {{"account", name},
                                                 {"accounttype", "0"},
                                                 {"domainid", domain},
                                                 {"username", name},
                                                 {"password", "kept secret"},
                                                 {"firstname", name},
                                                 {"lastname", "Tester"},
                                                 {"email", name + "@example.org"}}).text;
  const JsonDocument document(text);
  world.caller = Id<model::User>::parse(document.root()["user"].at(0)["id"].text()).value();
  return {name, domain, world.caller};
}

void limit(World& world, const Limited& whom, bool the_domain, model::Resource resource, std::int64_t most) {
  const auto caller = std::exchange(world.caller, world.root);
  Pairs wish{{"domainid", whom.domain}, {"resourcetype", std::to_string(int(resource))}, {"max", std::to_string(most)}};
  if (!the_domain) wish.emplace_back("account", whom.account);
  world.call("updateResourceLimit", wish);
  world.caller = caller;
}

std::optional<Error> failure(World& world, std::string_view command, const Pairs& parameters) {
  try {
    world.done(command, parameters);
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

void expect_limited(World& world, std::string_view command, const Pairs& parameters, std::string_view resource) {
  const auto error = failure(world, command, parameters);
  ASSERT_TRUE(error) << command;
  EXPECT_EQ(error->fault, Fault::limited) << error->message;
  EXPECT_EQ(error->subject, resource) << error->message;
}

TEST(Limits, stop_what_would_exceed_them_and_nothing_is_left_of_it) {
  World world(1, 2);
  const auto alice = enter(world, "alice");
  const auto network = make_network(world);
  limit(world, alice, false, model::Resource::instance, 1);
  deploy(world, {network});
  const auto before = standing(world);
  expect_limited(world, "deployVirtualMachine", deployment(world, {network}), "user_vm");
  EXPECT_EQ(standing(world), before);
  limit(world, alice, false, model::Resource::instance, 5);
  limit(world, alice, false, model::Resource::volume, 2);
  expect_limited(world, "deployVirtualMachine", deployment(world, {network}, true), "volume");
  EXPECT_EQ(standing(world), before);
  limit(world, alice, false, model::Resource::network, 1);
  expect_limited(world, "createNetwork",
                 {{"name", "second"}, {"zoneid", world.zone}, {"networkofferingid", world.network_offering}}, "network");
  expect_health(world, "after refusals");
}

TEST(Limits, of_a_domain_hold_for_all_accounts_beneath_it_together) {
  World world(1, 2);
  const auto alice = enter(world, "alice");
  limit(world, alice, true, model::Resource::primary_storage, 2);
  const auto volume = [&](const std::string& gib) {
    return Pairs{{"name", "data"}, {"zoneid", world.zone}, {"diskofferingid", world.disk_offering}, {"size", gib}};
  };
  world.done("createVolume", volume("1"));
  expect_limited(world, "createVolume", volume("2"), "primary_storage");
  world.done("createVolume", volume("1"));
  expect_limited(world, "createVolume", volume("1"), "primary_storage");
}

TEST(Limits, that_are_reached_are_free_again_when_something_goes) {
  World world(1, 2);
  const auto alice = enter(world, "alice");
  const auto network = make_network(world);
  limit(world, alice, false, model::Resource::instance, 1);
  const auto first = deploy(world, {network});
  world.done("destroyVirtualMachine", {{"id", first}});
  const auto second = deploy(world, {network});
  // It comes back only when there is room for it, whoever asks.
  world.caller = world.root;
  expect_limited(world, "recoverVirtualMachine", {{"id", first}}, "user_vm");
  world.done("destroyVirtualMachine", {{"id", second}, {"expunge", "true"}});
  world.call("recoverVirtualMachine", {{"id", first}});
}

/// True when the caller may not set that limit, or it is none.
bool refused(World& world, const Pairs& wish) {
  try {
    world.call("updateResourceLimit", wish);
  } catch (const Error& error) {
    return error.fault == Fault::invalid || error.fault == Fault::forbidden;
  }
  return false;
}

TEST(Limits, of_root_administrators_and_the_root_domain_do_not_exist) {
  World world(1, 1);
  const auto root = world.read([&](sql::Transaction& tx) { return commands::caller_of(tx, world.root); });
  Pairs wish{{"domainid", root.domain.text()}, {"resourcetype", "0"}, {"max", "1"}};
  EXPECT_TRUE(refused(world, wish));
  wish.emplace_back("account", root.account_name);
  EXPECT_TRUE(refused(world, wish));
}

TEST(Limits, are_not_the_holders_own_to_change_and_take_no_nonsense) {
  World world(1, 1);
  const auto alice = enter(world, "alice");
  EXPECT_TRUE(refused(world, {{"domainid", alice.domain}, {"account", "alice"}, {"resourcetype", "0"}, {"max", "100"}}));
  world.caller = world.root;
  const auto nonsense = [&](const char* resource, const char* most) {
    return refused(world, {{"domainid", alice.domain}, {"resourcetype", resource}, {"max", most}});
  };
  for (const auto* most : {"-2", "9223372036854775808", "many", "1.5"}) EXPECT_TRUE(nonsense("0", most)) << most;
  EXPECT_TRUE(nonsense("10", "9223372036854775807")) << "in GiB that is too much to count";
  EXPECT_TRUE(nonsense("17", "1"));
  EXPECT_TRUE(nonsense("-1", "1"));
  EXPECT_TRUE(refused(world, {{"resourcetype", "0"}, {"max", "1"}}));
  const auto text = world.call("listResourceLimits", {{"domainid", alice.domain}, {"account", "alice"}}).text;
  const JsonDocument document(text);
  EXPECT_EQ(document.root().size(), model::resource_kinds);
  EXPECT_EQ(document.root().at(0)["max"].integer(), 20) << "the setting's";
}

TEST(Limits, of_a_domain_are_at_most_those_above_it) {
  World world(1, 1);
  const auto alice = enter(world, "alice");
  const auto above = world.read([&](sql::Transaction& tx) {
    return sql::need<model::Domain>(tx, Id<model::Domain>::parse(alice.domain).value()).parent_id.text();
  });
  world.caller = world.root;
  world.call("updateResourceLimit", {{"domainid", above}, {"resourcetype", "0"}, {"max", "3"}});
  EXPECT_TRUE(refused(world, {{"domainid", alice.domain}, {"resourcetype", "0"}, {"max", "4"}}));
  const auto text = world.call("listResourceLimits", {{"domainid", alice.domain}, {"resourcetypename", "user_vm"}}).text;
  const JsonDocument document(text);
  EXPECT_EQ(document.root().at(0)["max"].integer(), 3) << "it follows the one above";
}

TEST(Limits, are_counted_anew_to_what_they_were) {
  World world(1, 2);
  const auto alice = enter(world, "alice");
  furnish(world);
  const auto account = world.read([&](sql::Transaction& tx) { return commands::caller_of(tx, alice.user).account; });
  const auto held = [&] { return world.read([&](sql::Transaction& tx) { return model::held_by_account(tx, account); }); };
  const auto before = held();
  EXPECT_GT(before.instances, 0);
  sql::write(*world.database, [&](sql::Transaction& tx) {
    auto wrong = before;
    wrong.instances += 7;
    wrong.primary_bytes = 1;
    model::set_holding(tx, wrong);
  });
  EXPECT_NE(held(), before);
  world.caller = world.root;
  world.call("updateResourceCount", {{"domainid", alice.domain}});
  EXPECT_EQ(held(), before);
}

}  // namespace
}  // namespace welkin::simulation
