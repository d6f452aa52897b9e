// Whoever calls whatever: each parameter that names a thing, of each command, is tried by people of all kinds with things of
// all kinds. What ought to come of it is said here once more, in a few lines and without the door.
#include "access/reference.hpp"
#include "door.hpp"
#include "model/tables.hpp"

#include <set>

namespace welkin::simulation {
namespace {

using access::Use;

/// Who calls, as far as things of alice and of her project are concerned.
enum class Part { owner, neighbour, own_admin, parent_admin, member, former_member, foreigner, foreign_admin, root };

struct Somebody {
  std::string name;
  Part part;
  Person person;
};

/// alice, who lives in ROOT/top/labs, owns things, and a project that owns some.
struct Cast {
  explicit Cast(World& world);
  const Somebody& at(Part part) const { return *std::ranges::find(people, part, &Somebody::part); }
  template <class F>
  void as(const Id<model::User>& user, F body) {
    const auto before = std::exchange(world.caller, user);
    body();
    world.caller = before;
  }

  World& world;
  std::string top, labs, shop, project;
  std::vector<Somebody> people;

 private:
  Person join(const std::string& name, Part part, const std::string& type, const std::string& domain) {
    auto person = make_person(world, name, type, domain);
    people.push_back({name, part, person});
    return person;
  }
  void furnish_alice(const Person& alice);
};

constexpr std::string_view public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReVj5rOV1Oqr0jRsWDXsWj6Xdr4nTDe";

void furnish_further(World& world, const Pairs& in) {
  const auto also = [&](Pairs wish) {
    wish.insert(wish.end(), in.begin(), in.end());
    return wish;
  };
  world.call("registerUserData", also({{"name", "data"}, {"userdata", "bmljZQ=="}}));
  world.call("registerSSHKeyPair", also({{"name", "key"}, {"publickey", std::string(public_key)}}));
  world.call("createInstanceGroup", also({{"name", "web"}}));
  world.done("createAffinityGroup", also({{"name", "apart"}, {"type", "host anti-affinity"}}));
}

Cast::Cast(World& world) : world(world) {
  top = world.made("createDomain", {{"name", "top"}});
  labs = world.made("createDomain", {{"name", "labs"}, {"parentdomainid", top}});
  shop = world.made("createDomain", {{"name", "shop"}, {"parentdomainid", top}});
  const auto alice = join("alice", Part::owner, "0", labs);
  join("bob", Part::neighbour, "0", labs);
  join("lea", Part::own_admin, "2", labs);
  join("tia", Part::parent_admin, "2", top);
  join("mia", Part::member, "0", labs);
  join("fred", Part::former_member, "0", labs);
  join("mallory", Part::foreigner, "0", shop);
  join("sid", Part::foreign_admin, "2", shop);
  people.push_back({"root", Part::root, {world.root, "admin", "", "admin"}});
  furnish_alice(alice);
  for (const auto part : {Part::neighbour, Part::foreigner, Part::foreign_admin})
    as(at(part).person.user, [&] {
      furnish(world);
      furnish_further(world, {});
      make_keys(world, at(part).person.user);
    });
}

void Cast::furnish_alice(const Person& alice) {
  as(alice.user, [&] {
    furnish(world);
    furnish_further(world, {});
    make_keys(world, alice.user);
    world.done("createTags", {{"resourcetype", "Volume"}, {"resourceids", make_volume(world)},
                              {"tags[0].key", "secret"}, {"tags[0].value", "plan"}});
    world.call("addAnnotation", {{"entitytype", "VM"}, {"entityid", ids(world, "instances").back()}, {"annotation", "x"}});
    project = world.done("createProject", {{"name", "atlas"}, {"displaytext", "maps"}});
    const std::pair<std::string, std::string> in = {"projectid", project};
    const auto network = world.made("createNetwork", {{"name", "net"}, {"displaytext", "net"}, {"zoneid", world.zone},
                                                      {"networkofferingid", world.network_offering}, in});
    auto wish = deployment(world, {network}, true);
    wish.push_back(in);
    world.done("deployVirtualMachine", wish);
    furnish_further(world, {in});
    world.call("createProjectRole", {{"name", "reader"}, in});
    for (const auto* name : {"mia", "fred"}) world.done("addAccountToProject", {{"account", name}, in});
    world.done("deleteAccountFromProject", {{"account", "fred"}, in});
  });
}

/// Whose a thing is, as the callers of a cast see it.
enum class Whose { alices, projects };

bool is_one_of(std::string_view table, std::initializer_list<std::string_view> tables) {
  return std::ranges::find(tables, table) != tables.end();
}
bool is_one_of(Part part, std::initializer_list<Part> parts) { return std::ranges::find(parts, part) != parts.end(); }

/// Things that belong to accounts.
bool is_possession(std::string_view table) {
  return is_one_of(table, {"instances", "nics", "volumes", "networks", "public_addresses", "firewall_rules",
                           "port_forwarding_rules", "routers", "user_data", "ssh_keys", "instance_groups",
                           "affinity_groups", "jobs", "events", "tags"});
}
/// Things that all see and use, and the root administrators change.
bool is_common(std::string_view table) {
  return is_one_of(table, {"zones", "os_types", "os_categories", "templates", "disk_offerings", "network_offerings",
                           "service_offerings"});
}
/// Things of the operator alone.
bool is_infrastructure(std::string_view table) {
  return is_one_of(table, {"pods", "clusters", "hosts", "storage_pools", "image_stores", "physical_networks", "vlan_ranges",
                           "network_providers", "provider_elements", "traffic_types", "hypervisor_capabilities",
                           "portable_ranges", "gui_themes", "dedications", "alerts", "ldap_servers"});
}

/// What ought to be allowed; nothing when it has not been said yet.
std::optional<bool> ought(Part part, std::string_view table, Whose whose, Use use) {
  const bool changes = access::changes(use);
  if (part == Part::root) return true;
  if (is_infrastructure(table)) return false;
  if (is_common(table)) return !changes;
  const bool rules = is_one_of(part, {Part::own_admin, Part::parent_admin});
  const bool owns = part == Part::owner || (whose == Whose::projects && part == Part::member);
  if (is_possession(table)) return owns || rules;
  if (is_one_of(table, {"accounts", "users", "key_pairs", "annotations"})) return part == Part::owner || rules;
  if (table == "domains") {
    if (part == Part::parent_admin) return true;
    if (part == Part::own_admin) return !changes;
    return use == Use::see && !is_one_of(part, {Part::foreigner, Part::foreign_admin});
  }
  if (is_one_of(table, {"projects", "project_roles", "project_role_rules"}))
    return part == Part::owner || rules || (!changes && part == Part::member);
  if (table == "project_invitations") return part == Part::owner || rules;
  if (is_one_of(table, {"roles", "role_rules"})) return !changes && (rules || part == Part::foreign_admin);
  return std::nullopt;
}

/// The first row of each table that has one.
std::map<std::string_view, std::string> rows_of(World& world, const std::string& account, const Id<model::User>& user) {
  std::map<std::string_view, std::string> out;
  const auto keep = [&](std::string_view table, const std::string& condition) {
    if (const auto found = ids(world, fmt::format("{} where {}", table, condition)); !found.empty())
      out.try_emplace(table, found.front());
  };
  for (const auto& table : model::tables()) {
    if (is_possession(table.table)) {
      const bool ends = table.shape().by_name("removed") != nullptr;
      keep(table.table, fmt::format("account_id = '{}'{}", account, ends ? " and removed is null" : ""));
    } else if (is_common(table.table) || is_infrastructure(table.table)) {
      keep(table.table, "1 = 1");
    }
  }
  keep("annotations", fmt::format("user_id = '{}'", user.text()));
  keep("roles", "name = 'User'");
  keep("key_pairs", fmt::format("user_id = '{}' and removed is null", user.text()));
  keep("domains", fmt::format("id in (select domain_id from accounts where id = '{}')", account));
  out["accounts"] = account;
  out["users"] = user.text();
  return out;
}

const access::Resolver* reference_of(const Field& field) {
  const auto* type = field.type;
  while (type && !type->reference) type = type->element;
  return type ? static_cast<const access::Resolver*>(type->reference) : nullptr;
}

/// A parameter that names things: `networkids`, or `iptonetworklist[0].networkid`.
struct Slot {
  const commands::Command* command;
  const Field* field;
  std::string wire;  ///< as it is written in a request
  const access::Resolver* reference;
  bool many;
};

std::vector<Slot> slots_of(const commands::Command& command) {
  std::vector<Slot> out;
  for (const auto& field : command.request().fields) {
    if (field.type->kind == Kind::list && field.type->shape) {
      for (const auto& member : field.type->shape().fields)
        if (const auto* reference = reference_of(member))
          out.push_back({&command, &field, fmt::format("{}[0].{}", field.wire, member.wire), reference, false});
    } else if (const auto* reference = reference_of(field)) {
      out.push_back({&command, &field, std::string(field.wire), reference, field.type->kind == Kind::list});
    }
  }
  return out;
}

/// A rehearsed request with all that the command needs, as far as the caller can name it, and `value` in the slot.
Pairs request_of(const Slot& slot, const std::string& value, const std::map<std::string_view, std::string>& own) {
  Pairs out = {{slot.wire, value}};
  if (slot.command->manner != commands::Manner::reading) out.emplace_back("dryrun", "true");
  for (const auto& field : slot.command->request().fields) {
    if (&field == slot.field || (field.type->optional && !field.notes.required)) continue;
    if (const auto* reference = reference_of(field)) {
      if (const auto at = own.find(reference->noun); at != own.end()) out.emplace_back(field.wire, at->second);
    } else if (field.type->kind == Kind::enumeration) out.emplace_back(field.wire, field.type->choices.front());
    else if (field.type->kind == Kind::map) continue;
    else if (field.type->kind == Kind::text) out.emplace_back(field.wire, "x");
    else if (field.type->kind == Kind::integer) out.emplace_back(field.wire, "1");
  }
  return out;
}

std::optional<Error> refusal(World& world, const Slot& slot, const std::string& value,
                             const std::map<std::string_view, std::string>& own) {
  return refusal_of(world, slot.command->facts.name, request_of(slot, value, own));
}

/// The text with one id in place of another.
std::string with(std::string text, std::string_view id, std::string_view instead) {
  if (const auto at = text.find(id); at != std::string::npos) text.replace(at, id.size(), instead);
  return text;
}

bool is_about(const Error& error, const Slot& slot) {
  return slot.wire == error.subject || slot.wire.ends_with("." + error.subject);
}
bool is_refused_for(const std::optional<Error>& error, const Slot& slot) {
  return error && error->fault == Fault::invalid && error->message.contains("entity does not exist") &&
         is_about(*error, slot);
}

/// What comes of an id must not differ from what comes of one that never was.
bool expect_as_if_absent(const Slot& slot, const std::optional<Error>& theirs, const std::optional<Error>& nobodys,
                         const std::string& id, const std::string& absent, const std::string& about) {
  EXPECT_TRUE(theirs) << "it is taken: " << about;
  if (!theirs || !nobodys) return false;
  EXPECT_EQ(theirs->fault, nobodys->fault) << about;
  EXPECT_EQ(theirs->subject, nobodys->subject) << about;
  EXPECT_EQ(is_about(*theirs, slot) ? with(theirs->message, id, absent) : theirs->message, nobodys->message) << about;
  return true;
}

struct Scene {
  Scene() : cast(world), absent(world.cloud().new_id<model::Zone>().text()) {
    for (const auto& command : world.commands())
      for (auto& slot : slots_of(command)) slots.push_back(std::move(slot));
  }
  std::map<std::string_view, std::string> rows(Whose whose) {
    const auto& alice = cast.at(Part::owner).person;
    auto out = rows_of(world, whose == Whose::projects ? cast.project : alice.account, alice.user);
    if (whose == Whose::projects) {
      out["accounts"] = alice.account;
      out["projects"] = cast.project;
      for (const auto& id : ids(world, "project_roles")) out["project_roles"] = id;
    }
    return out;
  }

