// Why somebody may, or may not: as the door decides.
#include "door.hpp"

namespace welkin::simulation {
namespace {

struct Explained {
  bool allowed, reaches;
  std::string reason, reach;
};
Explained explained(World& world, const Person& who, const char* api, Pairs further = {}) {
  further.insert(further.end(), {{"userid", who.user.text()}, {"apiname", api}});
  const auto text = world.call("explainAccess", further).text;
  const JsonDocument document(text);
  const auto root = document.root();
  return {root["allowed"].boolean(), root["reaches"].boolean(), std::string(root["reason"].text()),
          std::string(root["reachreason"].text())};
}

TEST(Explanations, tell_which_rule_of_a_role_decides) {
  World world(1, 1);
  const auto bob = make_person(world, "bob", "0");
  const auto may = explained(world, bob, "listZones");
  EXPECT_TRUE(may.allowed);
  EXPECT_NE(may.reason.find("of the role User allows"), std::string::npos) << may.reason;
  const auto may_not = explained(world, bob, "createZone");
  EXPECT_FALSE(may_not.allowed);
  EXPECT_NE(may_not.reason.find("root administrators"), std::string::npos) << may_not.reason;
  world.call("disableUser", {{"id", bob.user.text()}});
  world.rest();
  EXPECT_FALSE(explained(world, bob, "listZones").allowed);
  EXPECT_EQ(refusal_of(world, "explainAccess", {{"userid", bob.user.text()}, {"apiname", "flyAway"}})->subject, "apiname");
}

TEST(Explanations, tell_why_a_thing_is_reached_as_the_door_decides) {
  World world(1, 1);
  const auto bob = make_person(world, "bob", "0"), eve = make_person(world, "eve", "0");
  const auto boss = make_person(world, "boss", "2", bob.domain);
  world.caller = bob.user;
  const auto network = make_network(world);
  world.caller = world.root;
  const auto about = [&](const Person& who, const char* use) {
    return explained(world, who, "deleteNetwork", {{"resourcetype", "Network"}, {"resourceid", network}, {"use", use}});
  };
  EXPECT_TRUE(about(bob, "operate").reaches);
  EXPECT_NE(about(bob, "operate").reach.find("owns it"), std::string::npos);
  EXPECT_TRUE(about(boss, "end").reaches);
  EXPECT_NE(about(boss, "end").reach.find("administers the domain"), std::string::npos) << about(boss, "end").reach;
  EXPECT_FALSE(about(eve, "see").reaches);
  EXPECT_NE(about(eve, "see").reach.find("neither owns it"), std::string::npos);
  const auto zone = explained(world, eve, "listZones", {{"resourcetype", "Zone"}, {"resourceid", world.zone}});
  EXPECT_TRUE(zone.reaches);
  EXPECT_NE(zone.reach.find("Everyone"), std::string::npos);
}

TEST(Explanations, are_no_way_to_see_what_is_anothers) {
  World world(1, 1);
  const auto boss = make_person(world, "boss", "2"), eve = make_person(world, "eve", "0");
  const auto network = make_network(world);
  world.caller = boss.user;
  EXPECT_EQ(refusal_of(world, "explainAccess", {{"userid", eve.user.text()}, {"apiname", "listZones"}})->subject, "userid");
  EXPECT_EQ(refusal_of(world, "explainAccess", {{"userid", boss.user.text()}, {"apiname", "listZones"},
                                                {"resourcetype", "Network"}, {"resourceid", network}})->subject,
            "resourceid");
}

}  // namespace
}  // namespace welkin::simulation
