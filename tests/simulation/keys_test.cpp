// Pairs of keys: what they open, for how long, how far, and for whom.
#include "api/cloudstack/signature.hpp"
#include "door.hpp"

namespace welkin::simulation {
namespace {

/// The answer's text, shorter than a whole page.
bool holds(const Reply& reply, std::string_view text) { return reply.body.contains(text); }

TEST(Keys, a_withdrawn_pair_opens_nothing_at_once_and_the_others_still_do) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto first = make_keys(world, alice.user), second = make_keys(world, alice.user, {{"name", "robot"}});
  EXPECT_EQ(door.status(first, "listZones"), 200);
  EXPECT_EQ(door.status(second, "listZones"), 200);
  world.call("deleteUserKeys", {{"keypairid", first.id}});
  EXPECT_EQ(door.status(first, "listZones"), 401);
  EXPECT_EQ(door.status(second, "listZones"), 200);
  const auto listed = door.signed_by(second, "listUserKeys");
  EXPECT_TRUE(holds(listed, second.id) && holds(listed, "robot")) << listed.body;
  EXPECT_FALSE(holds(listed, first.id)) << "a withdrawn pair is gone";
  EXPECT_EQ(refusal_of(world, "deleteUserKeys", {{"keypairid", first.id}})->subject, "keypairid");
  world.call("disableUser", {{"id", alice.user.text()}});
  EXPECT_EQ(door.status(second, "listZones"), 401) << "who is disabled calls no more";
}

TEST(Keys, the_rules_of_a_pair_allow_less_than_the_role_and_never_more) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto reader = make_keys(world, alice.user,
                                {{"rules[0].rule", "listNetworks"}, {"rules[0].permission", "deny"},
                                 {"rules[1].rule", "list*"}, {"rules[1].permission", "allow"},
                                 {"rules[2].rule", "createZone"}, {"rules[2].permission", "allow"}});
  EXPECT_EQ(door.status(reader, "listZones"), 200);
  EXPECT_EQ(door.status(reader, "listNetworks"), 432) << "the first rule that fits decides";
  EXPECT_EQ(door.status(reader, "createSSHKeyPair", {{"name", "x"}}), 432) << "what no rule fits is denied";
  EXPECT_EQ(door.status(reader, "createZone"), 432) << "the role does not allow it";
  EXPECT_EQ(door.status(reader, "listConfigurations"), 432) << "the role does not allow it";
  const auto apis = door.signed_by(reader, "listApis");
  EXPECT_TRUE(holds(apis, "\"listZones\""));
  EXPECT_FALSE(holds(apis, "\"listNetworks\"") || holds(apis, "\"createVolume\"")) << "only what may be called is listed";
  const auto rules = door.signed_by(reader, "listUserKeyRules", {{"keypairid", reader.id}});
  EXPECT_TRUE(holds(rules, R"("keypermission":[{"rule":"listNetworks","permission":"deny"},)")) << rules.body;
  EXPECT_TRUE(holds(door.signed_by(reader, "listUserKeys", {{"showpermissions", "true"}}), R"("permissions":[{"rule")"));
  EXPECT_FALSE(holds(door.signed_by(reader, "listUserKeys"), "permissions"));
  EXPECT_EQ(refusal_of(world, "registerUserKeys",
                       {{"id", alice.user.text()}, {"rules[0].rule", "a b"}, {"rules[0].permission", "allow"}})->subject,
            "rule");
}

