// Projects as they let callers in: who is a member, and what a member may do.
#pragma once

#include "access/door.hpp"
#include "model/project.hpp"

namespace welkin::access {

/// What the caller is in the project: the user's own membership comes before the account's. Nothing for strangers.
std::optional<model::ProjectMember> membership(sql::Transaction& tx, const Caller& caller,
                                               const Id<model::Project>& project);

/// True for members; in a project that is not active they see and end things, no more: throws `forbidden` for the rest.
bool member_may(sql::Transaction& tx, const Caller& caller, const Id<model::Project>& project, Use use);

/// Throws `forbidden` for a project that is suspended or being deleted.
void must_be_active(const model::Project& project);

}  // namespace welkin::access
