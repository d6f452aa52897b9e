// Roles as they decide: rules in order, wildcards, and what a command's audience says when no rule fits.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "access/caller.hpp"
#include "base/vault.hpp"
#include "model/prefix.hpp"
#include "sql/feed.hpp"

namespace welkin::access {

/// True when `name` fits `pattern`, in which * stands for any run of characters; case does not matter.
bool fits(std::string_view pattern, std::string_view name);

/// A role's rules, ready to be asked.
struct Rules {
  bool everything = false;  ///< the root administrator's role
  bool nothing = false;     ///< a disabled role
  model::RoleType type = model::RoleType::user;
  std::vector<std::pair<std::string, bool>> ordered;  ///< pattern, allowed
  /// What the pair of keys in use allows of all that; everything when empty. What no rule fits it denies.
  std::vector<std::pair<std::string, bool>> narrower;

  /// Decided by the first rule that fits; nothing when none does.
  std::optional<bool> decide(std::string_view command) const;
};
Rules rules_of(sql::Transaction& tx, const Id<model::Role>& role);
/// The role's rules, as far as the pair of keys in use goes.
Rules rules_of(sql::Transaction& tx, const Caller& caller);
void narrow(Rules& rules, const std::vector<model::KeyRule>& by);

/// Someone who may call: what a key or a session leads to.
struct Identity {
  Caller caller;
  Rules rules;
  Secret key_secret;  ///< of the API key that led here; empty for a session
  bool enabled = true;
  bool must_change_password = false;  ///< before anything else
  bool factor_asked = false;          ///< sessions must have given a second factor
  bool factor_proven = false;         ///< there is one to give; else it must be set up
  bool keys_work = true;  ///< whether API keys lead here at all
  std::optional<std::vector<model::Prefix>> sources{};  ///< addresses to call from; any when absent
  std::optional<Time> valid_from{}, valid_until{};  ///< of the API key that led here
};
/// Whether the domain demands second factors.
bool demands_factors(sql::Transaction& tx, const Id<model::Domain>& domain);
/// Whether a call from this address is answered.
bool admits(const Identity& identity, std::string_view source);
/// Whether the user's API keys work: as their own entry says, else the account's, else the domain's setting api.key.access.
bool keys_work(sql::Transaction& tx, const model::User& user, const model::Account& account);

/// Identities by API key and by user, remembered until one of their rows changes.
class Directory {
 public:
  Directory(sql::Database& database, sql::Follower& changes, const Vault& vault);

  /// Null when there is no such key.
  std::shared_ptr<const Identity> by_key(const std::string& api_key);
  /// Null when there is no such user.
  std::shared_ptr<const Identity> by_user(const Id<model::User>& user);

 private:
  std::shared_ptr<const Identity> remember(const std::string& name, std::shared_ptr<const Identity> found,
                                           std::uint64_t age);

  sql::Database& database_;
  const Vault& vault_;
  std::mutex mutex_;
  std::uint64_t age_ = 0;
  std::unordered_map<std::string, std::shared_ptr<const Identity>> known_;
};

/// Reads a user with its account, domain and rules. Null when the user is gone.
std::shared_ptr<Identity> read_identity(sql::Transaction& tx, const Id<model::User>& user);

}  // namespace welkin::access
