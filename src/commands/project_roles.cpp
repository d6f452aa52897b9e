// Commands of roles in projects: what regular members may call there, of what their own role lets them call.
#include "commands/projects.hpp"
#include "commands/rules.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct ProjectRoleAnswer {
  FIELDS(ProjectRoleAnswer,
    (Id<model::Project>, project_id, "Its project."),
    (Id<model::ProjectRole>, id, "The role."),
    (std::string, name, "Unique in the project."),
    (std::optional<std::string>, description, "What it is for."),
    (bool, is_public, "True: all members see it."))
};
ProjectRoleAnswer answer_role(const model::ProjectRole& role) {
  return {role.project_id, role.id, role.name, unless_empty(role.description), true};
}

/// A role is named together with its project. Throws as for an absent one when they do not belong together.
void must_be_of(const model::ProjectRole& role, const model::Project& project, std::string_view parameter) {
  if (role.project_id != project.id) access::refuse_id(parameter, role.id.text());
}

struct ListProjectRoles : Listing {
  using Base = Listing;
  FIELDS(ListProjectRoles,
    (See<model::Project>, project_id, "The project."),
    (std::optional<See<model::ProjectRole>>, project_role_id, "Only this role."),
    (std::optional<std::string>, name, "Only the role of this name."))
};
Page<ProjectRoleAnswer> list_roles(Call&, sql::Transaction& tx, const ListProjectRoles& r) {
  Where where;
  where.equal("project_id", r.project_id)
      .equal("id", r.project_role_id)
      .equal("name", r.name)
      .keyword({"name", "description"}, r.keyword);
  return answers_of<model::ProjectRole>(tx, where, r, "created, id", answer_role);
}

constexpr int roles_max = 100, rules_max = 1000;

void check_role_name(sql::Transaction& tx, const model::ProjectRole& role) {
  check_name(role.name, "name");
  check_free_name<model::ProjectRole>(tx, "where lower(name) = lower($1) and project_id = $2", role.name, role.id,
                                      role.project_id);
}

struct CreateProjectRole {
  FIELDS(CreateProjectRole,
    (Operate<model::Project>, project_id, "The project."),
    (std::string, name, "Unique in the project."),
    (std::optional<std::string>, description, "What it is for."))
};
ProjectRoleAnswer create_role(Call& call, sql::Transaction& tx, const CreateProjectRole& r) {
  if (sql::count(tx, "select count(*) from project_roles where project_id = $1", r.project_id.id()) >= roles_max)
    bad(fmt::format("A project has at most {} roles.", roles_max), "projectid");
  model::ProjectRole role;
  role.id = call.cloud.new_id<model::ProjectRole>();
  role.project_id = r.project_id.id();
  role.name = r.name;
  role.description = r.description.value_or("");
  role.created = call.cloud.now();
  check_role_name(tx, role);
  sql::insert(tx, role);
  call.event_note = role.name;
  return answer_role(role);
}

struct UpdateProjectRole {
  FIELDS(UpdateProjectRole,
    (Operate<model::Project>, project_id, "The project."),
    (Operate<model::ProjectRole>, id, "The role."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, description, "What it is for."))
};
ProjectRoleAnswer update_role(Call& call, sql::Transaction& tx, const UpdateProjectRole& r) {
  auto role = *r.id;
  must_be_of(role, *r.project_id, "id");
  set(role.description, r.description);
  if (r.name) {
    role.name = *r.name;
    check_role_name(tx, role);
  }
  sql::update(tx, role);
  call.event_note = role.name;
  return answer_role(role);
}

std::vector<model::ProjectRoleRule> rules_in(sql::Transaction& tx, const Id<model::ProjectRole>& role) {
  return sql::all<model::ProjectRoleRule>(tx, "where project_role_id = $1 order by place, id", role);
}

struct DeleteProjectRole {
  FIELDS(DeleteProjectRole,
    (Operate<model::Project>, project_id, "The project."),
    (Operate<model::ProjectRole>, id, "The role; no member may have it."))
};
Success delete_role(Call& call, sql::Transaction& tx, const DeleteProjectRole& r) {
  must_be_of(*r.id, *r.project_id, "id");
  check_none_left(tx, "project role", r.id->name, "project_members", "project_role_id = $1", r.id.id());
  check_none_left(tx, "project role", r.id->name, "project_invitations", "project_role_id = $1 and state = 'Pending'",
                  r.id.id());
  for (const auto& rule : rules_in(tx, r.id.id())) sql::erase(tx, rule.id);
  sql::erase(tx, r.id.id());
  call.event_note = r.id->name;
  return {true, {}};
}

struct ProjectRuleAnswer {
  FIELDS(ProjectRuleAnswer,
    (Id<model::ProjectRoleRule>, id, "The rule."),
    (Id<model::ProjectRole>, project_role_id, "Its role."),
    (Id<model::Project>, project_id, "The role's project."),
    (std::string, project_role_name, "The role by name."),
    (std::string, rule, "Which commands."),
    (std::string, permission, "allow or deny."),
    (std::optional<std::string>, description, "Why."))
};
ProjectRuleAnswer answer_rule(Call& call, sql::Transaction& tx, const model::ProjectRoleRule& rule) {
  ProjectRuleAnswer out;
  out.id = rule.id;
  out.project_role_id = rule.project_role_id;
  if (const auto* role = call.look(tx, rule.project_role_id)) {
    out.project_id = role->project_id;
    out.project_role_name = role->name;
  }
  out.rule = rule.rule;
  out.permission = name_of(rule.permission);
  out.description = unless_empty(rule.description);
  return out;
}

