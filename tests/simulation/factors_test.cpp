// Second factors: asked for before anything else, given once, guessed by nobody, and not got rid of without them.
#include "commands/one_time_codes.hpp"
#include "door.hpp"

namespace welkin::simulation {
namespace {

void set(World& world, const std::string& name, const std::string& value, Pairs place = {}) {
  place.insert(place.end(), {{"name", name}, {"value", value}});
  world.call("updateConfiguration", place);
}

Secret secret_in(const Reply& reply) {
  const JsonDocument document(reply.body);
  return Secret(std::string(document.root()["setupusertwofactorauthenticationresponse"]["setup2fa"]["secretcode"].text()));
}
std::string code_now(World& world, const Secret& secret) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(world.loop.clock().now()).time_since_epoch().count();
  return commands::code_of_step(secret, seconds / 30);
}

int give(Door& door, const Browser& browser, const std::string& code) {
  return door.by(browser, "validateUserTwoFactorAuthenticationCode", {{"codefor2fa", code}}).status;
}

/// Somebody with a factor, and a browser in which it has been given.
struct Guarded {
  Person person;
  Browser browser;
  Secret secret;
};
Guarded guarded(World& world, Door& door, const std::string& name, const std::string& provider = "totp",
                const std::string& type = "0", const std::string& domain = {}) {
  Guarded out;
  out.person = make_person(world, name, type, domain);
  EXPECT_EQ(door.login(out.browser, out.person).status, 200);
  out.secret = secret_in(door.by(out.browser, "setupUserTwoFactorAuthentication", {{"provider", provider}}));
  EXPECT_EQ(give(door, out.browser, provider == "totp" ? code_now(world, out.secret) : out.secret.reveal()), 200);
  world.loop.run_for(60s);
  return out;
}

TEST(Factors, a_login_with_one_opens_nothing_before_it_is_given) {
  World world(1, 1);
  Door door(world);
  set(world, "enable.user.2fa", "true");
  auto alice = guarded(world, door, "alice");
  EXPECT_EQ(door.by(alice.browser, "listZones", {}, false).status, 200) << "given in the session that set it up";
  Browser fresh;
  const auto login = door.login(fresh, alice.person);
  EXPECT_TRUE(login.body.contains(R"("is2faenabled":"true","is2faverified":"false","providerfor2fa":"totp")")) << login.body;
  EXPECT_EQ(door.by(fresh, "listApis", {}, false).status, 200);
  const auto asked = door.by(fresh, "listZones", {}, false);
  EXPECT_EQ(asked.status, 511) << asked.body;
  EXPECT_EQ(door.by(fresh, "listApis", {}, false).status, 401) << "the session is over then";
  ASSERT_EQ(door.login(fresh, alice.person).status, 200);
  EXPECT_EQ(give(door, fresh, code_now(world, alice.secret)), 200);
  EXPECT_EQ(door.by(fresh, "listZones", {}, false).status, 200);
  EXPECT_TRUE(world.call("listUsers", {{"id", alice.person.user.text()}}).text.contains(R"("is2faenabled":true)"));
}

TEST(Factors, a_code_is_good_once) {
  World world(1, 1);
  Door door(world);
  set(world, "enable.user.2fa", "true");
  auto alice = guarded(world, door, "alice");
  const auto code = code_now(world, alice.secret);
  Browser first, second;
  door.login(first, alice.person);
  door.login(second, alice.person);
  EXPECT_EQ(give(door, first, code), 200);
  EXPECT_EQ(give(door, second, code), 511) << "who looks over the shoulder comes too late";
  EXPECT_EQ(door.by(second, "listApis", {}, false).status, 401);
}

TEST(Factors, codes_are_not_guessed) {
  World world(1, 1);
  Door door(world);
  set(world, "enable.user.2fa", "true");
  for (const auto* provider : {"totp", "staticpin"}) {
    auto alice = guarded(world, door, std::string("alice-") + provider, provider);
    const bool pin = std::string_view(provider) == "staticpin";
    const auto right = [&] { return pin ? alice.secret.reveal() : code_now(world, alice.secret); };
    const auto wrong = [&] { return right() == "000000" ? "000001" : "000000"; };
    Browser browser;
    for (int i = 0; i < 10; ++i) {
      ASSERT_EQ(door.login(browser, alice.person).status, 200);
      EXPECT_EQ(give(door, browser, wrong()), 511);
      EXPECT_EQ(door.by(browser, "listApis", {}, false).status, 401) << "each try costs a login";
    }
    ASSERT_EQ(door.login(browser, alice.person).status, 200);
    EXPECT_EQ(give(door, browser, right()), 511) << "even the right one, after so many";
    world.call("enableUser", {{"id", alice.person.user.text()}});
    ASSERT_EQ(door.login(browser, alice.person).status, 200);
    EXPECT_EQ(give(door, browser, right()), 200);
  }
}

TEST(Factors, nobody_gets_rid_of_one_without_it) {
  World world(1, 1);
  Door door(world);
  set(world, "enable.user.2fa", "true");
  const auto boss = make_person(world, "boss", "2");
  auto alice = guarded(world, door, "alice", "totp", "0", boss.domain);
  auto deputy = guarded(world, door, "deputy", "totp", "2", boss.domain);
  const auto fellow = make_fellow(world, alice.person, "fellow");
  const auto keys = make_keys(world, alice.person.user);
  const Pairs off = {{"enable", "false"}};
  const auto id = alice.person.user.text();
  EXPECT_EQ(door.status(keys, "listZones"), 200) << "keys are not asked for it";
  EXPECT_EQ(door.status(keys, "setupUserTwoFactorAuthentication", off), 531) << "and do not take it away";
  EXPECT_EQ(door.status(keys, "setupUserTwoFactorAuthentication"), 431) << "nor set up another";
  EXPECT_EQ(door.status(keys, "validateUserTwoFactorAuthenticationCode", {{"codefor2fa", "123456"}}), 431);
  Browser thief;
  ASSERT_EQ(door.login(thief, alice.person).status, 200);
  EXPECT_EQ(door.by(thief, "setupUserTwoFactorAuthentication", off).status, 531) << "the password alone does not";
  EXPECT_EQ(door.by(thief, "setupUserTwoFactorAuthentication").status, 431);
  world.caller = fellow.user;
  EXPECT_EQ(refusal_of(world, "setupUserTwoFactorAuthentication", {{"enable", "false"}, {"userid", id}})->subject, "userid");
  world.caller = boss.user;
  EXPECT_EQ(refusal_of(world, "setupUserTwoFactorAuthentication",
                       {{"enable", "false"}, {"userid", deputy.person.user.text()}})->subject, "userid") << "of the same rank";
  EXPECT_EQ(refusal_of(world, "setupUserTwoFactorAuthentication", {{"userid", id}})->subject, "userid");
  EXPECT_EQ(door.by(alice.browser, "listZones", {}, false).status, 200);
  EXPECT_FALSE(refusal_of(world, "setupUserTwoFactorAuthentication", {{"enable", "false"}, {"userid", id}}));
  EXPECT_EQ(door.by(alice.browser, "listZones", {}, false).status, 401) << "a reset ends sessions";
  EXPECT_EQ(door.by(deputy.browser, "setupUserTwoFactorAuthentication", off).status, 200) << "with it given, one may";
}

TEST(Factors, that_are_demanded_hold_for_sessions_that_were_there_before) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto id = alice.user.text();
  Browser browser;
  ASSERT_EQ(door.login(browser, alice).status, 200);
  EXPECT_EQ(door.by(browser, "setupUserTwoFactorAuthentication").status, 431) << "the domain has none";
  EXPECT_EQ(refusal_of(world, "updateUser", {{"id", id}, {"mandate2fa", "true"}})->subject, "mandate2fa");
  set(world, "enable.user.2fa", "true", {{"domainid", alice.domain}});
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 200);
  EXPECT_EQ(door.by(browser, "updateUser", {{"id", id}, {"mandate2fa", "false"}}).status, 531);
  world.call("updateUser", {{"id", id}, {"mandate2fa", "true"}});
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 511);
  const auto login = door.login(browser, alice);
  EXPECT_TRUE(login.body.contains(R"("is2faenabled":"true")"));
  EXPECT_FALSE(login.body.contains("providerfor2fa")) << "it is to be set up";
  const auto first = secret_in(door.by(browser, "setupUserTwoFactorAuthentication"));
  const auto second = secret_in(door.by(browser, "setupUserTwoFactorAuthentication"));
  EXPECT_EQ(give(door, browser, "12"), 511);
  EXPECT_EQ(give(door, browser, code_now(world, first)), 511) << "a repeated setup makes the first secret useless";
  EXPECT_EQ(give(door, browser, code_now(world, second)), 200) << "who sets it up may mistype";
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 200);
  EXPECT_EQ(door.by(browser, "setupUserTwoFactorAuthentication", {{"enable", "false"}}).status, 531) << "it is demanded";
  world.call("updateUser", {{"id", id}, {"mandate2fa", "false"}});
  EXPECT_EQ(door.by(browser, "setupUserTwoFactorAuthentication", {{"enable", "false"}}).status, 200);
  set(world, "mandate.user.2fa", "true", {{"domainid", alice.domain}});
  EXPECT_EQ(refusal_of(world, "updateUser", {{"id", id}, {"mandate2fa", "false"}})->subject, "mandate2fa");
  ASSERT_EQ(door.login(browser, alice).status, 200);
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 511) << "the domain demands it of all";
}

TEST(Factors, are_sealed_in_the_records) {
  World world(1, 1);
  Door door(world);
  set(world, "enable.user.2fa", "true");
  auto alice = guarded(world, door, "alice", "staticpin");
  const auto row = world.read([&](sql::Transaction& tx) { return sql::need<model::User>(tx, alice.person.user); });
  EXPECT_FALSE(row.sealed_factor.contains(alice.secret.reveal()));
  EXPECT_FALSE(door.by(alice.browser, "listUsers", {}, false).body.contains(alice.secret.reveal()));
}

}  // namespace
}  // namespace welkin::simulation
