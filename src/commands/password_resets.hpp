// Passwords set anew by who reads the user's mail.
#pragma once

#include "commands/command.hpp"
#include "model/user.hpp"

namespace welkin::commands {

/// Mails the user a link to set another password, unless one has been mailed within five minutes. Does nothing for who may
/// not act, or whose password is not kept here. It never says which: who asks is nobody that is known.
void offer_reset(sql::Transaction& tx, Cloud& cloud, const model::User& user);

/// Sets the password of who holds the token from the mail, once. Sessions end. Throws `unauthorized` for every token that
/// does not hold, whoever it is for; `invalid` for a password that the policy refuses, and the token goes on to hold then.
void reset_password(Cloud& cloud, const std::optional<model::User>& user, const std::string& source, const Secret& token,
                    const Secret& password);

/// A token that is out holds no more: what it was sent for or to has changed.
inline void withdraw_reset(model::User& user) {
  user.reset_hash.clear();
  user.reset_expires.reset();
}

}  // namespace welkin::commands
