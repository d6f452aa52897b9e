// Projects as they let callers in: who is a member, and what a member may do.
#pragma once

#include "access/door.hpp"
#include "access/roles.hpp"
#include "model/project.hpp"

namespace welkin::access {

/// What the caller is in the project: the user's own membership comes before the account's. Nothing for strangers.
std::optional<model::ProjectMember> membership(sql::Transaction& tx, const Caller& caller,
                                               const Id<model::Project>& project);

/// What the member's role in the project says of commands, besides the role of the account: nothing denied where no rule
/// fits, and to owners nothing at all.
Rules rules_of(sql::Transaction& tx, const model::ProjectMember& member);

/// Projects in which the caller's role denies the command that is being called.
std::vector<Id<model::Project>> closed_projects(sql::Transaction& tx, const Caller& caller);

/// True for members; throws `unauthorized` when their role in the project denies the command. In a project that
/// is not active they see and end things, no more: throws `forbidden` for the rest.
bool member_may(sql::Transaction& tx, const Caller& caller, const Id<model::Project>& project, Use use);

/// Throws `forbidden` for a project that is suspended or being deleted.
void must_be_active(const model::Project& project);

}  // namespace welkin::access
