// How much an account may call.
#include "commands/throttle.hpp"
#include "door.hpp"

namespace welkin::simulation {
namespace {

void limit_calls(World& world, const char* most) {
  world.call("updateConfiguration", {{"name", "api.throttling.max"}, {"value", most}});
  world.call("updateConfiguration", {{"name", "api.throttling.interval"}, {"value", "10"}});
  world.call("updateConfiguration", {{"name", "api.throttling.enabled"}, {"value", "true"}});
}

/// Attack 30.
TEST(Throttle, an_account_calls_no_more_in_a_while_than_the_settings_say_and_others_do_not_notice) {
  World world(1, 1);
  Door door(world);
  const auto bob = make_keys(world, make_person(world, "bob", "0").user);
  const auto eve = make_keys(world, make_person(world, "eve", "0").user);
  const auto root = make_keys(world, world.root);
  EXPECT_EQ(door.status(bob, "listZones"), 200);
  limit_calls(world, "3");
  world.loop.run_for(20s);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(door.status(bob, "listZones"), 200);
  const auto refused = door.signed_by(bob, "listZones");
  EXPECT_EQ(refused.status, 429);
  EXPECT_NE(refused.body.find("4545"), std::string::npos) << refused.body;
  EXPECT_EQ(door.status(eve, "listZones"), 200);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(door.status(root, "listZones"), 200);
  world.loop.run_for(11s);
  EXPECT_EQ(door.status(bob, "listZones"), 200);
  EXPECT_NE(door.signed_by(bob, "getApiLimit").body.find(R"("apiAllowed":1)"), std::string::npos);
  EXPECT_EQ(door.status(bob, "listZones"), 200);
  EXPECT_EQ(door.status(bob, "listZones"), 429);
  EXPECT_EQ(door.status(root, "resetApiLimit"), 200);
  EXPECT_EQ(door.status(bob, "listZones"), 200);
  const auto capabilities = door.signed_by(root, "listCapabilities").body;
  EXPECT_NE(capabilities.find(R"("apilimitmax":3)"), std::string::npos) << capabilities;
}

/// Attack 30.
TEST(Throttle, no_account_takes_all_workers) {
  World world(1, 1);
  auto& throttle = world.dispatcher().throttle();
  access::Caller bob, eve;
  bob.account = world.cloud().new_id<model::Account>();
  eve.account = world.cloud().new_id<model::Account>();
  std::vector<commands::Throttle::Place> places;
  std::optional<int> status;
  while (!status && places.size() < 100) try {
      places.push_back(throttle.enter(bob));
    } catch (const commands::Throttle::Refusal& refusal) {
      status = refusal.status;
    }
  EXPECT_EQ(status, 503);
  EXPECT_LT(places.size(), 16u);
  EXPECT_NO_THROW(throttle.enter(eve));
  places.pop_back();
  EXPECT_NO_THROW(throttle.enter(bob));
}

}  // namespace
}  // namespace welkin::simulation
