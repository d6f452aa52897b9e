// A project: things that accounts and users share. It and its hidden account, which owns the things, have one id.
#pragma once

#include "model/resource.hpp"
#include "model/role.hpp"

namespace welkin::model {

CHOICES(ProjectState, (active, "Active"), (suspended, "Suspended"), (disabled, "Disabled"))
CHOICES(ProjectRank, (admin, "Admin"), (regular, "Regular"))
CHOICES(InvitationState, (pending, "Pending"), (completed, "Completed"), (expired, "Expired"), (declined, "Declined"))

struct Project {
  static constexpr std::string_view table = "projects";
  static constexpr std::string_view indexes[] = {"unique (domain_id, name) where removed is null"};
  FIELDS(Project,
    (Id<Project>, id, "The project, and its hidden account."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Domain>, domain_id, "Its domain."),
    (std::string, name, "Unique in its domain."),
    (std::string, display_text, "What it is for."),
    (ProjectState, state, "Whether its things may be used; Disabled while it is being deleted."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

struct ProjectMember {
  static constexpr std::string_view table = "project_members";
  static constexpr std::string_view indexes[] = {"unique (project_id, account_id) where user_id is null",
                                                 "unique (project_id, user_id) where user_id is not null",
                                                 "(project_id)", "(account_id)", "(user_id)", "(project_role_id)"};
  FIELDS(ProjectMember,
    (Id<ProjectMember>, id, "The membership."),
    (Id<Project>, project_id, "Of which project."),
    (Id<Account>, account_id, "Whose."),
    (Id<User>, user_id, "The only user of the account that it is for; nil is all."),
    (ProjectRank, rank, "Admin owns the project."),
    (Id<ProjectRole>, project_role_id, "What a regular member may call; nil does not restrict."),
    (Time, created, "Since when."))

  WELKIN_COUNTED
};

struct ProjectInvitation {
  static constexpr std::string_view table = "project_invitations";
  static constexpr std::string_view indexes[] = {"(project_id)", "(account_id)", "(user_id)", "(domain_id)"};
  FIELDS(ProjectInvitation,
    (Id<ProjectInvitation>, id, "The invitation."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Project>, project_id, "To which project."),
    (Id<Domain>, domain_id, "The project's domain."),
    (Id<Account>, account_id, "Who is invited; nil for whoever has the token."),
    (Id<User>, user_id, "The only user of the account that is invited; nil is all."),
    (std::string, email, "Where the token was sent; empty for an invitation by account."),
    (std::string, token_hash, "SHA-256 of the token: the table opens no door."),
    (InvitationState, state, "What has become of it."),
    (ProjectRank, rank, "What the invited will be."),
    (Id<ProjectRole>, project_role_id, "What they may call; nil does not restrict."),
    (Time, expires, "It can be accepted until then."),
    (Time, created, "When it was made."))
};

struct ProjectRole {
  static constexpr std::string_view table = "project_roles";
  static constexpr std::string_view indexes[] = {"unique (project_id, name)"};
  FIELDS(ProjectRole,
    (Id<ProjectRole>, id, "The role."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Project>, project_id, "Its project."),
    (std::string, name, "Unique in the project."),
    (std::string, description, "What it is for."),
    (Time, created, "When it was made."))
};

struct ProjectRoleRule {
  static constexpr std::string_view table = "project_role_rules";
  static constexpr std::string_view indexes[] = {"unique (project_role_id, rule)"};
  FIELDS(ProjectRoleRule,
    (Id<ProjectRoleRule>, id, "The rule."),
    (Id<ProjectRole>, project_role_id, "Its role."),
    (int, place, "Its place among the role's rules."),
    (std::string, rule, "A command's name; * stands for any run of letters and digits."),
    (Permission, permission, "What it says of such commands."),
    (std::string, description, "Why."))
};

/// The account or the user is a member of no project any more, and invited to none.
void leave_projects(sql::Transaction& tx, const Id<Account>& account);
void leave_projects(sql::Transaction& tx, const Id<User>& user);
/// The project is gone, with its memberships, invitations and roles. What it owned must be gone before.
void forget_project(sql::Transaction& tx, const Id<Project>& project, Time now);

/// The account that owns the project's things.
inline Id<Account> account_of(const Id<Project>& project) { return Id<Account>(project); }
/// The project whose hidden account this would be.
inline Id<Project> project_of(const Id<Account>& account) { return Id<Project>(account); }

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Project)
ROW_ELSEWHERE(welkin::model::ProjectMember)
ROW_ELSEWHERE(welkin::model::ProjectInvitation)
ROW_ELSEWHERE(welkin::model::ProjectRole)
ROW_ELSEWHERE(welkin::model::ProjectRoleRule)
