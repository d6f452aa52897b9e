// Commands of roles and their rules.
#include "commands/rules.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct RoleAnswer {
  FIELDS(RoleAnswer,
    (Id<model::Role>, id, "The role."),
    (std::string, name, "Unique."),
    (std::string, type, "Which kind of account may have it."),
    (std::string, description, "What it is for."),
    (bool, is_default, "Came with the cloud."),
    (bool, is_public, "Domain administrators may give it."),
    (std::string, state, "enabled or disabled."))
};
RoleAnswer answer_role(const model::Role& role) {
  return {role.id,         role.name,      std::string(name_of(role.type)), role.description,
          role.is_default, role.is_public, std::string(name_of(role.state))};
}
struct ListRoles : Listing {
  using Base = Listing;
  FIELDS(ListRoles,
    (std::optional<See<model::Role>>, id, "Only this role."),
    (std::optional<std::string>, name, "Only the role of this name."),
    (std::optional<model::RoleType>, type, "Only roles of this type."),
    (std::optional<model::RoleState>, state, "Only roles in this state."))
};
Page<RoleAnswer> list_roles(Call& call, sql::Transaction& tx, const ListRoles& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("type", r.type)
      .equal("state", r.state)
      .keyword({"name"}, r.keyword)
      .that("removed is null");
  if (!call.caller.is_root()) where.that("is_public = 1 and type <> 'Admin'");
  return answers_of<model::Role>(tx, where, r, "created, id", answer_role);
}
struct RuleAnswer {
  FIELDS(RuleAnswer,
    (Id<model::RoleRule>, id, "The rule."),
    (Id<model::Role>, role_id, "Its role."),
    (std::string, role_name, "By name."),
    (std::string, rule, "Which commands."),
    (std::string, permission, "allow or deny."),
    (std::optional<std::string>, description, "Why."))
};
RuleAnswer answer_rule(Call& call, sql::Transaction& tx, const model::RoleRule& rule) {
  const auto* role = call.look(tx, rule.role_id);
  return {rule.id,
          rule.role_id,
          role ? role->name : "",
          rule.rule,
          std::string(name_of(rule.permission)),
          unless_empty(rule.description)};
}
struct ListRolePermissions : Listing {
  using Base = Listing;
  FIELDS(ListRolePermissions, (std::optional<See<model::Role>>, role_id, "Only rules of this role."))
};
Page<RuleAnswer> list_rules(Call& call, sql::Transaction& tx, const ListRolePermissions& r) {
  Where where;
  where.equal("role_id", r.role_id);
  return answers_of<model::RoleRule>(tx, where, r, "role_id, place, id",
                                     [&](const model::RoleRule& rule) { return answer_rule(call, tx, rule); });
}

constexpr int rules_max = 1000;

/// Roles that came with the cloud stay as they are: people rely on what they mean. Nobody changes their own role, or one
/// that allows more.
void check_change(const Call& call, sql::Transaction& tx, const model::Role& role) {
  if (role.is_default)
    throw Error(Fault::forbidden, fmt::format("The role {} came with the cloud and stays as it is.", role.name),
                role.id.text());
  if (role.id == call.caller.role)
    throw Error(Fault::forbidden, "Your own role is not yours to change.", role.id.text());
  must_not_exceed(tx, call, role.id);
}
/// `body` changes the role or its rules; neither as it was nor as it is then may it allow more than the caller's own.
template <class F>
void change(Call& call, sql::Transaction& tx, const model::Role& role, F body) {
  check_change(call, tx, role);
  body();
  must_not_exceed(tx, call, role.id);
}
model::RoleType role_type(const std::optional<std::string>& text) {
  const auto type = text ? choice_named<model::RoleType>(*text) : std::nullopt;
  if (!type) bad("A role's type is one of Admin, ResourceAdmin, DomainAdmin and User.", "type");
  return *type;
}
void check_role_name(sql::Transaction& tx, const std::string& name, const Id<model::Role>& self) {
  check_name(name, "name");
  check_free_name<model::Role>(tx, "where lower(name) = lower($1) and removed is null", name, self);
}

model::Role new_role(Call& call, std::string name, model::RoleType type, const std::optional<std::string>& description,
                     const std::optional<bool>& is_public) {
  model::Role role;
  role.id = call.cloud.new_id<model::Role>();
  role.name = std::move(name);
  role.type = type;
  role.description = description.value_or("");
  role.is_public = is_public.value_or(true);
  role.created = call.cloud.now();
  return role;
}
std::vector<model::RoleRule> rules_in(sql::Transaction& tx, const Id<model::Role>& role) {
  return sql::all<model::RoleRule>(tx, "where role_id = $1 order by place, id", role);
}
model::RoleRule add_rule(Call& call, sql::Transaction& tx, const model::Role& role, model::RoleRule rule) {
  rule.id = call.cloud.new_id<model::RoleRule>();
  rule.role_id = role.id;
  sql::insert(tx, rule);
  return rule;
}
/// A rule as a request says it. Throws `invalid` for one that cannot be.
template <class Request>
model::RoleRule rule_of(const Request& r, int place) {
  check_rule(r.rule);
  model::RoleRule rule;
  rule.place = place;
  rule.rule = r.rule;
  rule.permission = permission_named(r.permission);
  rule.description = r.description.value_or("");
  return rule;
}

