// Tenants: who may make whom, and that nobody reaches what is another's.
#include "access/reference.hpp"
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
std::optional<Error> refusal(World& world, std::string_view command, const Pairs& parameters) {
  try {
    world.call(command, parameters);
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}
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

/// Rows that are meant for everybody, by table.
bool is_shared(const access::Resolver& reference) {
  constexpr std::string_view shared[] = {"zones",          "os_types",          "os_categories", "templates",
                                         "disk_offerings", "network_offerings", "image_stores",  "service_offerings"};
  return reference.use != access::Use::operate && std::ranges::find(shared, reference.noun) != std::end(shared);
}

const access::Resolver* reference_of(const Field& field) {
  const auto* type = field.type;
  while (type && !type->reference) type = type->element;
  return type ? static_cast<const access::Resolver*>(type->reference) : nullptr;
}

/// A request with all that the command needs, as far as the caller can name it, and `value` for `asked`.
Pairs request_of(const commands::Command& command, const Field& asked, const std::string& value,
                 const std::map<std::string_view, std::string>& own) {
  Pairs out;
  for (const auto& field : command.request().fields) {
    if (&field == &asked) out.emplace_back(field.wire, value);
    else if (field.type->optional) continue;
    else if (const auto* reference = reference_of(field)) {
      if (const auto at = own.find(reference->noun); at != own.end() && field.type->kind == Kind::reference)
        out.emplace_back(field.wire, at->second);
    } else if (field.type->kind == Kind::enumeration) out.emplace_back(field.wire, field.type->choices.front());
    else if (field.type->kind == Kind::text) out.emplace_back(field.wire, "x");
    else if (field.type->kind == Kind::integer) out.emplace_back(field.wire, "1");
  }
  return out;
}

/// The first row of each table that has some, of what tenants own or of anybody's.
std::map<std::string_view, std::string> rows_of(World& world, const Id<model::User>& user) {
  const auto caller = world.read([&](sql::Transaction& tx) { return commands::caller_of(tx, user); });
  std::map<std::string_view, std::string> out;
  for (const std::string_view owned : {"instances", "nics", "volumes", "networks", "public_addresses", "firewall_rules",
                                       "port_forwarding_rules", "routers", "user_data"})
    for (const auto& id : ids(world, fmt::format("{} where account_id = '{}'", owned, caller.account.text())))
      out.try_emplace(owned, id);
  for (const std::string_view common : {"zones", "pods", "clusters", "hosts", "storage_pools", "image_stores", "templates",
                                        "service_offerings", "disk_offerings", "network_offerings", "physical_networks",
                                        "vlan_ranges", "os_types", "os_categories", "roles"})
    if (const auto found = ids(world, common); !found.empty()) out[common] = found.front();
  out["accounts"] = caller.account.text();
  out["users"] = caller.user.text();
  out["domains"] = caller.domain.text();
  return out;
}

TEST(Tenants, every_command_refuses_strangers) {
  World world(1, 2);
  const auto alice = make_tenant(world, "alice", "0"), mallory = make_tenant(world, "mallory", "0"),
             boss = make_tenant(world, "boss", "2");
  for (const auto& tenant : {alice, mallory, boss}) {
    world.caller = tenant.user;
    furnish(world);
  }
  const auto foreign = rows_of(world, alice.user);
  const auto absent = world.cloud().new_id<model::Zone>().text();
  int proved = 0;
  for (const auto& stranger : {mallory, boss}) {
    world.caller = stranger.user;
    const auto own = rows_of(world, stranger.user);
    for (const auto& command : world.commands())
      for (const auto& field : command.request().fields) {
        const auto* reference = reference_of(field);
        if (!reference || is_shared(*reference) || !foreign.contains(reference->noun)) continue;
        if (field.notes.admin) continue;  // for strangers it does not exist
        if (reference->noun == "roles" && stranger.user == boss.user) continue;  // public ones are given by administrators
        const auto& id = foreign.at(reference->noun);
        const auto theirs = refusal(world, command.facts.name, request_of(command, field, id, own));
        const auto nobodys = refusal(world, command.facts.name, request_of(command, field, absent, own));
        const auto about = fmt::format("{} of {} by {}", field.wire, command.facts.name, own.at("users"));
        EXPECT_EQ(bool(theirs), bool(nobodys)) << about;
        EXPECT_TRUE(theirs) << "another's is taken: " << about;
        if (!theirs || !nobodys) continue;
        EXPECT_EQ(theirs->fault, nobodys->fault) << about;
        auto as_if_absent = theirs->message;
        const auto at = theirs->subject == field.wire ? as_if_absent.find(id) : std::string::npos;
        if (at != std::string::npos) as_if_absent.replace(at, id.size(), absent);
        EXPECT_EQ(as_if_absent, nobodys->message) << about;
        proved += theirs->subject == field.wire;
      }
  }
  EXPECT_GT(proved, 300) << "most commands are refused for the id in question, and for nothing before it";
}

}  // namespace
}  // namespace welkin::simulation
