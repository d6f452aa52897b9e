// Ends of dedications.
#include "model/dedication.hpp"

namespace welkin::model {

void release_dedication(sql::Transaction& tx, const Dedication& dedication) {
  sql::erase(tx, dedication.id);
  const auto group = dedication.affinity_group_id;
  if (!sql::first<Dedication>(tx, "where affinity_group_id = $1 limit 1", group)) forget_affinity_group(tx, group);
}

void release_dedication_of(sql::Transaction& tx, const Uuid& place) {
  if (const auto kept = sql::first<Dedication>(tx, "where place_id = $1", place)) release_dedication(tx, *kept);
}

void release_dedications_for(sql::Transaction& tx, const Id<Account>& account) {
  for (const auto& kept : sql::all<Dedication>(tx, "where account_id = $1", account)) release_dedication(tx, kept);
}

void release_dedications_for(sql::Transaction& tx, const Id<Domain>& domain) {
  for (const auto& kept : sql::all<Dedication>(tx, "where domain_id = $1", domain)) release_dedication(tx, kept);
}

}  // namespace welkin::model