struct CreateRole {
  FIELDS(CreateRole,
    (std::string, name, "Unique among roles."),
    (std::optional<See<model::Role>>, role_id, "A role whose type and rules it begins with."),
    (std::optional<std::string>, type, "Admin, ResourceAdmin, DomainAdmin or User; needed without roleid."),
    (std::optional<std::string>, description, "What it is for."),
    (std::optional<bool>, is_public, "Domain administrators may give it; true when absent."))
};
RoleAnswer create_role(Call& call, sql::Transaction& tx, const CreateRole& r) {
  check_role_name(tx, r.name, {});
  if (r.role_id.has_value() == r.type.has_value()) bad("Give either type, or roleid of a role to begin with.", "type");
  if (r.role_id && (*r.role_id)->is_default && rules_in(tx, r.role_id->id()).empty())
    bad("The root administrator's role has no rules to begin with; give type in place of roleid.", "roleid");
  const auto role = new_role(call, r.name, r.role_id ? (*r.role_id)->type : role_type(r.type), r.description, r.is_public);
  sql::insert(tx, role);
  if (r.role_id)
    for (auto& rule : rules_in(tx, r.role_id->id())) add_rule(call, tx, role, std::move(rule));
  must_not_exceed(tx, call, role.id);
  call.event_note = role.name;
  return answer_role(role);
}

struct ImportRole {
  FIELDS(ImportRole,
    (std::string, name, "Unique among roles."),
    (std::vector<RuleGiven>, rules, "Its rules in order: rules[0].rule, rules[0].permission, rules[0].description.", .required = true),
    (bool, forced, "Take the place of a role of this name."),
    (std::optional<std::string>, type, "Admin, ResourceAdmin, DomainAdmin or User; needed for a new role."),
    (std::optional<std::string>, description, "What it is for."),
    (std::optional<bool>, is_public, "Domain administrators may give it; true when absent."))
};
RoleAnswer import_role(Call& call, sql::Transaction& tx, const ImportRole& r) {
  auto former = sql::first<model::Role>(tx, "where lower(name) = lower($1) and removed is null", r.name);
  const auto type = former && !r.type ? former->type : role_type(r.type);
  if (former && !r.forced) bad(fmt::format("The name {} is taken; give forced=true to replace the role.", r.name), "name");
  auto role = former ? *former : new_role(call, r.name, type, r.description, r.is_public);
  if (former) {
    check_change(call, tx, role);
    if (role.type != type) bad(fmt::format("The role {} is for another type of account.", role.name), "type");
    set(role.description, r.description);
    set(role.is_public, r.is_public);
    sql::update(tx, role);
    for (const auto& rule : rules_in(tx, role.id)) sql::erase(tx, rule.id);
  } else {
    check_role_name(tx, r.name, {});
    sql::insert(tx, role);
  }
  int place = 0;
  for (const auto& given : r.rules) add_rule(call, tx, role, rule_of(given, place++));
  must_not_exceed(tx, call, role.id);
  call.event_note = role.name;
  return answer_role(role);
}

struct UpdateRole {
  FIELDS(UpdateRole,
    (Operate<model::Role>, id, "The role."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, description, "What it is for."),
    (std::optional<std::string>, type, "Only while no account has it."),
    (std::optional<bool>, is_public, "Domain administrators may give it."))
};
RoleAnswer update_role(Call& call, sql::Transaction& tx, const UpdateRole& r) {
  auto role = *r.id;
  change(call, tx, role, [&] {
    if (r.name) check_role_name(tx, *r.name, role.id);
    if (r.type && role_type(r.type) != role.type) {
      check_none_left(tx, "role", role.name, "accounts", "role_id = $1 and removed is null", role.id);
      role.type = role_type(r.type);
    }
    set(role.name, r.name);
    set(role.description, r.description);
    set(role.is_public, r.is_public);
    sql::update(tx, role);
  });
  call.event_note = role.name;
  return answer_role(role);
}

struct OneRole {
  FIELDS(OneRole, (Operate<model::Role>, id, "The role."))
};
Success delete_role(Call& call, sql::Transaction& tx, const OneRole& r) {
  auto role = *r.id;
  check_change(call, tx, role);
  check_none_left(tx, "role", role.name, "accounts", "role_id = $1 and removed is null", role.id);
  for (const auto& rule : rules_in(tx, role.id)) sql::erase(tx, rule.id);
  role.removed = call.cloud.now();
  sql::update(tx, role);
  call.event_note = role.name;
  return {true, {}};
}
Success set_role_state(Call& call, sql::Transaction& tx, model::Role role, model::RoleState state) {
  change(call, tx, role, [&] {
    role.state = state;
    sql::update(tx, role);
  });
  call.event_note = role.name;
  return {true, {}};
}
Success enable_role(Call& call, sql::Transaction& tx, const OneRole& r) {
  return set_role_state(call, tx, *r.id, model::RoleState::enabled);
}
Success disable_role(Call& call, sql::Transaction& tx, const OneRole& r) {
  return set_role_state(call, tx, *r.id, model::RoleState::disabled);
}

