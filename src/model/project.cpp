// Ends of projects and of memberships.
#include "model/project.hpp"
#include "model/marks.hpp"

namespace welkin::model {

namespace {
template <sql::RowStruct Row>
void erase_all(sql::Transaction& tx, std::string_view column, const Uuid& id) {
  for (const auto& row : sql::all<Row>(tx, fmt::format("where {} = $1", column), id)) sql::erase(tx, row.id);
}
}  // namespace

void leave_projects(sql::Transaction& tx, const Id<Account>& account) {
  erase_all<ProjectMember>(tx, "account_id", account);
  erase_all<ProjectInvitation>(tx, "account_id", account);
}
void leave_projects(sql::Transaction& tx, const Id<User>& user) {
  erase_all<ProjectMember>(tx, "user_id", user);
  erase_all<ProjectInvitation>(tx, "user_id", user);
}

void forget_project(sql::Transaction& tx, const Id<Project>& id, Time now) {
  erase_all<ProjectMember>(tx, "project_id", id);
  erase_all<ProjectInvitation>(tx, "project_id", id);
  for (const auto& role : sql::all<ProjectRole>(tx, "where project_id = $1", id)) {
    erase_all<ProjectRoleRule>(tx, "project_role_id", role.id);
    sql::erase(tx, role.id);
  }
  auto project = sql::need<Project>(tx, id);
  project.state = ProjectState::disabled;
  project.removed = now;
  forget_marks(tx, id);
  sql::update(tx, project);
}

}  // namespace welkin::model
