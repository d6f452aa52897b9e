// What passwords of people must be like (the domain's settings `password.policy.…`), and how often one may be wrong.
#pragma once

#include "model/user.hpp"

namespace welkin::commands {

/// Throws `invalid` with what the policy of the user's domain asks for.
void check_policy(sql::Transaction& tx, const Id<model::Domain>& domain, const std::string& user_name,
                  const Secret& password);
/// Throws `invalid` for a regular expression that cannot be one of the policy's.
void check_pattern(std::string_view pattern);

/// Wrong passwords in a row have used up what incorrect.login.attempts.allowed allows.
bool is_locked_out(sql::Transaction& tx, const model::User& user);
/// Counts one more, up to there.
void note_wrong_password(sql::Transaction& tx, const Id<model::User>& user);

}  // namespace welkin::commands
