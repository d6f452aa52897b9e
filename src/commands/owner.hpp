// Who will own what a request makes, and how answers name an owner.
#pragma once

#include "commands/command.hpp"
#include "commands/requests.hpp"
#include "model/account.hpp"
#include "model/project.hpp"

namespace welkin::commands {

/// The account named in the domain, or the caller's own. Throws `invalid` for an account without its domain or one that is
/// not there, `forbidden` when the caller may not make things for it.
model::Account owner_of(sql::Transaction& tx, Call& call, const std::optional<std::string>& account,
                        const std::optional<access::See<model::Domain>>& domain);
/// The same, or the hidden account of the project that is named; it must be active.
model::Account owner_of(sql::Transaction& tx, Call& call, const ForOwner& request);

/// What happens to a project's things is an event of the project.
void happens_to(Call& call, sql::Transaction& tx, const access::Owner& owner);

/// Fills in an answer's owner: a project in place of an account where the account is a project's.
template <class Answer>
void name_owner(Call& call, sql::Transaction& tx, const Id<model::Account>& id, Answer& out) {
  const auto* account = call.look(tx, id);
  if (!account) return;
  if (account->type != model::AccountType::project) {
    out.account = account->name;
    if constexpr (requires { out.account_id; }) out.account_id = id;
    return;
  }
  out.project_id = model::project_of(id);
  if (const auto* project = call.look(tx, out.project_id)) out.project = project->name;
}

}  // namespace welkin::commands
