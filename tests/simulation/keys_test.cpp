// Pairs of keys: several for a user, each with its time and rules of its own, which never give more than the role.
#include "access/roles.hpp"
#include "commands/index.hpp"
#include "user.hpp"

namespace welkin::simulation {
namespace {

/// What a key leads to, as the server finds it.
struct Door {
  explicit Door(World& world) : follower(*world.database), directory(*world.database, follower, world.cloud().vault) {}
  std::shared_ptr<const access::Identity> operator()(const std::string& api_key) { return directory.by_key(api_key); }

  sql::Follower follower;
  access::Directory directory;
};

struct Pair {
  std::string id, api_key;
};

Pair make_pair(World& world, const std::string& user, Pairs further) {
  further.emplace_back("id", user);
  const auto heard = world.call("registerUserKeys", further);
  const auto result = world.job(heard.job).result;
  const JsonDocument document(result);
  const auto keys = document.root()["userkeys"];
  EXPECT_FALSE(keys["secretkey"].text().empty());
  return {std::string(keys["id"].text()), std::string(keys["apikey"].text())};
}

std::optional<Fault> fault(World& world, std::string_view command, const Pairs& parameters) {
  try {
    world.call(command, parameters);
  } catch (const Error& error) {
    return error.fault;
  }
  return std::nullopt;
}

bool allows(World& world, const access::Identity& identity, std::string_view name) {
  const auto command = std::ranges::find(world.commands(), name, [](const auto& c) { return c.facts.name; });
  return commands::allows(identity.rules, *command);
}

TEST(Keys, of_one_user_are_several_and_each_goes_by_itself) {
  World world(1, 1);
  Door door(world);
  const auto user = world.root.text();
  const auto first = make_pair(world, user, {{"name", "laptop"}}), second = make_pair(world, user, {{"name", "robot"}});
  ASSERT_TRUE(door(first.api_key) && door(second.api_key));
  world.call("deleteUserKeys", {{"keypairid", first.id}});
  EXPECT_FALSE(door(first.api_key)) << "at once, although it was known";
  EXPECT_TRUE(door(second.api_key));
  EXPECT_EQ(fault(world, "deleteUserKeys", {{"keypairid", first.id}}), Fault::invalid);
}

TEST(Keys, with_rules_allow_no_more_than_those_and_nothing_wider_can_be_made_with_them) {
  World world(1, 1);
  Door door(world);
  const auto user = world.root.text();
  const auto narrow = make_pair(world, user, {{"rules[0].rule", "listHosts"},
                                              {"rules[0].permission", "deny"},
                                              {"rules[1].rule", "list*"},
                                              {"rules[1].permission", "allow"}});
  const auto identity = door(narrow.api_key);
  ASSERT_TRUE(identity);
  EXPECT_TRUE(allows(world, *identity, "listZones"));
  EXPECT_FALSE(allows(world, *identity, "listHosts"));
  EXPECT_FALSE(allows(world, *identity, "createZone"));
  EXPECT_TRUE(identity->caller.narrow_pair);
  EXPECT_EQ(fault(world, "registerUserKeys", {{"id", user}, {"rules[0].rule", "a b"}, {"rules[0].permission", "allow"}}),
            Fault::invalid);
  EXPECT_EQ(fault(world, "registerUserKeys", {{"id", user}, {"rules[0].rule", "*"}, {"rules[0].permission", "maybe"}}),
            Fault::invalid);
}

TEST(Keys, that_could_never_work_are_not_made) {
  World world(1, 1);
  const auto user = world.root.text();
  EXPECT_EQ(fault(world, "registerUserKeys", {{"id", user}, {"enddate", "2001-01-01"}}), Fault::invalid);
  EXPECT_EQ(fault(world, "registerUserKeys", {{"id", user}, {"startdate", "2999-01-02"}, {"enddate", "2999-01-01"}}),
            Fault::invalid);
}

TEST(Keys, of_strangers_do_not_exist) {
  World world(1, 1);
  const auto pair = make_pair(world, world.root.text(), {});
  const auto domain = world.made("createDomain", {{"name", "d"}});
  const auto text = world.call("createAccount", {{"accounttype", "2"},
                                                 {"domainid", domain},
                                                 {"username", "eve"},
                                                 {"password", "kept secret"},
                                                 {"firstname", "Eve"},
                                                 {"lastname", "Tester"},
                                                 {"email", "eve@example.org"}}).text;
  const JsonDocument document(text);
  world.caller = Id<model::User>::parse(document.root()["user"].at(0)["id"].text()).value();
  for (const auto* command : {"listUserKeys", "deleteUserKeys", "listUserKeyRules"})
    EXPECT_EQ(fault(world, command, {{"keypairid", pair.id}}), Fault::invalid) << command;
  EXPECT_EQ(fault(world, "getUserKeys", {{"id", world.root.text()}}), Fault::invalid);
  EXPECT_EQ(fault(world, "registerUserKeys", {{"id", world.root.text()}}), Fault::invalid);
}

}  // namespace
}  // namespace welkin::simulation
