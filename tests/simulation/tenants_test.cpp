// Tenants: who may make whom, and that nobody reaches what is another's.
#include "access/roles.hpp"
#include "base/vault.hpp"
#include "user.hpp"

namespace welkin::simulation {
namespace {

struct Tenant {
  Id<model::User> user;
  std::string domain;
};

Pairs person(const std::string& name) {
  return {{"username", name},   {"password", "kept secret"},        {"firstname", name},
          {"lastname", "Tester"}, {"email", name + "@example.org"}};
}

Id<model::User> make_account(World& world, const std::string& name, const std::string& domain, Pairs further) {
  auto wish = person(name);
  if (!domain.empty()) wish.emplace_back("domainid", domain);
  wish.insert(wish.end(), further.begin(), further.end());
  const auto text = world.call("createAccount", wish).text;
  const JsonDocument document(text);
  const auto account = document.root();
  EXPECT_EQ(account["name"].text(), name);
  EXPECT_EQ(account["user"].size(), 1u);
  return Id<model::User>::parse(account["user"].at(0)["id"].text()).value();
}

/// An account in a domain of its own.
Tenant make_tenant(World& world, const std::string& name, const std::string& type) {
  const auto domain = world.made("createDomain", {{"name", name + "'s"}});
  return {make_account(world, name, domain, {{"accounttype", type}}), domain};
}

/// What the call is refused with; nothing when it is not.
void expect_refused(World& world, std::string_view command, const Pairs& parameters, std::string_view subject) {
  const auto error = refusal(world, command, parameters);
  ASSERT_TRUE(error) << command << " " << subject;
  EXPECT_EQ(error->subject, subject) << error->message;
}

TEST(Tenants, domains_stand_beneath_each_other_under_names_of_their_own) {
  World world(1, 1);
  const auto sales = world.made("createDomain", {{"name", "sales"}, {"networkdomain", "sales.example.org"}});
  const auto north = world.made("createDomain", {{"name", "north"}, {"parentdomainid", sales}});
  const auto text = world.call("listDomains", {{"id", north}}).text;
  const JsonDocument document(text);
  EXPECT_EQ(document.root().at(0)["path"].text(), "ROOT/sales/north");
  EXPECT_EQ(document.root().at(0)["level"].integer(), 2);
  EXPECT_EQ(document.root().at(0)["parentdomainid"].text(), sales);
  world.made("createDomain", {{"name", "north"}});
  expect_refused(world, "createDomain", {{"name", "North"}, {"parentdomainid", sales}}, "name");
  for (const auto* name : {"", " a", "a/b", "<b>", "a\nb", "a\u202eb"})
    expect_refused(world, "createDomain", {{"name", name}}, "name");
  expect_refused(world, "createDomain", {{"name", std::string(250, 'a')}, {"parentdomainid", sales}}, "name");
  expect_refused(world, "createDomain", {{"name", "x"}, {"networkdomain", "no domain"}}, "networkdomain");
}

TEST(Tenants, an_account_has_a_user_who_can_log_in) {
  World world(1, 1);
  const auto tenant = make_tenant(world, "alice", "0");
  const auto user = world.read([&](sql::Transaction& tx) { return sql::need<model::User>(tx, tenant.user); });
  EXPECT_TRUE(password_matches(user.password_hash, Secret("kept secret")));
  EXPECT_EQ(user.domain_id.text(), tenant.domain);
  auto second = person("bob");
  second.emplace_back("account", "alice");
  second.emplace_back("domainid", tenant.domain);
  world.made("createUser", second);
  expect_refused(world, "createUser", second, "username");
  auto again = person("Alice");
  again.emplace_back("domainid", tenant.domain);
  again.emplace_back("accounttype", "0");
  expect_refused(world, "createAccount", again, "account");
  expect_refused(world, "createAccount", person("carol"), "roleid");
}

TEST(Tenants, nobody_makes_an_account_above_their_own_rank) {
  World world(1, 1);
  const auto boss = make_tenant(world, "boss", "2");
  const auto strange = make_tenant(world, "strange", "0");
  const auto with = [](Pairs more) {
    auto out = person("new");
    out.insert(out.end(), more.begin(), more.end());
    return out;
  };
  expect_refused(world, "createAccount", with({{"accounttype", "2"}}), "accounttype");
  expect_refused(world, "createAccount", with({{"accounttype", "1"}, {"domainid", boss.domain}}), "domainid");
  const auto greedy = world.cloud().new_id<model::Role>();
  sql::write(*world.database, [&](sql::Transaction& tx) {
    model::Role role;
    role.id = greedy;
    role.name = "greedy";
    role.type = model::RoleType::user;
    role.is_public = true;
    sql::insert(tx, role);
    model::RoleRule rule;
    rule.id = world.cloud().new_id<model::RoleRule>();
    rule.role_id = greedy;
    rule.rule = "createZone";
    sql::insert(tx, rule);
  });
  world.caller = boss.user;
  expect_refused(world, "createAccount", with({{"accounttype", "1"}}), "accounttype");
  expect_refused(world, "createAccount", with({{"roleid", greedy.text()}}), "roleid");
  expect_refused(world, "createAccount", with({{"accounttype", "0"}, {"domainid", strange.domain}}), "domainid");
  const auto beneath = world.made("createDomain", {{"name", "beneath"}});
  make_account(world, "helper", beneath, {{"accounttype", "2"}});
  make_account(world, "worker", "", {{"accounttype", "0"}});
}

std::string told(World& world, std::string_view command, const Pairs& parameters, std::string_view field) {
  const auto text = world.call(command, parameters).text;
  const JsonDocument document(text);
  const auto root = document.root();
  return std::string((root.size() && root.at(0).is_object() ? root.at(0) : root)[field].text());
}

TEST(Tenants, a_domain_moves_with_all_beneath_it_but_never_beneath_itself) {
  World world(1, 1);
  const auto sales = world.made("createDomain", {{"name", "sales"}}), labs = world.made("createDomain", {{"name", "labs"}});
  const auto north = world.made("createDomain", {{"name", "north"}, {"parentdomainid", sales}});
  const auto oslo = world.made("createDomain", {{"name", "oslo"}, {"parentdomainid", north}});
  expect_refused(world, "moveDomain", {{"domainid", sales}, {"parentdomainid", oslo}}, "parentdomainid");
  expect_refused(world, "moveDomain", {{"domainid", sales}, {"parentdomainid", sales}}, "parentdomainid");
  world.call("moveDomain", {{"domainid", north}, {"parentdomainid", labs}});
  EXPECT_EQ(told(world, "listDomains", {{"id", oslo}}, "path"), "ROOT/labs/north/oslo");
  world.call("updateDomain", {{"id", labs}, {"name", "research"}});
  EXPECT_EQ(told(world, "listDomains", {{"id", oslo}}, "path"), "ROOT/research/north/oslo");
  EXPECT_EQ(told(world, "listDomainChildren", {{"id", labs}, {"isrecursive", "true"}, {"name", "oslo"}}, "id"), oslo);
  const auto error = refusal(world, "deleteDomain", {{"id", labs}});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault, Fault::in_use);
  world.done("deleteDomain", {{"id", labs}, {"cleanup", "true"}});
  expect_refused(world, "listDomains", {{"id", oslo}}, "id");
  world.made("createDomain", {{"name", "research"}});  // its name is free again
}

TEST(Tenants, who_is_disabled_calls_no_more_and_what_is_deleted_is_gone) {
  World world(1, 2);
  const auto alice = make_tenant(world, "alice", "0");
  world.caller = alice.user;
  const auto account = world.read([&](sql::Transaction& tx) { return commands::caller_of(tx, alice.user).account; });
  furnish(world);
  world.caller = world.root;
  world.done("disableAccount", {{"id", account.text()}, {"lock", "false"}});
  EXPECT_TRUE(ids(world, fmt::format("instances where account_id = '{}' and state = 'Running'", account.text())).empty());
  EXPECT_EQ(told(world, "listAccounts", {{"id", account.text()}}, "state"), "disabled");
  world.call("enableAccount", {{"id", account.text()}});
  EXPECT_EQ(told(world, "listAccounts", {{"id", account.text()}}, "state"), "enabled");
  world.call("lockUser", {{"id", alice.user.text()}});
  EXPECT_EQ(told(world, "listUsers", {{"id", alice.user.text()}}, "state"), "locked");
  world.done("deleteAccount", {{"id", account.text()}});
  expect_refused(world, "listAccounts", {{"id", account.text()}}, "id");
  expect_refused(world, "listUsers", {{"id", alice.user.text()}}, "id");
  for (const auto* owned : {"instances where removed is null and", "volumes where removed is null and",
                            "networks where removed is null and", "ssh_keys where", "user_data where",
                            "public_addresses where"})
    EXPECT_TRUE(ids(world, fmt::format("{} account_id = '{}'", owned, account.text())).empty()) << owned;
  expect_health(world, "after the account is gone");
}

TEST(Tenants, nobody_locks_themselves_or_the_cloud_out) {
  World world(1, 1);
  const auto own = world.read([&](sql::Transaction& tx) { return commands::caller_of(tx, world.root); });
  for (const auto* command : {"disableUser", "lockUser", "deleteUser"})
    expect_refused(world, command, {{"id", own.user.text()}}, "id");
  expect_refused(world, "deleteAccount", {{"id", own.account.text()}}, "id");
  expect_refused(world, "disableAccount", {{"id", own.account.text()}, {"lock", "true"}}, "id");
  expect_refused(world, "disableAccount", {{"id", own.account.text()}}, "lock");
  expect_refused(world, "deleteDomain", {{"id", own.domain.text()}, {"cleanup", "true"}}, "id");
}

TEST(Tenants, who_changes_their_password_knows_the_one_before) {
  World world(1, 1);
  const auto alice = make_tenant(world, "alice", "0");
  world.caller = alice.user;
  const auto id = alice.user.text();
  expect_refused(world, "updateUser", {{"id", id}, {"password", "another"}}, "currentpassword");
  expect_refused(world, "updateUser", {{"id", id}, {"password", "another"}, {"currentpassword", "guess"}},
                 "currentpassword");
  expect_refused(world, "updateUser", {{"id", id}, {"userapikey", "chosen"}}, "userapikey");
  expect_refused(world, "updateUser", {{"id", world.root.text()}, {"email", "x@example.org"}}, "id");
  world.call("updateUser", {{"id", id}, {"password", "another"}, {"currentpassword", "kept secret"}, {"firstname", "Al"}});
  const auto user = world.read([&](sql::Transaction& tx) { return sql::need<model::User>(tx, alice.user); });
  EXPECT_TRUE(password_matches(user.password_hash, Secret("another")));
  EXPECT_EQ(user.first_name, "Al");
}

TEST(Tenants, who_may_do_less_does_not_change_who_may_do_more) {
  World world(1, 1);
  const auto strong = make_tenant(world, "strong", "2");
  const auto weak_role = world.made("createRole", {{"name", "weak"}, {"type", "DomainAdmin"}});
  for (const auto* allowed : {"updateUser", "registerUserKeys", "lockAccount", "createAccount"})
    world.call("createRolePermission", {{"roleid", weak_role}, {"rule", allowed}, {"permission", "allow"}});
  world.call("createRolePermission", {{"roleid", weak_role}, {"rule", "*"}, {"permission", "deny"}});
  world.caller = make_account(world, "weak", strong.domain, {{"roleid", weak_role}});
  for (const auto* command : {"updateUser", "registerUserKeys"}) {
    const auto error = refusal(world, command, {{"id", strong.user.text()}});
    ASSERT_TRUE(error) << command;
    EXPECT_EQ(error->fault, Fault::forbidden) << command;
  }
  const auto error = refusal(world, "lockAccount", {{"account", "strong"}, {"domainid", strong.domain}});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault, Fault::forbidden);
}

