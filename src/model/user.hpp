// A user: one person or program that acts for an account; its keys and its sessions.
#pragma once

#include "model/account.hpp"
#include "model/role.hpp"

namespace welkin::model {

/// Who vouches for the password.
CHOICES(UserSource, (native, "NATIVE"), (ldap, "LDAP"), (saml2, "SAML2"), (oauth2, "OAUTH2"),
        (unknown, "UNKNOWN"))

/// What a user gives at a login beside the password, under the names of CloudStack's providers.
CHOICES(SecondFactor, (none, ""), (totp, "totp"), (static_pin, "staticpin"))

struct User {
  static constexpr std::string_view table = "users";
  static constexpr std::string_view indexes[] = {
      "unique (domain_id, user_name) where removed is null", "(account_id)",
      "(domain_id, created, id) where removed is null", "(created, id) where removed is null"};
  FIELDS(User,
    (Id<User>, id, "The user."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Account>, account_id, "The account they act for."),
    (Id<Domain>, domain_id, "The account's domain."),
    (std::string, user_name, "Unique in the domain."),
    (std::string, password_hash, "argon2id; empty when no password is accepted."),
    (std::string, first_name, "Given name."),
    (std::string, last_name, "Family name."),
    (std::string, email, "Where they are reached."),
    (std::optional<std::string>, timezone, "In which they read instants."),
    (AccountState, state, "Whether they may act."),
    (UserSource, source, "Who vouches for the password."),
    (ApiKeyAccess, api_key_access, "Whether their API keys work."),
    (bool, is_default, "Made by the cloud itself; cannot be removed."),
    (bool, password_change_required, "They may do nothing else first."),
    (int, failed_logins, "Wrong passwords in a row."),
    (SecondFactor, second_factor, "What they have set up."),
    (std::string, sealed_factor, "Its secret, sealed by the vault."),
    (bool, factor_proven, "They have given it once: it is asked for from then on."),
    (bool, factor_mandated, "An administrator demands one of them."),
    (std::int64_t, factor_step, "The time step of the last code that was taken: it is taken once."),
    (int, failed_factors, "Wrong codes in a row."),
    (std::string, reset_hash, "SHA-256 of the token that a mail brought to set a new password; empty when none is out."),
    (std::optional<Time>, reset_expires, "Until when that token counts."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
  WELKIN_COUNTED
};

/// What a pair of keys says of some commands.
struct KeyRule {
  FIELDS(KeyRule,
    (std::string, rule, "A command's name; * stands for any run of letters and digits."),
    (Permission, permission, "allow or deny."),
    (std::string, description, "Why."))
};

/// A pair of keys with which a program signs its requests.
struct KeyPair {
  static constexpr std::string_view table = "key_pairs";
  static constexpr std::string_view indexes[] = {
      "unique (api_key) where removed is null", "(user_id, created, id)", "(created, id) where removed is null"};
  FIELDS(KeyPair,
    (Id<KeyPair>, id, "The pair."),
    (Id<User>, user_id, "Whose it is."),
    (std::string, name, "As the user calls it, or made up."),
    (std::string, description, "Free text."),
    (std::string, api_key, "The public half: names the user in a request."),
    (std::string, sealed_secret, "The secret half, sealed by the vault."),
    (std::optional<Time>, valid_from, "It works from then on; nothing is at once."),
    (std::optional<Time>, valid_until, "It works until then; nothing is for ever."),
    (std::vector<KeyRule>, rules, "What its holder may call of what the role allows, the first that fits; all when empty."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was withdrawn."))
};

/// A login of a person, known by a cookie and a session key together.
struct Session {
  static constexpr std::string_view table = "sessions";
  static constexpr std::string_view indexes[] = {"unique (cookie_hash)", "(user_id)", "(last_used)"};
  FIELDS(Session,
    (Id<Session>, id, "The session."),
    (Id<User>, user_id, "Who logged in."),
    (std::string, cookie_hash, "SHA-256 of the cookie: the table opens no door."),
    (std::string, key_hash, "SHA-256 of the session key."),
    (std::string, source, "Address it was begun from."),
    (bool, factor_given, "The second factor was given."),
    (Time, created, "When it was begun."),
    (Time, last_used, "When it was last used, to the minute."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::User)
ROW_ELSEWHERE(welkin::model::KeyPair)
ROW_ELSEWHERE(welkin::model::Session)
