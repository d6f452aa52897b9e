// Who will own what a request makes.
#pragma once

#include "commands/command.hpp"
#include "model/account.hpp"

namespace welkin::commands {

/// The account named in the domain, or the caller's own. Throws `invalid` for an account without its domain or one that is
/// not there, `forbidden` when the caller may not make things for it.
model::Account owner_of(sql::Transaction& tx, const Call& call, const std::optional<std::string>& account,
                        const std::optional<access::See<model::Domain>>& domain);

}  // namespace welkin::commands