struct ListRules : Listing {
  using Base = Listing;
  FIELDS(ListRules,
    (See<model::Project>, project_id, "The project."),
    (std::optional<See<model::ProjectRole>>, project_role_id, "Only rules of this role."))
};
Page<ProjectRuleAnswer> list_rules(Call& call, sql::Transaction& tx, const ListRules& r) {
  Where where;
  where.equal("project_role_id", r.project_role_id)
      .keyword({"rule"}, r.keyword)
      .that("project_role_id in (select id from project_roles where project_id = $)", r.project_id.id());
  return answers_of<model::ProjectRoleRule>(tx, where, r, "project_role_id, place, id",
                                            [&](const auto& rule) { return answer_rule(call, tx, rule); });
}

struct CreateRule {
  FIELDS(CreateRule,
    (Operate<model::Project>, project_id, "The project."),
    (Operate<model::ProjectRole>, project_role_id, "The role."),
    (std::string, rule, "A command's name; * stands for any run of letters."),
    (std::string, permission, "allow or deny."),
    (std::optional<std::string>, description, "Why."))
};
ProjectRuleAnswer create_rule(Call& call, sql::Transaction& tx, const CreateRule& r) {
  must_be_of(*r.project_role_id, *r.project_id, "projectroleid");
  check_rule(r.rule);
  const auto present = rules_in(tx, r.project_role_id.id());
  if (std::ssize(present) >= rules_max) bad(fmt::format("A role has at most {} rules.", rules_max), "projectroleid");
  for (const auto& other : present)
    if (same_text_ignoring_case(other.rule, r.rule)) bad(fmt::format("The role has a rule {} already.", r.rule), "rule");
  model::ProjectRoleRule rule;
  rule.id = call.cloud.new_id<model::ProjectRoleRule>();
  rule.project_role_id = r.project_role_id.id();
  rule.place = present.empty() ? 0 : present.back().place + 1;
  rule.rule = r.rule;
  rule.permission = permission_named(r.permission);
  rule.description = r.description.value_or("");
  sql::insert(tx, rule);
  call.event_note = fmt::format("{}: {}", r.project_role_id->name, rule.rule);
  return answer_rule(call, tx, rule);
}

struct UpdateRules {
  FIELDS(UpdateRules,
    (Operate<model::Project>, project_id, "The project."),
    (Operate<model::ProjectRole>, project_role_id, "The role."),
    (std::vector<std::string>, rule_order, "All its rules by id, in their new order.", .length = 65536),
    (std::optional<Operate<model::ProjectRoleRule>>, project_role_permission_id, "One of its rules; needs permission."),
    (std::optional<std::string>, permission, "What that rule says from now on."))
};
Success update_rules(Call& call, sql::Transaction& tx, const UpdateRules& r) {
  must_be_of(*r.project_role_id, *r.project_id, "projectroleid");
  if (r.rule_order.empty() == !r.project_role_permission_id)
    bad("Give either ruleorder, or projectrolepermissionid and permission.", "ruleorder");
  if (r.project_role_permission_id) {
    auto rule = **r.project_role_permission_id;
    if (rule.project_role_id != r.project_role_id.id()) access::refuse_id("projectrolepermissionid", rule.id.text());
    if (!r.permission) bad("Give permission too: allow or deny.", "permission");
    rule.permission = permission_named(*r.permission);
    sql::update(tx, rule);
  } else {
    reorder(tx, rules_in(tx, r.project_role_id.id()), r.rule_order);
  }
  call.event_note = r.project_role_id->name;
  return {true, {}};
}

struct DeleteRule {
  FIELDS(DeleteRule,
    (Operate<model::Project>, project_id, "The project."),
    (Operate<model::ProjectRoleRule>, id, "The rule."))
};
Success delete_rule(Call& call, sql::Transaction& tx, const DeleteRule& r) {
  const auto role = sql::need<model::ProjectRole>(tx, r.id->project_role_id);
  if (role.project_id != r.project_id.id()) access::refuse_id("id", r.id.given);
  sql::erase(tx, r.id.id());
  call.event_note = fmt::format("{}: {}", role.name, r.id->rule);
  return {true, {}};
}
}  // namespace

std::vector<Command> project_role_commands() {
  constexpr auto all = Audience::everyone;
  constexpr std::string_view rule = "projectrolepermission";
  return {
      reading<list_roles>({"listProjectRoles", "projectrole", "Lists roles of a project.", all}),
      writing<create_role>({"createProjectRole", "projectrole", "Makes a role for a project's regular members.", all,
                            "PROJECT.ROLE.CREATE"}),
      writing<update_role>({"updateProjectRole", "projectrole", "Changes what is recorded of a project's role.", all,
                            "PROJECT.ROLE.UPDATE"}),
      writing<delete_role>(
          {"deleteProjectRole", "", "Deletes a project's role that no member has.", all, "PROJECT.ROLE.DELETE"}),
      reading<list_rules>({"listProjectRolePermissions", rule, "Lists the rules of a project's roles.", all}),
      writing<create_rule>({"createProjectRolePermission", rule, "Adds a rule behind the others of a project's role.",
                            all, "PROJECT.ROLE.PERMISSION.CREATE"}),
      writing<update_rules>({"updateProjectRolePermission", "",
                             "Puts the rules of a project's role in another order, or changes what one says.", all,
                             "PROJECT.ROLE.PERMISSION.UPDATE"}),
      writing<delete_rule>({"deleteProjectRolePermission", "", "Takes a rule from a project's role.", all,
                            "PROJECT.ROLE.PERMISSION.DELETE"}),
  };
}

}  // namespace welkin::commands
