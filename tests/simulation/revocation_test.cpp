// Who is locked out is out: sessions and keys at once, journeys at their next effect.
#include "door.hpp"

namespace welkin::simulation {
namespace {

/// The user's role allows no such command from now on.
void deny(World& world, const Person& person, const std::string& pattern) {
  sql::write(*world.database, [&](sql::Transaction& tx) {
    model::RoleRule rule;
    rule.id = world.cloud().new_id<model::RoleRule>();
    rule.role_id = sql::need<model::Account>(tx, sql::need<model::User>(tx, person.user).account_id).role_id;
    rule.rule = pattern;
    rule.permission = model::Permission::deny;
    rule.place = -1;
    sql::insert(tx, rule);
  });
}

/// Attack 5.
TEST(Revocation, of_a_user_ends_their_sessions_and_keys_at_once) {
  for (const auto* how : {"disableUser", "lockUser", "deleteUser"}) {
    World world(1, 1);
    Door door(world);
    const auto bob = make_person(world, "bob", "0");
    make_fellow(world, bob, "bert");
    const auto keys = make_keys(world, bob.user);
    Browser browser;
    door.login(browser, bob);
    EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 200) << how;
    EXPECT_EQ(door.status(keys, "listZones"), 200) << how;
    world.call(how, {{"id", bob.user.text()}});
    world.rest();
    EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 401) << how;
    EXPECT_EQ(door.status(keys, "listZones"), 401) << how;
  }
}

/// Attack 5.
TEST(Revocation, of_a_role_holds_for_sessions_and_keys_at_once) {
  World world(1, 1);
  Door door(world);
  const auto bob = make_person(world, "bob", "0");
  const auto keys = make_keys(world, bob.user);
  Browser browser;
  door.login(browser, bob);
  EXPECT_EQ(door.status(keys, "createSSHKeyPair", {{"name", "one"}}), 200);
  EXPECT_EQ(door.by(browser, "createSSHKeyPair", {{"name", "two"}}).status, 200);
  deny(world, bob, "create*");
  EXPECT_EQ(door.status(keys, "createSSHKeyPair", {{"name", "three"}}), 432);
  EXPECT_NE(door.by(browser, "createSSHKeyPair", {{"name", "four"}}).status, 200);
}

/// Attack 17: whatever takes the right away while a deployment is under way, nothing further is done for the caller.
TEST(Journeys, end_and_are_undone_when_their_caller_may_no_longer_do_that) {
  for (const auto* how : {"disableUser", "disableAccount", "lockAccount", "role", "deleteUser"}) {
    World world(1, 1);
    const auto bob = make_person(world, "bob", "0");
    make_fellow(world, bob, "bert");
    world.caller = bob.user;
    const auto network = make_network(world);
    bool done = false;
    world.probe = [&](durable::Moment moment, std::string_view step, std::int64_t) {
      if (done || moment != durable::Moment::after_commit || step != "raise routers") return;
      done = true;
      if (how == std::string_view("role")) return deny(world, bob, "deploy*");
      sql::write(*world.database, [&](sql::Transaction& tx) {
        auto user = sql::need<model::User>(tx, bob.user);
        auto account = sql::need<model::Account>(tx, user.account_id);
        const auto way = std::string_view(how);
        if (way == "disableUser") user.state = model::AccountState::disabled;
        if (way == "deleteUser") user.removed = world.cloud().now();
        if (way == "disableAccount") account.state = model::AccountState::disabled;
        if (way == "lockAccount") account.state = model::AccountState::locked;
        sql::update(tx, user);
        sql::update(tx, account);
      });
    };
    const auto job = world.call("deployVirtualMachine", deployment(world, {network})).job;
    world.rest();
    EXPECT_TRUE(done) << how;
    const auto ended = world.job(job);
    EXPECT_EQ(ended.status, 2) << how;
    EXPECT_NE(ended.result.find("The job was ended"), std::string::npos) << how << ended.result;
    world.caller = world.root;
    world.heal();
    expect_health(world, how);
    for (const auto& [id, host] : world.hosts) EXPECT_TRUE(host->hypervisor.look({}).instances.empty()) << how;
  }
}

TEST(Journeys, that_take_away_go_on_whatever_becomes_of_their_caller) {
  World world(1, 1);
  const auto bob = make_person(world, "bob", "0");
  world.caller = bob.user;
  const auto instance = deploy(world, {make_network(world)});
  const auto job = world.call("destroyVirtualMachine", {{"id", instance}}).job;
  sql::write(*world.database, [&](sql::Transaction& tx) {
    auto user = sql::need<model::User>(tx, bob.user);
    user.state = model::AccountState::disabled;
    sql::update(tx, user);
  });
  world.rest();
  EXPECT_EQ(world.job(job).status, 1) << world.job(job).result;
}

}  // namespace
}  // namespace welkin::simulation