struct CreateRolePermission {
  FIELDS(CreateRolePermission,
    (Operate<model::Role>, role_id, "The role."),
    (std::string, rule, "A command's name; * stands for any run of letters."),
    (std::string, permission, "allow or deny."),
    (std::optional<std::string>, description, "Why."))
};
RuleAnswer create_rule(Call& call, sql::Transaction& tx, const CreateRolePermission& r) {
  model::RoleRule rule;
  change(call, tx, *r.role_id, [&] {
    const auto present = rules_in(tx, r.role_id.id());
    if (std::ssize(present) >= rules_max) bad(fmt::format("A role has at most {} rules.", rules_max), "roleid");
    rule = rule_of(r, present.empty() ? 0 : present.back().place + 1);
    for (const auto& other : present)
      if (same_text_ignoring_case(other.rule, rule.rule))
        bad(fmt::format("The role has a rule {} already.", r.rule), "rule");
    rule = add_rule(call, tx, *r.role_id, std::move(rule));
  });
  call.event_note = fmt::format("{}: {}", r.role_id->name, rule.rule);
  return answer_rule(call, tx, rule);
}

struct UpdateRolePermission {
  FIELDS(UpdateRolePermission,
    (Operate<model::Role>, role_id, "The role."),
    (std::vector<std::string>, rule_order, "All its rules by id, in their new order.", .length = 65536),
    (std::optional<Operate<model::RoleRule>>, rule_id, "One of its rules; needs permission."),
    (std::optional<std::string>, permission, "What that rule says from now on."))
};
void permit(sql::Transaction& tx, const UpdateRolePermission& r) {
  auto rule = **r.rule_id;
  if (rule.role_id != r.role_id.id()) access::refuse_id("ruleid", rule.id.text());
  if (!r.permission) bad("Give permission too: allow or deny.", "permission");
  rule.permission = permission_named(*r.permission);
  sql::update(tx, rule);
}
Success update_rules(Call& call, sql::Transaction& tx, const UpdateRolePermission& r) {
  change(call, tx, *r.role_id, [&] {
    if (r.rule_order.empty() == !r.rule_id) bad("Give either ruleorder, or ruleid and permission.", "ruleorder");
    if (r.rule_id) permit(tx, r);
    else reorder(tx, rules_in(tx, r.role_id.id()), r.rule_order);
  });
  call.event_note = r.role_id->name;
  return {true, {}};
}

struct DeleteRolePermission {
  FIELDS(DeleteRolePermission, (Operate<model::RoleRule>, id, "The rule."))
};
Success delete_rule(Call& call, sql::Transaction& tx, const DeleteRolePermission& r) {
  const auto role = sql::need<model::Role>(tx, r.id->role_id);
  change(call, tx, role, [&] { sql::erase(tx, r.id.id()); });
  call.event_note = fmt::format("{}: {}", role.name, r.id->rule);
  return {true, {}};
}
}  // namespace

std::vector<Command> role_commands() {
  constexpr auto root = Audience::root;
  return {
      reading<list_roles>({"listRoles", "role", "Lists roles.", Audience::admins}),
      writing<create_role>({"createRole", "role", "Makes a role.", root, "ROLE.CREATE"}),
      writing<import_role>({"importRole", "role", "Makes a role with all its rules.", root, "ROLE.IMPORT"}),
      writing<update_role>({"updateRole", "role", "Changes what is recorded of a role.", root, "ROLE.UPDATE"}),
      writing<delete_role>({"deleteRole", "", "Deletes a role that no account has.", root, "ROLE.DELETE"}),
      writing<enable_role>({"enableRole", "", "Lets a role's rules decide again.", root, "ROLE.ENABLE"}),
      writing<disable_role>({"disableRole", "", "Lets a role allow nothing.", root, "ROLE.DISABLE"}),
      reading<list_rules>({"listRolePermissions", "rolepermission", "Lists the rules of roles.", root}),
      writing<create_rule>(
          {"createRolePermission", "rolepermission", "Adds a rule behind a role's others.", root, "ROLE.PERMISSION.CREATE"}),
      writing<update_rules>({"updateRolePermission", "", "Puts a role's rules in another order, or changes what one says.",
                             root, "ROLE.PERMISSION.UPDATE"}),
      writing<delete_rule>({"deleteRolePermission", "", "Takes a rule from a role.", root, "ROLE.PERMISSION.DELETE"}),
  };
}

}  // namespace welkin::commands
