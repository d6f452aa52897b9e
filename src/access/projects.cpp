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

bool member_may(sql::Transaction& tx, const Caller& caller, const Id<model::Project>& project, Use use) {
  if (!membership(tx, caller, project)) return false;
  if (use == Use::use || use == Use::operate) must_be_active(sql::need<model::Project>(tx, project));
  return true;
}

void detail::resolve_projects(sql::Transaction& tx, const Caller& caller, void* reference, std::string_view parameter) {
  auto& projects = *static_cast<SeeProjects*>(reference);
  if (projects.given == "-1") return;
  See<model::Project> one{projects.given, {}};
  resolve<model::Project, Use::see>(tx, caller, &one, parameter);
  projects.row = std::move(one.row);
}

}  // namespace welkin::access