TEST(Tenants, an_administrator_with_a_small_role_does_not_make_it_greater) {
  World world(1, 1);
  const auto own = world.read([&](sql::Transaction& tx) { return commands::caller_of(tx, world.root); });
  Pairs wish = {{"name", "small"}, {"type", "Admin"}};
  int at = 0;
  for (const auto* allowed : {"updateUser", "registerUserKeys", "createAccount", "createRole", "createRolePermission",
                              "updateRolePermission", "importRole", "enableRole", "updateAccount"}) {
    wish.emplace_back(fmt::format("rules[{}].rule", at), allowed);
    wish.emplace_back(fmt::format("rules[{}].permission", at++), "allow");
  }
  wish.emplace_back(fmt::format("rules[{}].rule", at), "*");
  wish.emplace_back(fmt::format("rules[{}].permission", at), "deny");
  const auto role = world.made("importRole", wish);
  const auto greater = world.made("importRole", {{"name", "greater"}, {"type", "Admin"}, {"rules[0].rule", "*"},
                                                 {"rules[0].permission", "allow"}});
  world.caller = make_account(world, "small", "", {{"roleid", role}});
  const auto forbidden = [&](std::string_view command, const Pairs& parameters) {
    const auto error = refusal(world, command, parameters);
    ASSERT_TRUE(error) << command;
    EXPECT_EQ(error->fault, Fault::forbidden) << command << ": " << error->message;
  };
  forbidden("registerUserKeys", {{"id", own.user.text()}});
  forbidden("updateUser", {{"id", own.user.text()}, {"password", "taken"}});
  forbidden("createRolePermission", {{"roleid", role}, {"rule", "createZone"}, {"permission", "allow"}});
  forbidden("createRolePermission", {{"roleid", greater}, {"rule", "createZone"}, {"permission", "allow"}});
  forbidden("enableRole", {{"id", greater}});
  forbidden("createRole", {{"name", "copy"}, {"roleid", greater}});
  forbidden("createRole", {{"name", "open"}, {"type", "Admin"}});
  forbidden("importRole", {{"name", "all"}, {"type", "Admin"}, {"rules[0].rule", "*"}, {"rules[0].permission", "allow"}});
  auto another = person("another");
  another.emplace_back("roleid", greater);
  forbidden("createAccount", another);
  forbidden("updateAccount", {{"id", own.account.text()}, {"newname", "x"}});
  make_account(world, "equal", "", {{"roleid", role}});
}

