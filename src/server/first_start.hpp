// What a cloud needs before its first command: records it begins with, and an administrator.
#pragma once

#include "flows/cloud.hpp"
#include "model/user.hpp"

namespace welkin::server {

/// The first administrator and the keys that sign his requests.
struct Administrator {
  Id<model::User> user;
  std::string api_key;
  Secret secret_key;
};
/// In a seeded database: an account of the root domain, its user and the user's keys.
Administrator make_administrator(sql::Transaction& tx, Cloud& cloud, const std::string& password_hash);

/// Fills in what is missing. Writes `DIR/admin.json` (mode 0600) when the administrator is made; later its endpoint is
/// kept true.
void prepare(Cloud& cloud, const std::string& directory, const std::string& endpoint);

}  // namespace welkin::server
