// Membership of projects.
#include "access/projects.hpp"

#include "access/reference.hpp"

namespace welkin::access {

std::optional<model::ProjectMember> membership(sql::Transaction& tx, const Caller& caller,
                                               const Id<model::Project>& project) {
  return sql::first<model::ProjectMember>(
      tx,
      "where project_id = $1 and account_id = $2 and (user_id is null or user_id = $3) order by user_id is null limit 1",
      project, caller.account, caller.user);
}

void must_be_active(const model::Project& project) {
  if (project.state == model::ProjectState::active) return;
  throw Error(Fault::forbidden,
              fmt::format("The project {} is {}; its things can be seen, stopped and removed, no more.", project.name,
                          project.state == model::ProjectState::suspended ? "suspended" : "being deleted"),
              project.id.text());
}

Rules rules_of(sql::Transaction& tx, const model::ProjectMember& member) {
  Rules rules;
  rules.everything = member.rank == model::ProjectRank::admin || !member.project_role_id;
  if (rules.everything) return rules;
  for (const auto& rule : sql::all<model::ProjectRoleRule>(tx, "where project_role_id = $1 order by place, id",
                                                           member.project_role_id))
    rules.ordered.emplace_back(rule.rule, rule.permission == model::Permission::allow);
  return rules;
}

std::vector<Id<model::Project>> closed_projects(sql::Transaction& tx, const Caller& caller) {
  std::vector<Id<model::Project>> out;
  for (const auto& member : sql::all<model::ProjectMember>(
           tx, "where account_id = $1 and (user_id is null or user_id = $2) and project_role_id is not null",
           caller.account, caller.user)) {
    const auto deciding = membership(tx, caller, member.project_id);
    if (deciding && !rules_of(tx, *deciding).decide(caller.command).value_or(true)) out.push_back(member.project_id);
  }
  return out;
}

bool member_may(sql::Transaction& tx, const Caller& caller, const Id<model::Project>& project, Use use) {
  const auto member = membership(tx, caller, project);
  if (!member) return false;
  // Clients look for the words "not available for user": they do not log out then.
  if (!rules_of(tx, *member).decide(caller.command).value_or(true))
    throw Error(Fault::unauthorized,
                fmt::format("The API command {} is not available for user {} in the project {}: their role there denies it.",
                            caller.command, caller.user_name, project.text()),
                project.text());
  if (use == Use::use || use == Use::operate) must_be_active(sql::need<model::Project>(tx, project));
  return true;
}

Owner detail::resolve_projects(sql::Transaction& tx, const Caller& caller, void* reference, std::string_view parameter) {
  auto& projects = *static_cast<SeeProjects*>(reference);
  if (projects.given == "-1") return {};
  See<model::Project> one{projects.given, {}};
  resolve<model::Project, Use::see>(tx, caller, &one, parameter);
  projects.row = std::move(one.row);
  return {};
}

}  // namespace welkin::access
