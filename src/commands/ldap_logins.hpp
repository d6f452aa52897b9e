// Logins of people whose passwords an LDAP directory keeps.
#pragma once

#include "commands/command.hpp"
#include "model/user.hpp"

namespace welkin::commands {

/// Asks the domain's directory whether the password is right. Who is linked to the domain or to an account of it becomes a
/// user then, or moves to that account. Nothing for everybody else, and for an empty password. Blocks; four at a time.
std::optional<Id<model::User>> log_in_by_directory(Cloud& cloud, const model::Domain& domain,
                                                   const std::optional<model::User>& known, const std::string& name,
                                                   const Secret& password);
/// Whether the directory decides at all: for a user of its own, or for who is none yet of a domain that is linked.
bool is_for_directory(sql::Transaction& tx, const std::optional<model::Domain>& domain,
                      const std::optional<model::User>& known);

}  // namespace welkin::commands