TEST(Keys, a_narrow_pair_neither_makes_nor_sees_a_wider_one) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto wide = make_keys(world, alice.user);
  Pairs rules;
  for (int at = 0; const auto* rule : {"registerUserKeys", "*UserKeys", "updateUser", "deleteUserKeys"}) {
    rules.emplace_back(fmt::format("rules[{}].rule", at), rule);
    rules.emplace_back(fmt::format("rules[{}].permission", at++), "allow");
  }
  const auto narrow = make_keys(world, alice.user, rules);
  const auto id = alice.user.text();
  EXPECT_EQ(door.status(narrow, "registerUserKeys", {{"id", id}}), 531);
  EXPECT_EQ(door.status(narrow, "registerUserKeys", {{"id", id}, {"rules[0].rule", "*"}, {"rules[0].permission", "allow"}}),
            531);
  EXPECT_EQ(door.status(narrow, "updateUser", {{"id", id}, {"userapikey", "chosen"}, {"usersecretkey", "chosen too"}}), 531);
  EXPECT_EQ(door.status(narrow, "updateUser", {{"id", id}, {"email", "new@example.org"}}), 200);
  EXPECT_EQ(door.status(narrow, "registerUserKeys",
                        {{"id", id}, {"rules[0].rule", "listUserKeys"}, {"rules[0].permission", "allow"}}), 200);
  const auto listed = door.signed_by(narrow, "listUserKeys");
  EXPECT_TRUE(holds(listed, wide.api)) << listed.body;
  EXPECT_FALSE(holds(listed, wide.secret));
  EXPECT_TRUE(holds(listed, narrow.secret)) << "it knows its own";
  world.loop.run_for(1s);  // so that there is a newest pair
  make_keys(world, alice.user);
  EXPECT_FALSE(holds(door.signed_by(narrow, "getUserKeys", {{"id", id}}), "secretkey"));
  EXPECT_TRUE(holds(door.signed_by(wide, "listUserKeys"), wide.secret));

  auto fellow = make_person(world, "other", "1");
  const auto root_narrow = make_keys(world, world.root, rules);
  EXPECT_EQ(door.status(root_narrow, "updateUser", {{"id", fellow.user.text()}, {"password", "taken"}}), 531);
}

TEST(Keys, a_pair_works_from_its_first_moment_to_its_last) {
  World world(1, 1);
  Door door(world);
  const auto now = world.loop.clock().now();
  const auto keys = make_keys(world, world.root,
                              {{"startdate", wire_time(now + 1h)}, {"enddate", wire_time(now + 2h)}});
  EXPECT_EQ(door.status(keys, "listZones"), 401);
  world.loop.run_for(61min);
  EXPECT_EQ(door.status(keys, "listZones"), 200);
  world.loop.run_for(60min);
  EXPECT_EQ(door.status(keys, "listZones"), 401);
  EXPECT_TRUE(world.call("listUserKeys", {{"keypairid", keys.id}}).text.contains("EXPIRED"));
  const auto id = world.root.text();
  EXPECT_EQ(refusal_of(world, "registerUserKeys", {{"id", id}, {"enddate", wire_time(now)}})->subject, "enddate");
  EXPECT_EQ(refusal_of(world, "registerUserKeys", {{"id", id}, {"startdate", wire_time(now + 9h)},
                                                   {"enddate", wire_time(now + 8h)}})->subject, "enddate");
}

TEST(Keys, access_by_keys_is_decided_by_the_user_the_account_and_the_domain_in_this_order) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto keys = make_keys(world, alice.user);
  const auto works = [&] { return door.status(keys, "listZones") == 200; };
  world.call("updateConfiguration", {{"name", "api.key.access"}, {"value", "false"}, {"domainid", alice.domain}});
  EXPECT_FALSE(works());
  EXPECT_TRUE(world.call("getUserKeys", {{"id", alice.user.text()}}).text.contains(R"("apikeyaccess":false)"));
  world.call("updateAccount", {{"id", alice.account}, {"apikeyaccess", "ENABLED"}});
  EXPECT_TRUE(works());
  world.call("updateUser", {{"id", alice.user.text()}, {"apikeyaccess", "DISABLED"}});
  EXPECT_FALSE(works());
  world.call("updateUser", {{"id", alice.user.text()}, {"apikeyaccess", "INHERIT"}});
  EXPECT_TRUE(works());
}

