// Queries of accounts.
#include "model/account.hpp"

namespace welkin::model {

std::optional<Account> account_named(sql::Transaction& tx, const Id<Domain>& domain, std::string_view name) {
  return sql::first<Account>(tx, "where domain_id = $1 and name = $2 and type <> $3 and removed is null", domain, name,
                             AccountType::project);
}

}  // namespace welkin::model
