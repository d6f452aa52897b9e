// LDAP directories as commands and logins ask them.
#pragma once

#include "commands/tenants.hpp"
#include "directory/directory.hpp"
#include "model/ldap.hpp"

namespace welkin::commands {

/// How people of a domain are found; of no domain for a nil id. Without servers when none is known.
directory::Access directory_of(sql::Transaction& tx, const Vault& vault, const Id<model::Domain>& domain);
/// The same, in a transaction of its own. Throws `invalid` when no server is known.
directory::Access need_directory(Call& call, const Id<model::Domain>& domain);

/// Runs what asks a directory. One that does not answer is the caller's to look after: `invalid`.
template <class F>
auto asked(F question) {
  try {
    return question();
  } catch (const Error& error) {
    if (!error.worth_retrying()) throw;
    throw Error(Fault::invalid, error.message, error.subject);
  }
}

/// Somebody who is found by a link.
directory::Wish wish_of(const model::LdapLink& link, const std::string& user_name);
/// A user whose password the directory keeps.
model::User add_directory_user(Call& call, sql::Transaction& tx, const directory::Person& person,
                               const model::Account& account, const std::optional<std::string>& timezone = {},
                               const std::optional<std::string>& id = {});

}  // namespace welkin::commands