TEST(Keys, an_administrator_of_a_domain_gets_at_no_keys_of_those_above) {
  World world(1, 1);
  const auto boss = make_person(world, "boss", "2");
  const auto alice = make_person(world, "alice", "0", boss.domain), fellow = make_fellow(world, alice, "fellow");
  const auto roots = make_keys(world, world.root), hers = make_keys(world, alice.user);
  world.caller = boss.user;
  EXPECT_TRUE(world.call("listUserKeys", {{"userid", alice.user.text()}}).text.contains(hers.secret));
  EXPECT_FALSE(world.call("listUserKeys", {{"listall", "true"}}).text.contains(roots.id));
  for (const auto* command : {"getUserKeys", "registerUserKeys"})
    EXPECT_EQ(refusal_of(world, command, {{"id", world.root.text()}})->subject, "id") << command;
  for (const auto* command : {"deleteUserKeys", "listUserKeyRules", "listUserKeys"})
    EXPECT_EQ(refusal_of(world, command, {{"keypairid", roots.id}})->subject, "keypairid") << command;
  world.caller = fellow.user;
  EXPECT_EQ(refusal_of(world, "deleteUserKeys", {{"keypairid", hers.id}})->subject, "keypairid");
  EXPECT_EQ(refusal_of(world, "getUserKeys", {{"id", alice.user.text()}})->subject, "id");
  EXPECT_FALSE(world.call("listUserKeys", {{"listall", "true"}}).text.contains(hers.id)) << "users see their own";
}

TEST(Keys, a_signature_holds_for_exactly_what_was_signed_and_for_no_longer) {
  World world(1, 1);
  Door door(world);
  const auto keys = make_keys(world, world.root);
  const auto good = signed_request(keys, "listZones", {{"keyword", "a b+~*[x]é"}});
  EXPECT_EQ(door.ask(good).status, 200);
  const auto refused = [&](std::string_view what, const std::function<void(Pairs&)>& tamper) {
    auto request = good;
    tamper(request.parameters);
    const auto reply = door.ask(request);
    EXPECT_EQ(reply.status, 401) << what;
    EXPECT_FALSE(reply.body.contains("cserrorcode")) << "all failures of this kind look the same: " << reply.body;
  };
  refused("a further parameter", [](Pairs& p) { p.emplace_back("id", "x"); });
  refused("the same parameter twice", [](Pairs& p) { p.emplace_back("keyword", "z"); });
  refused("the same parameter in capitals", [](Pairs& p) { p.emplace_back("KEYWORD", "z"); });
  refused("a changed value", [](Pairs& p) { p[0].second = "a b+~*[x]e\u0301"; });
  refused("another command", [](Pairs& p) { p[1].second = "listUsers"; });
  refused("no signature", [](Pairs& p) { p.pop_back(); });
  refused("an empty signature", [](Pairs& p) { p.back().second.clear(); });
  refused("a second signature", [](Pairs& p) { p.emplace_back("Signature", "AAAA"); });
  refused("no key", [](Pairs& p) { std::erase_if(p, [](const auto& one) { return one.first == "apikey"; }); });
  refused("nobody's key", [](Pairs& p) { p[3].second = std::string(86, 'A'); });

  const auto now = world.loop.clock().now();
  const auto dated = [&](const std::string& expires) {
    return door.status(keys, "listZones", {{"signatureversion", "3"}, {"expires", expires}});
  };
  EXPECT_EQ(dated(wire_time(now + 5min)), 200);
  EXPECT_EQ(dated(wire_time(now - 5min)), 401) << "its time is over";
  EXPECT_EQ(dated("soon"), 401);
  EXPECT_EQ(door.status(keys, "listZones", {{"signatureversion", "3"}}), 401) << "version 3 says until when";
  auto stretched = signed_request(keys, "listZones", {{"signatureversion", "3"}, {"expires", wire_time(now - 5min)}});
  stretched.parameters[1].second = wire_time(now + 5min);
  EXPECT_EQ(door.ask(stretched).status, 401) << "the time is signed too";
  std::erase_if(stretched.parameters, [](const auto& one) { return one.first == "signatureversion"; });
  EXPECT_EQ(door.ask(stretched).status, 401) << "so is the version";
}

}  // namespace
}  // namespace welkin::simulation
