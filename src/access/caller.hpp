// Who is calling: known once per request, never changed by it.
#pragma once

#include <string>

#include "model/account.hpp"
#include "model/domain.hpp"
#include "model/role.hpp"
#include "model/user.hpp"

namespace welkin::access {

/// The caller of a command.
struct Caller {
  Id<model::User> user;
  Id<model::Account> account;
  Id<model::Domain> domain;
  Id<model::Role> role;
  std::string user_name;
  std::string account_name;
  std::string domain_path;  ///< "/", "/sales/" …
  model::AccountType type = model::AccountType::user;
  std::string command{};  ///< what is being called: roles in projects decide on it
  Id<model::KeyPair> narrow_pair{};  ///< the pair of keys that was used, when it allows less than the role

  bool is_root() const { return type == model::AccountType::admin; }
  bool is_domain_admin() const {
    return type == model::AccountType::domain_admin || type == model::AccountType::resource_domain_admin;
  }
  bool is_admin() const { return is_root() || is_domain_admin(); }
  /// True for domains at or beneath the caller's own.
  bool covers(std::string_view path) const { return path.starts_with(domain_path); }
};

}  // namespace welkin::access
