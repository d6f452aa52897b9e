// Limits: what is held never exceeds them, and what is counted is what is there.
#include "model/holding.hpp"
#include "model/host.hpp"
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

void expect_limited(World& world, std::string_view command, const Pairs& parameters, std::string_view resource) {
  const auto error = refusal(world, command, parameters);
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

/// An offering of instances that go to hosts with the tag gold; all hosts have it.
std::string golden_offering(World& world) {
  for (const auto& host : ids(world, "hosts")) world.call("updateHost", {{"id", host}, {"hosttags", "gold"}});
  world.call("updateConfiguration", {{"name", "resource.limit.host.tags"}, {"value", "gold, silver"}});
  world.call("updateConfiguration", {{"name", "resource.limit.storage.tags"}, {"value", "fast"}});
  return world.made("createServiceOffering", {{"name", "golden"}, {"displaytext", "golden"}, {"cpunumber", "1"},
                                              {"cpuspeed", "500"}, {"memory", "512"}, {"storagetype", "local"},
                                              {"hosttags", "gold"}});
}
Pairs golden(World& world, const std::string& network, const std::string& offering) {
  auto wish = deployment(world, {network});
  wish.front().second = offering;
  return wish;
}
void limit_by_tag(World& world, const Limited& whom, bool the_domain, const std::string& resource, const std::string& most,
                  const std::string& tag = "gold") {
  const auto caller = std::exchange(world.caller, world.root);
  Pairs wish{{"domainid", whom.domain}, {"resourcetype", resource}, {"max", most}, {"tag", tag}};
  if (!the_domain) wish.emplace_back("account", whom.account);
  world.call("updateResourceLimit", wish);
  world.caller = caller;
}

TEST(LimitsByTag, hold_what_goes_to_hosts_with_the_tag_and_nothing_else) {
  World world(1, 2);
  const auto offering = golden_offering(world);
  const auto alice = enter(world, "alice");
  const auto network = make_network(world);
  limit_by_tag(world, alice, false, "0", "1");
  const auto first = world.done("deployVirtualMachine", golden(world, network, offering));
  expect_limited(world, "deployVirtualMachine", golden(world, network, offering), "user_vm");
  deploy(world, {network});
  limit_by_tag(world, alice, false, "0", "-1");
  limit_by_tag(world, alice, true, "9", "1024");
  world.done("deployVirtualMachine", golden(world, network, offering));
  expect_limited(world, "deployVirtualMachine", golden(world, network, offering), "memory");
  world.caller = world.root;
  world.done("destroyVirtualMachine", {{"id", first}, {"expunge", "true"}});
  world.caller = alice.user;
  world.done("deployVirtualMachine", golden(world, network, offering));
  expect_health(world, "at the end");
}

TEST(LimitsByTag, are_not_exceeded_by_rivals) {
  World world(2, 2);
  const auto offering = golden_offering(world);
  const auto alice = enter(world, "alice");
  const auto network = make_network(world);
  limit_by_tag(world, alice, true, "8", "2");
  std::size_t refused = 0;
  for (int i = 0; i < 6; ++i)
    try {
      world.call("deployVirtualMachine", golden(world, network, offering));
    } catch (const Error& error) {
      refused += error.fault == Fault::limited;
    }
  world.rest();
  EXPECT_EQ(refused, 4u);
  EXPECT_EQ(ids(world, "instances where state = 'Running'").size(), 2u);
}

TEST(LimitsByTag, hold_volumes_by_the_tags_of_their_offerings) {
  World world(3, 1);
  golden_offering(world);
  const auto fast = world.made("createDiskOffering", {{"name", "fast"}, {"displaytext", "fast"}, {"disksize", "2"},
                                                      {"tags", "fast"}, {"storagetype", "local"}});
  const auto alice = enter(world, "alice");
  limit_by_tag(world, alice, false, "10", "3", "fast");
  const Pairs wish{{"name", "disk"}, {"zoneid", world.zone}, {"diskofferingid", fast}};
  world.done("createVolume", wish);
  expect_limited(world, "createVolume", wish, "primary_storage");
  make_volume(world);
}

TEST(LimitsByTag, are_listed_and_counted_and_bad_ones_refused) {
  World world(4, 1);
  const auto offering = golden_offering(world);
  const auto alice = enter(world, "alice");
  world.done("deployVirtualMachine", golden(world, make_network(world), offering));
  limit_by_tag(world, alice, false, "0", "7");
  EXPECT_EQ(listed(world, "listResourceLimits", {{"tag", "gold"}}, "resourcetypename"), "cpu,memory,user_vm");
  EXPECT_EQ(listed(world, "listResourceLimits", {{"resourcetype", "0"}}, "tag"), ",gold,silver");
  world.caller = world.root;
  const Pairs whose{{"account", alice.account}, {"domainid", alice.domain}};
  auto counts = whose;
  counts.emplace_back("tag", "gold");
  const auto text = world.call("updateResourceCount", counts).text;
  EXPECT_TRUE(text.contains("\"tag\":\"gold\"")) << text;
  EXPECT_EQ(listed(world, "updateResourceCount", counts, "tag"), "gold,gold,gold");
  for (const auto& [resource, tag, most] : {std::tuple("0", "fast", "1"), std::tuple("1", "gold", "1"),
                                            std::tuple("0", "lead", "1"), std::tuple("0", "gold", "-2")}) {
    auto wish = whose;
    wish.insert(wish.end(), {{"resourcetype", resource}, {"tag", tag}, {"max", most}});
    EXPECT_TRUE(refusal(world, "updateResourceLimit", wish)) << resource << " " << tag << " " << most;
  }
  world.done("deleteAccount", {{"id", ids(world, "accounts where name = 'alice'").front()}});
  EXPECT_EQ(ids(world, "tagged_limits"), std::vector<std::string>{});
}

TEST(LimitsByTag, are_shown_with_those_whom_they_limit) {
  World world(5, 2);
  const auto offering = golden_offering(world);
  const auto alice = enter(world, "alice");
  world.done("deployVirtualMachine", golden(world, make_network(world), offering));
  limit_by_tag(world, alice, false, "9", "2048");
  const auto shown = [&](std::string_view command, const std::string& id, const std::string& tag) {
    const auto text = world.call(command, {{"id", id}, {"tag", tag}}).text;
    const JsonDocument document(text);
    const auto all = document.root().at(0)["taggedresources"];
    std::string out;
    for (std::size_t i = 0; i < all.size(); ++i)
      out += fmt::format("{} {} {} {} {};", all.at(i)["resourcetypename"].text(), all.at(i)["tag"].text(),
                         all.at(i)["limit"].integer(), all.at(i)["total"].integer(), all.at(i)["available"].integer());
    return out;
  };
  const std::string held = "user_vm gold -1 1 -1;cpu gold -1 1 -1;";
  EXPECT_EQ(shown("listAccounts", ids(world, "accounts where name = 'alice'").front(), "gold"),
            held + "memory gold 2048 512 1536;");
  world.caller = world.root;
  EXPECT_EQ(shown("listDomains", alice.domain, "gold"), held + "memory gold -1 512 -1;");
  EXPECT_EQ(shown("listDomains", alice.domain, "fast"), "volume fast -1 0 -1;primary_storage fast -1 0 -1;");
  EXPECT_EQ(shown("listDomains", alice.domain, "lead"), "");
}

TEST(Capacities, are_those_of_hosts_and_pools_with_the_tag) {
  World world(6, 2);
  const auto host = ids(world, "hosts").front();
  const auto cores = [&](const std::string& tag) {
    return listed(world, "listCapacity", {{"type", "90"}, {"tag", tag}}, "capacitytotal");
  };
  world.call("updateHost", {{"id", host}, {"hosttags", "gold_1"}});
  const auto of_host = world.read([&](sql::Transaction& tx) {
    return sql::need<model::Host>(tx, Id<model::Host>::parse(host).value()).cpus;
  });
  EXPECT_EQ(cores("gold_1"), std::to_string(of_host));
  EXPECT_EQ(cores("gold"), "0") << "a part of a tag is another tag";
  EXPECT_EQ(cores("gold%1"), "0");
  EXPECT_EQ(listed(world, "listCapacity", {{"tag", "gold_1"}}, "name"),
            "CPU,CPU_CORE,LOCAL_STORAGE,MEMORY,STORAGE,STORAGE_ALLOCATED");
}

}  // namespace
}  // namespace welkin::simulation
