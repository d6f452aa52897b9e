// What passwords must be like, and from where people and programs call.
#include "base/vault.hpp"
#include "door.hpp"

namespace welkin::simulation {
namespace {

void set(World& world, const std::string& name, const std::string& value, Pairs place = {}) {
  place.insert(place.end(), {{"name", name}, {"value", value}});
  world.call("updateConfiguration", place);
}

TEST(Passwords, are_as_the_policy_of_the_domain_asks_whoever_sets_them) {
  World world(1, 1);
  const auto alice = make_person(world, "alice", "0");
  const Pairs place = {{"domainid", alice.domain}};
  const auto change = [&](const std::string& password) {
    return refusal_of(world, "updateUser", {{"id", alice.user.text()}, {"password", password}});
  };
  const auto expect_only = [&](const std::string& setting, const std::string& value, const std::string& bad,
                               const std::string& good) {
    set(world, "password.policy." + setting, value, place);
    const auto refused = change(bad);
    ASSERT_TRUE(refused) << setting;
    EXPECT_EQ(refused->subject, "password") << refused->message;
    EXPECT_FALSE(refused->message.contains(bad)) << "a password is never repeated";
    EXPECT_FALSE(change(good)) << setting;
    world.call("resetConfiguration", {{"name", "password.policy." + setting}, {"domainid", alice.domain}});
  };
  expect_only("minimum.length", "6", "åäöéà", "åäöéàü");
  expect_only("minimum.lowercase.letters", "2", "aBCDEF", "abCDEF");
  expect_only("minimum.uppercase.letters", "2", "Abcdef", "ABcdef");
  expect_only("minimum.digits", "3", "abc12x", "abc123");
  expect_only("minimum.special.characters", "2", "abc_12", "abc_1%");
  expect_only("allowPasswordToContainUsername", "false", "xALICEx", "xBOBBYx");
  expect_only("regex", "[a-c]+[0-9]", "xxabc1", "abc1");
  EXPECT_FALSE(change("x")) << "nothing is asked any more";

  set(world, "password.policy.minimum.length", "30", place);
  for (const auto* command : {"createUser", "createAccount"}) {
    const auto refused = refusal_of(world, command, {{"username", "bob"}, {"password", "too short"}, {"firstname", "b"},
                                                     {"lastname", "b"}, {"email", "b@example.org"}, {"accounttype", "0"},
                                                     {"domainid", alice.domain},
                                                     {"account", command[6] == 'U' ? "alice" : "bob"}});
    ASSERT_TRUE(refused) << command;
    EXPECT_EQ(refused->subject, "password") << command << ": " << refused->message;
  }
  make_person(world, "carol", "0");  // in a domain of her own
}

TEST(Passwords, a_pattern_that_is_none_or_could_take_for_ever_is_refused) {
  World world(1, 1);
  for (const auto* pattern : {"[a", "(?=.*[0-9]).+", "(a)\\1"})
    EXPECT_EQ(refusal_of(world, "updateConfiguration", {{"name", "password.policy.regex"}, {"value", pattern}})->subject,
              "value") << pattern;
  set(world, "password.policy.regex", "(a*)*b");
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(refusal_of(world, "createAccount",
                         {{"username", "bob"}, {"password", std::string(1000, 'a')}, {"firstname", "b"}, {"lastname", "b"},
                          {"email", "b@example.org"}, {"accounttype", "1"}}));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
}

TEST(Sources, an_account_is_called_for_from_its_own_addresses_only) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0"), bob = make_person(world, "bob", "0");
  const auto hers = make_keys(world, alice.user), his = make_keys(world, bob.user);
  const Pairs nonsense = {{"name", "api.allowed.source.cidr.list"}, {"value", "10.0.0/8"}};
  EXPECT_EQ(refusal_of(world, "updateConfiguration", nonsense)->subject, "value");
  set(world, "api.allowed.source.cidr.list", "198.51.100.0/24, 2001:db8::/32", {{"accountid", alice.account}});
  const auto from = [&](const Keys& keys, const std::string& source) {
    auto request = signed_request(keys, "listZones", {});
    request.source = source;
    return door.ask(request).status;
  };
  EXPECT_EQ(from(hers, "192.0.2.7"), 401);
  EXPECT_EQ(from(hers, "198.51.100.9"), 200);
  EXPECT_EQ(from(hers, "2001:db8::9"), 200);
  EXPECT_EQ(from(hers, ""), 401);
  EXPECT_EQ(from(his, "192.0.2.7"), 200);
  Browser browser;
  EXPECT_EQ(door.login(browser, alice).status, 531) << "nor does she log in from elsewhere";
  set(world, "api.source.cidr.checks.enabled", "false");
  EXPECT_EQ(from(hers, "192.0.2.7"), 200);
  EXPECT_EQ(door.login(browser, alice).status, 200);
  set(world, "api.source.cidr.checks.enabled", "true");
  EXPECT_EQ(door.by(browser, "listZones", {}, false).status, 401) << "it holds for sessions, too";
}

TEST(Sources, only_a_trusted_proxy_tells_where_a_request_comes_from) {
  World world(1, 1);
  Door door(world);
  const auto alice = make_person(world, "alice", "0");
  const auto keys = make_keys(world, alice.user);
  set(world, "api.allowed.source.cidr.list", "198.51.100.0/24", {{"accountid", alice.account}});
  using Fields = std::vector<std::pair<std::string, std::string>>;
  const auto from = [&](const std::string& peer, const Fields& fields) {
    auto request = signed_request(keys, "listZones", {});
    request.source = peer;
    for (const auto& [name, value] : fields) request.fields.add(name, value);
    return door.ask(request).status;
  };
  const Fields good = {{"X-Forwarded-For", "198.51.100.9"}};
  EXPECT_EQ(from("10.0.0.1", good), 401) << "nobody is believed at first";
  set(world, "proxy.header.verify", "true");
  EXPECT_EQ(from("10.0.0.1", good), 401) << "no proxy is named";
  set(world, "proxy.cidr", "10.0.0.0/24");
  EXPECT_EQ(from("10.0.0.1", good), 200);
  EXPECT_EQ(from("10.0.1.1", good), 401) << "another peer is not believed";
  EXPECT_EQ(from("10.0.0.1", {{"X-Forwarded-For", "198.51.100.9, 192.0.2.7"}}), 401) << "a caller's own header";
  EXPECT_EQ(from("10.0.0.1", {{"X-Forwarded-For", "198.51.100.9"}, {"X-Forwarded-For", "192.0.2.7"}}), 401);
  EXPECT_EQ(from("10.0.0.1", {{"X-Forwarded-For", "192.0.2.7, 198.51.100.9, 10.0.0.2"}}), 200) << "two proxies in a row";
  EXPECT_EQ(from("10.0.0.1", {{"X-Forwarded-For", "198.51.100.9, nonsense"}}), 401);
  EXPECT_EQ(from("10.0.0.1", {{"X-Real-Ip", "198.51.100.9"}, {"Forwarded", "for=198.51.100.9"}}), 401) << "no other header";
  EXPECT_EQ(from("198.51.100.9", {{"X-Forwarded-For", "192.0.2.7"}}), 200) << "who is there themselves is not moved";
}

}  // namespace
}  // namespace welkin::simulation
