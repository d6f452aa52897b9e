// Calls that are sent twice are done once, and rehearsed calls are not done at all.
#include "base/vault.hpp"
#include "door.hpp"
#include "watch/duties.hpp"

namespace welkin::simulation {
namespace {

std::int64_t how_many(World& world, std::string_view from) {
  return world.read([&](sql::Transaction& tx) { return sql::count(tx, fmt::format("select count(*) from {}", from)); });
}
Pairs with(Pairs parameters, std::string_view name, std::string_view value) {
  parameters.emplace_back(name, value);
  return parameters;
}
Pairs token(Pairs parameters, std::string_view text = "t-1") {
  return with(std::move(parameters), "idempotencytoken", text);
}

TEST(Tokens, the_same_call_is_done_once_and_answered_the_same) {
  World world(1, 1);
  const auto domain = token({{"name", "sales"}});
  EXPECT_EQ(world.made("createDomain", domain), world.made("createDomain", domain));
  const auto first = world.call("createSSHKeyPair", token({{"name", "k"}}, "t-2")).text;
  EXPECT_NE(first.find("PRIVATE KEY"), std::string::npos);
  EXPECT_EQ(world.call("createSSHKeyPair", token({{"name", "k"}}, "t-2")).text, first);
  const auto plan = token(deployment(world, {make_network(world)}), "t-3");
  const auto one = world.call("deployVirtualMachine", plan), two = world.call("deployVirtualMachine", plan);
  world.rest();
  const auto three = world.call("deployVirtualMachine", plan);
  EXPECT_EQ(one.job, two.job);
  EXPECT_EQ(one.job, three.job);
  EXPECT_EQ(one.id, three.id);
  EXPECT_EQ(how_many(world, "instances"), 1);
  EXPECT_EQ(how_many(world, "kept_answers where sealed like '%PRIVATE%'"), 0);
}

TEST(Tokens, of_a_call_that_failed_are_as_if_unused) {
  World world(1, 1);
  world.made("createDomain", {{"name", "sales"}});
  EXPECT_THROW(world.call("createDomain", token({{"name", "sales"}})), Error);
  EXPECT_FALSE(world.made("createDomain", token({{"name", "labs"}})).empty());
}

TEST(Tokens, stand_for_one_call_only_and_for_one_caller) {
  World world(1, 1);
  const auto bob = make_person(world, "bob", "1");
  world.made("createDomain", token({{"name", "sales"}}));
  const auto refused = refusal_of(world, "createDomain", token({{"name", "labs"}}));
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->subject, "idempotencytoken");
  EXPECT_TRUE(refusal_of(world, "createZone", token({{"name", "sales"}})));
  for (const auto* text : {"", "two words", "caf\u00e9"})
    EXPECT_TRUE(refusal_of(world, "createDomain", token({{"name", "x"}}, text))) << text;
  world.caller = bob.user;
  EXPECT_FALSE(world.made("createDomain", token({{"name", "labs"}})).empty()) << "a stranger's token is unseen";
}

TEST(Tokens, are_kept_for_a_day) {
  World world(1, 1);
  world.made("createDomain", token({{"name", "sales"}}));
  world.loop.run_for(23h);
  watch::sweep(world.cloud());
  EXPECT_FALSE(world.made("createDomain", token({{"name", "sales"}})).empty());
  world.loop.run_for(2h);
  EXPECT_TRUE(refusal_of(world, "createDomain", token({{"name", "sales"}}))) << "it is done, and fails: the name is taken";
  watch::sweep(world.cloud());
  EXPECT_EQ(how_many(world, "kept_answers"), 0);
}

TEST(Tokens, survive_the_server) {
  World world(1, 1);
  const auto plan = token(deployment(world, {make_network(world)}));
  const auto job = world.call("deployVirtualMachine", plan).job;
  world.die_and_live();
  EXPECT_EQ(world.call("deployVirtualMachine", plan).job, job);
  world.rest();
  EXPECT_EQ(how_many(world, "instances"), 1);
}

TEST(Rehearsals, change_nothing_and_tell_what_would_come) {
  World world(2, 2);
  Door door(world);
  const auto keys = make_keys(world, world.root);
  const auto network = make_network(world);
  world.rest();
  const auto before = standing(world);
  const auto rows = how_many(world, "flows"), jobs = how_many(world, "jobs"), events = how_many(world, "events");
  auto reply = door.signed_by(keys, "deployVirtualMachine", with(deployment(world, {network}), "dryrun", "true"));
  EXPECT_EQ(reply.status, 200) << reply.body;
  EXPECT_NE(reply.body.find(R"("changed":false)"), std::string::npos) << reply.body;
  EXPECT_NE(reply.body.find(R"("hostname":"sim/host-)"), std::string::npos) << reply.body;
  EXPECT_NE(reply.body.find(R"("storage":"pool-)"), std::string::npos) << reply.body;
  for (const auto& [command, parameters] : std::vector<std::pair<std::string, Pairs>>{
           {"createDomain", {{"name", "sales"}}},
           {"createSSHKeyPair", {{"name", "k"}}},
           {"deleteNetwork", {{"id", network}}},
           {"addHost", {{"zoneid", world.zone}, {"podid", world.pod}, {"clusterid", world.cluster},
                        {"hypervisor", "Simulator"}, {"url", "http://sim/another"}}},
           {"updateResourceCount", {{"domainid", world.read([](sql::Transaction& tx) {
              return sql::first<model::Domain>(tx, "where parent_id is null")->id.text(); })}}},
           {"registerUserKeys", {{"id", world.root.text()}}}}) {
    reply = door.signed_by(keys, command, with(parameters, "dryrun", "true"));
    EXPECT_EQ(reply.status, 200) << command << reply.body;
    EXPECT_NE(reply.body.find(R"("dryrun":{"changed":false)"), std::string::npos) << command << reply.body;
  }
  world.rest();
  EXPECT_EQ(standing(world), before);
  EXPECT_EQ(how_many(world, "flows"), rows);
  EXPECT_EQ(how_many(world, "jobs"), jobs);
  EXPECT_EQ(how_many(world, "events"), events);
  EXPECT_EQ(world.hosts.size(), 2u);
}

TEST(Rehearsals, are_refused_as_the_call_would_be) {
  World world(1, 1);
  const auto network = make_network(world);
  const auto tenant = make_person(world, "bob", "0");
  EXPECT_TRUE(refusal_of(world, "createDomain", {{"name", "a/b"}, {"dryrun", "true"}}));
  const auto odd = refusal_of(world, "createDomain", {{"name", "a"}, {"dryrun", "perhaps"}});
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->subject, "dryrun");
  auto plan = deployment(world, {network});
  std::erase_if(plan, [](const auto& pair) { return pair.first == "serviceofferingid"; });
  plan.emplace_back("serviceofferingid", world.made("createServiceOffering", {{"name", "giant"},
                                                                              {"displaytext", "giant"},
                                                                              {"cpunumber", "4"},
                                                                              {"cpuspeed", "500"},
                                                                              {"memory", "900000"},
                                                                              {"storagetype", "local"}}));
  const auto full = refusal_of(world, "deployVirtualMachine", with(plan, "dryrun", "true"));
  ASSERT_TRUE(full);
  EXPECT_EQ(full->fault, Fault::exhausted);
  EXPECT_NE(full->message.find("There is no place"), std::string::npos) << full->message;
  world.caller = tenant.user;
  EXPECT_TRUE(refusal_of(world, "deleteNetwork", {{"id", network}, {"dryrun", "true"}}));
}

}  // namespace
}  // namespace welkin::simulation