  World world{1, 2};
  Cast cast;
  std::string absent;
  std::vector<Slot> slots;
};

TEST(Strangers, each_parameter_opens_what_is_the_callers_to_open_and_nothing_else) {
  Scene scene;
  auto& world = scene.world;
  int refused = 0, opened = 0;
  for (const auto whose : {Whose::alices, Whose::projects}) {
    const auto things = scene.rows(whose);
    for (const auto& somebody : scene.cast.people) {
      const auto own_rows = rows_of(world, somebody.person.account, somebody.person.user);
      scene.cast.as(somebody.person.user, [&] {
        for (const auto& slot : scene.slots) {
          const auto at = things.find(slot.reference->noun);
          if (at == things.end() || (slot.field->notes.admin && somebody.part != Part::root)) continue;
          const auto verdict = ought(somebody.part, at->first, whose, slot.reference->use);
          const auto about = fmt::format("{} of {} by {}", slot.wire, slot.command->facts.name, somebody.name);
          ASSERT_TRUE(verdict) << "say in `ought` who may name a row of " << at->first << ": " << about;
          if (*verdict) {
            const auto error = refusal(world, slot, at->second, things);
            EXPECT_FALSE(is_refused_for(error, slot)) << about << ": " << error->message;
            ++opened;
          } else {
            const auto nobodys = refusal(world, slot, scene.absent, own_rows);
            expect_as_if_absent(slot, refusal(world, slot, at->second, own_rows), nobodys, at->second, scene.absent, about);
            refused += is_refused_for(nobodys, slot);
          }
        }
      });
    }
  }
  EXPECT_GT(refused, 1500) << "most are refused for the id in question, and for nothing before it";
  EXPECT_GT(opened, 1500);
}

TEST(Strangers, ids_that_are_gone_or_malformed_are_answered_like_ids_that_never_were) {
  Scene scene;
  auto& world = scene.world;
  const auto& alice = scene.cast.at(Part::owner).person;
  std::map<std::string_view, std::string> gone;
  scene.cast.as(alice.user, [&] {
    const auto instance = deploy(world, {make_network(world)});
    scene.cast.as(world.root, [&] { world.done("destroyVirtualMachine", {{"id", instance}, {"expunge", "true"}}); });
    gone["instances"] = instance;
    gone["volumes"] = make_volume(world);
    world.call("deleteVolume", {{"id", gone["volumes"]}});
    gone["networks"] = make_network(world);
    world.done("deleteNetwork", {{"id", gone["networks"]}});
    gone["key_pairs"] = make_keys(world, alice.user).id;
    world.done("deleteUserKeys", {{"keypairid", gone["key_pairs"]}});
  });
  const auto visitor = make_person(world, "vera", "0", scene.cast.labs);
  gone["users"] = visitor.user.text();
  gone["accounts"] = visitor.account;
  world.done("deleteAccount", {{"id", visitor.account}});
  gone["domains"] = world.made("createDomain", {{"name", "passing"}, {"parentdomainid", scene.cast.labs}});
  world.done("deleteDomain", {{"id", gone["domains"]}});
  const auto own = scene.rows(Whose::alices);
  int proved = 0;
  for (const auto part : {Part::owner, Part::own_admin, Part::root})
    scene.cast.as(scene.cast.at(part).person.user, [&] {
      for (const auto& slot : scene.slots) {
        if (slot.field->notes.admin && part != Part::root) continue;
        const auto nobodys = refusal(world, slot, scene.absent, own);
        if (!is_refused_for(nobodys, slot)) continue;
        std::vector<std::string> wrong = {"x", "0", "%", "' or 1=1 --", scene.absent + "0"};
        if (slot.many) wrong.push_back(scene.absent + "," + scene.absent + ",");
        if (const auto at = gone.find(slot.reference->noun); at != gone.end()) wrong = {at->second};
        for (const auto& id : wrong) {
          const auto about = fmt::format("{}={} of {}", slot.wire, id, slot.command->facts.name);
          proved += expect_as_if_absent(slot, refusal(world, slot, id, own), nobodys, id, scene.absent, about);
        }
      }
    });
  EXPECT_GT(proved, 2000);
}

/// Parameters that hold ids and are no references: what they may name, and which test shows that nothing is seen by them.
bool is_accounted_for(std::string_view command, std::string_view wire) {
  // Names given by the caller, or ids elsewhere.
  if (is_one_of(wire, {"customid", "customjobid", "accountid", "userid", "externalid", "vlanid", "requestid"})) return true;
  static const std::map<std::string_view, std::string_view> spoken = {
      {"resourceids", "createTags deleteTags uploadResourceIcon listResourceIcon deleteResourceIcon"},
      {"resourceid",
       "listTags listEvents listAsyncJobs queryAsyncJobResult explainAccess addResourceDetail removeResourceDetail "
       "listResourceDetails listDetailOptions"},
      {"entityid", "addAnnotation listAnnotations"},
      {"zoneid", "registerTemplate updateDiskOffering updateServiceOffering updateNetworkOffering"},
      {"zoneids", "registerTemplate"},
      {"domainids", "createGuiTheme updateGuiTheme"},
      {"accountids", "createGuiTheme updateGuiTheme"},
      {"domainid", "createDomain updateDiskOffering updateServiceOffering updateNetworkOffering"},
      {"snapshotid", "createVolume"},
      {"serverid", "listAuditRecords"},
      {"projectid", "updateProjectInvitation"},
      {"id", "listAuditRecords listAuditChains listGuiThemes listIpForwardingRules"}};
  const auto at = spoken.find(wire);
  return at != spoken.end() && at->second.contains(command);
}

TEST(Strangers, every_parameter_that_names_a_thing_is_a_reference) {
  World world(1, 1);
  for (const auto& command : world.commands())
    for (const auto& field : command.request().fields) {
      const auto* type = field.type->element ? field.type->element : field.type;
      const bool spoken = type->kind == Kind::text || type->kind == Kind::id;
      if (!spoken || reference_of(field) || !(field.wire.ends_with("id") || field.wire.ends_with("ids"))) continue;
      EXPECT_TRUE(is_accounted_for(command.facts.name, field.wire))
          << field.wire << " of " << command.facts.name
          << " looks like an id: make it a reference, or show elsewhere that nothing is seen by it and name it here";
    }
}

/// The ids of all rows that belong to alice, to her user or to her project.
std::set<std::string> secrets_of(Scene& scene) {
  const auto& alice = scene.cast.at(Part::owner).person;
  std::set<std::string> out = {alice.account, alice.user.text(), scene.cast.project};
  for (const auto& table : model::tables())
    if (table.shape().by_name("account_id"))
      for (const auto& owner : {alice.account, scene.cast.project})
        for (auto& id : ids(scene.world, fmt::format("{} where account_id = '{}'", table.table, owner)))
          out.insert(std::move(id));
  // Who is a member, or was, knows of the membership.
  for (const auto& id : ids(scene.world, "project_members")) out.erase(id);
  return out;
}

/// What might make a list show more than it ought to: each is given where the command has the parameters.
std::vector<Pairs> widenings(Scene& scene) {
  const auto& alice = scene.cast.at(Part::owner).person;
  const auto& labs = scene.cast.labs;
  const std::pair<std::string, std::string> all = {"listall", "true"}, deep = {"isrecursive", "true"};
  return {{},
          {all},
          {all, deep},
          {deep},
          {{"projectid", "-1"}},
          {{"projectid", "-1"}, all, deep},
          {{"projectid", scene.cast.project}},
          {{"domainid", labs}},
          {{"domainid", labs}, all, deep},
          {{"domainid", scene.cast.top}, all, deep},
          {{"domainid", labs}, {"account", alice.name}},
          {{"account", alice.name}},
          {{"keyword", "%"}, all},
          {{"keyword", "e"}, all, deep},
          {{"keyword", "' or ''='"}, all},
          {{"tags[0].key", "secret"}, {"tags[0].value", "plan"}, all},
          {{"templatefilter", "all"}, all},
          {{"isofilter", "all"}, all},
          {{"userid", alice.user.text()}, all},
          {{"accountid", alice.account}, all},
          {{"details", "all"}, all, deep},
          {{"username", alice.name}, all},
          {{"name", alice.name}, all},
          {{"displayvm", "false"}, all},
          {{"entitytype", "VM"}, {"annotationfilter", "all"}},
          {{"resourcetype", "UserVm"}, all, deep},
          {{"resourcetype", "Volume"}, all, deep},
          {{"archived", "true"}, all, deep}};
}

/// The widening as far as the command has its parameters, and what it cannot do without; nothing when it has none of them.
std::optional<Pairs> widened(const commands::Command& command, const Pairs& widening) {
  Pairs out;
  for (const auto& pair : widening) {
    const auto* field = command.request().by_wire(pair.first.substr(0, pair.first.find('[')));
    if (field && !field->notes.admin) out.push_back(pair);
  }
  if (out.empty() && !widening.empty()) return std::nullopt;
  for (const auto& field : command.request().fields) {
    const bool given = std::ranges::any_of(out, [&](const auto& pair) { return pair.first == field.wire; });
    if (given || (field.type->optional && !field.notes.required)) continue;
    if (field.type->kind == Kind::enumeration) out.emplace_back(field.wire, field.type->choices.front());
    else if (field.type->kind == Kind::text) out.emplace_back(field.wire, "x");
  }
  return out;
}

/// What the caller reads in all lists, however they are widened; each id with the call that showed it.
std::map<std::string, std::string> seen_of(Scene& scene, const std::set<std::string>& secrets) {
  std::map<std::string, std::string> out;
  const auto wishes = widenings(scene);
  for (const auto& command : scene.world.commands()) {
    // The log of calls tells callers their own words back: a test of its own looks at it.
    if (command.manner != commands::Manner::reading || command.facts.name == "listAuditRecords") continue;
    for (const auto& wish : wishes) {
      const auto request = widened(command, wish);
      if (!request) continue;
      std::string said, given;
      for (const auto& [name, value] : *request) given += fmt::format(" {}={}", name, value);
      try {
        said = scene.world.call(command.facts.name, *request).text;
      } catch (const Error& error) {
        said = error.message;
      }
      for (const auto& secret : secrets)
        if (!given.contains(secret) && said.contains(secret))
          out.try_emplace(secret, std::string(command.facts.name) + given);
    }
  }
  return out;
}

TEST(Strangers, no_parameter_of_a_list_shows_what_is_anothers) {
  Scene scene;
  auto secrets = secrets_of(scene);
  const auto shown_to = [&](Part part) {
    std::map<std::string, std::string> out;
    scene.cast.as(scene.cast.at(part).person.user, [&] { out = seen_of(scene, secrets); });
    return out;
  };
  for (const auto part : {Part::owner, Part::parent_admin, Part::root})
    EXPECT_GT(shown_to(part).size(), 20u) << "who may see them does, and what is asked finds them";
  for (const auto part : {Part::neighbour, Part::former_member, Part::foreigner, Part::foreign_admin})
    for (const auto& [secret, call] : shown_to(part))
      ADD_FAILURE() << scene.cast.at(part).name << " sees " << secret << " by " << call;
  // A member sees what the project has, and nothing of alice's own.
  const auto& alice = scene.cast.at(Part::owner).person;
  for (const auto& table : model::tables())
    if (table.shape().by_name("account_id"))
      for (const auto& id : ids(scene.world, fmt::format("{} where account_id = '{}'", table.table, scene.cast.project)))
        secrets.erase(id);
  for (const auto& known : {scene.cast.project, alice.account, alice.user.text()}) secrets.erase(known);
  for (const auto& [secret, call] : shown_to(Part::member)) ADD_FAILURE() << "mia sees " << secret << " by " << call;
}

TEST(Strangers, whoever_may_read_the_log_of_calls_reads_their_own_accounts) {
  Scene scene;
  auto& world = scene.world;
  for (const auto part : {Part::neighbour, Part::foreign_admin}) {
    const auto& person = scene.cast.at(part).person;
    scene.cast.as(person.user, [&] {
      const auto text = world.call("listAuditRecords", {{"page", "1"}, {"pagesize", "500"}}).text;
      const JsonDocument document(text);
      ASSERT_GT(document.root().size(), 0u);
      for (std::size_t i = 0; i < document.root().size(); ++i)
        EXPECT_EQ(document.root().at(i)["accountid"].text(), person.account);
    });
  }
}

TEST(Strangers, another_accounts_name_opens_nothing) {
  Scene scene;
  auto& world = scene.world;
  int proved = 0;
  for (const auto part : {Part::neighbour, Part::former_member, Part::foreigner, Part::foreign_admin}) {
    const auto& somebody = scene.cast.at(part);
    const auto own = rows_of(world, somebody.person.account, somebody.person.user);
    scene.cast.as(somebody.person.user, [&] {
      for (const auto& command : world.commands()) {
        const auto* account = command.request().by_wire("account");
        if (!account || account->notes.admin || !command.request().by_wire("domainid")) continue;
        const auto asked = [&](const std::string& name) {
          auto wish = request_of({&command, account, "account", nullptr, false}, name, own);
          std::erase_if(wish, [](const auto& pair) { return pair.first == "domainid"; });
          wish.emplace_back("domainid", scene.cast.labs);
          return refusal_of(world, command.facts.name, wish);
        };
        const auto theirs = asked("alice"), nobodys = asked("nobody");
        const auto about = fmt::format("{} by {}", command.facts.name, somebody.name);
        ASSERT_EQ(bool(theirs), bool(nobodys)) << about;
        if (!theirs) continue;  // lists of another's find nothing, as lists of nobody's do
        EXPECT_EQ(theirs->fault, nobodys->fault) << about << theirs->message << nobodys->message;
        EXPECT_EQ(with(theirs->message, "alice", "nobody"), nobodys->message) << about;
        ++proved;
      }
    });
  }
  EXPECT_GT(proved, 60);
}

TEST(Strangers, administrators_who_may_only_read_change_nothing) {
  Scene scene;
  auto& world = scene.world;
  Door door(world);
  const auto role = ids(world, "roles where name = 'Read-Only Admin - Default'").at(0);
  auto reader = make_person(world, "rita", "1");
  world.call("updateAccount", {{"id", reader.account}, {"roleid", role}});
  const auto keys = make_keys(world, reader.user);
  const auto things = scene.rows(Whose::alices);
  int read = 0, refused = 0;
  for (const auto& slot : scene.slots) {
    const auto at = things.find(slot.reference->noun);
    if (at == things.end()) continue;
    const auto name = slot.command->facts.name;
    const bool reads = slot.command->manner == commands::Manner::reading && name.starts_with("list");
    auto request = request_of(slot, at->second, things);
    const auto status = door.status(keys, name, request);
    if (reads) {
      EXPECT_NE(status, 432) << name;
      ++read;
    } else if (slot.command->manner != commands::Manner::reading && !slot.command->facts.get) {
      EXPECT_EQ(status, 432) << name << " " << slot.wire;
      ++refused;
    }
  }
  EXPECT_GT(read, 50);
  EXPECT_GT(refused, 150);
}

}  // namespace
}  // namespace welkin::simulation
