// The first start of a cloud.
#include "server/first_start.hpp"

#include "link/files.hpp"
#include "model/counters.hpp"
#include "model/seed.hpp"
#include "model/domain.hpp"
#include "model/account.hpp"
#include "model/role.hpp"
#include "model/user.hpp"

namespace welkin::server {

namespace {
/// How the administrator gets in.
struct Credentials {
  FIELDS(Credentials,
    (std::string, endpoint, "Address of the API."),
    (std::string, username, "Of the administrator."),
    (std::string, password, "To log in."),
    (std::string, apikey, "Names the administrator in a signed request."),
    (std::string, secretkey, "Signs it."))
};

void write_credentials(const std::string& file, const Credentials& credentials) {
  link::write_file(file, to_json(credentials) + "\n", 0600);
}

/// A later start may be on another port or address.
void keep_endpoint(const std::string& file, const std::string& endpoint) {
  if (!link::file_exists(file)) return;
  auto credentials = from_json<Credentials>(link::read_file(file));
  if (credentials.endpoint == endpoint) return;
  credentials.endpoint = endpoint;
  write_credentials(file, credentials);
}

}  // namespace

Administrator make_administrator(sql::Transaction& tx, Cloud& cloud, const std::string& password_hash) {
  const auto root = model::root_domain(tx);
  const auto role =
      sql::first<model::Role>(tx, "where name = 'Root Admin' and is_default = 1 and removed is null");
  must(role.has_value(), "the seed has a role for root administrators");
  model::Account account;
  account.id = cloud.new_id<model::Account>();
  account.name = "admin";
  account.number = model::next_number(tx, "account") + 1;
  account.domain_id = root.id;
  account.type = model::AccountType::admin;
  account.role_id = role->id;
  account.is_default = true;
  account.created = cloud.now();
  sql::insert(tx, account);
  model::User user;
  user.id = cloud.new_id<model::User>();
  user.account_id = account.id;
  user.domain_id = root.id;
  user.user_name = "admin";
  user.password_hash = password_hash;
  user.first_name = "Root";
  user.last_name = "Administrator";
  user.email = "admin@localhost";
  user.is_default = true;
  user.created = account.created;
  sql::insert(tx, user);
  model::KeyPair pair;
  Administrator out{user.id, random_token(64), Secret(random_token(64))};
  pair.id = cloud.new_id<model::KeyPair>();
  pair.user_id = user.id;
  pair.name = "first";
  pair.api_key = out.api_key;
  pair.sealed_secret = cloud.vault.seal(out.secret_key);
  pair.created = account.created;
  sql::insert(tx, pair);
  return out;
}

void prepare(Cloud& cloud, const std::string& directory, const std::string& endpoint) {
  const JsonDocument seed(model::seed_json());
  const auto password = random_text(16);
  const auto hash = hash_password(Secret(password));
  const auto file = directory + "/admin.json";
  bool made = false;
  cloud.database.write([&](sql::Transaction& tx) {
    model::seed(tx, cloud.clock(), cloud.random, seed.root());
    made = sql::count(tx, "select count(*) from users where is_default = 1") == 0;
    if (!made) return;
    const auto administrator = make_administrator(tx, cloud, hash);
    // WHY before the commit: should the server end between the two, the next start makes both anew; keys in the records
    // whose secret nobody was told would be lost.
    write_credentials(file, {endpoint, "admin", password, administrator.api_key, administrator.secret_key.reveal()});
  });
  if (!made) keep_endpoint(file, endpoint);
}

}  // namespace welkin::server