TEST(Tenants, roles_decide_in_the_order_of_their_rules) {
  World world(1, 1);
  expect_refused(world, "createRole", {{"name", "r"}}, "type");
  const auto text = world.call("importRole", {{"name", "r"}, {"type", "User"}, {"rules[0].rule", "list*"},
                                              {"rules[0].permission", "deny"}, {"rules[1].rule", "listZones"},
                                              {"rules[1].permission", "allow"}}).text;
  const JsonDocument document(text);
  const std::string role(document.root()["id"].text());
  const auto decides = [&](std::string_view command) {
    return world.read([&](sql::Transaction& tx) {
      return access::rules_of(tx, *Id<model::Role>::parse(role)).decide(command);
    });
  };
  EXPECT_EQ(decides("listZones"), std::optional(false));
  std::vector<std::string> rules;
  for (const auto* rule : {"list*", "listZones"})
    rules.push_back(ids(world, fmt::format("role_rules where role_id = '{}' and rule = '{}'", role, rule)).at(0));
  expect_refused(world, "updateRolePermission", {{"roleid", role}, {"ruleorder", rules[0]}}, "ruleorder");
  expect_refused(world, "updateRolePermission", {{"roleid", role}, {"ruleorder", rules[0] + "," + rules[0]}}, "ruleorder");
  world.call("updateRolePermission", {{"roleid", role}, {"ruleorder", rules[1] + "," + rules[0]}});
  EXPECT_EQ(decides("listZones"), std::optional(true));
  EXPECT_EQ(decides("listUsers"), std::optional(false));
  world.call("disableRole", {{"id", role}});
  EXPECT_EQ(decides("listZones"), std::optional(false));
  world.call("enableRole", {{"id", role}});
  world.call("deleteRolePermission", {{"id", rules[0]}});
  EXPECT_EQ(decides("listUsers"), std::nullopt);
  expect_refused(world, "createRolePermission", {{"roleid", role}, {"rule", "a b"}, {"permission", "allow"}}, "rule");
  const auto user_role = ids(world, "roles where name = 'User'").front();
  const auto error = refusal(world, "deleteRole", {{"id", user_role}});
  ASSERT_TRUE(error);
  EXPECT_EQ(error->fault, Fault::forbidden);
  world.call("deleteRole", {{"id", role}});
}

}  // namespace
}  // namespace welkin::simulation
