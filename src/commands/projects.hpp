// Projects as commands answer and check them.
#pragma once

#include "commands/owner.hpp"
#include "commands/tenants.hpp"

namespace welkin::commands {

/// One column of rows.
template <class Row, class Member>
std::vector<Uuid> each_of(const std::vector<Row>& rows, Member Row::* member) {
  std::vector<Uuid> out;
  for (const auto& row : rows) out.push_back(row.*member);
  return out;
}

/// Throws `conflict` for a project that nobody would own.
void must_have_owner(sql::Transaction& tx, const model::Project& project);

/// Throws `conflict` while the account, or the user, is the only owner of a project: nobody could change it any more.
void must_leave_no_project_alone(sql::Transaction& tx, const model::Account& account);
void must_leave_no_project_alone(sql::Transaction& tx, const model::User& user);

bool is_member(sql::Transaction& tx, const model::ProjectMember& wish);
/// A new membership, or none when there is one already.
void add_member(Call& call, sql::Transaction& tx, model::ProjectMember member);

/// Who is to be a member.
struct Guest {
  std::string name;                  ///< for people
  std::optional<std::string> email;  ///< where the invitation is mailed, with a token
};
/// Makes the wished membership, or an invitation to it where invitations are required.
Success let_in(Call& call, sql::Transaction& tx, const model::Project& project, const model::ProjectMember& wish,
               const Guest& guest);
/// Invites an account, a user, or whoever has the token that is mailed when the wish names neither. Older invitations of
/// the same make room; one that can still be accepted stays, and is `conflict`.
Success invite(Call& call, sql::Transaction& tx, const model::Project& project, const model::ProjectMember& wish,
               const Guest& guest);

/// A request's wish for a member's rank.
model::ProjectRank rank_of(const std::optional<std::string>& role_type);

}  // namespace welkin::commands
