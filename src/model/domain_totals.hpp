// What the accounts of whole branches of the domain tree hold, kept in memory by the change feed.
#pragma once

#include <mutex>
#include <set>

#include "model/holding.hpp"
#include "sql/feed.hpp"

namespace welkin::model {

/// Answers for a page of domains what a sum over all accounts beneath each of them would, and does not look at them. What it
/// knows may be a commit of another server old: it is for showing. Limits are checked by the records (limit.hpp).
class DomainTotals {
 public:
  explicit DomainTotals(sql::Follower& changes);

  /// As `held_beneath` (holding.hpp).
  std::unordered_map<Uuid, Holding> held_beneath(sql::Transaction& tx, std::span<const Uuid> domains);
  /// How many domains there are in this branch, its own with them; nothing when it is not known as of this transaction.
  std::optional<std::int64_t> domains_in(sql::Transaction& tx, const Uuid& domain);

 private:
  struct Branch {
    Uuid parent;
    bool stands = false;       ///< is not removed
    std::int64_t domains = 0;  ///< that stand, its own and those beneath
    Holding held;              ///< of its accounts and of those beneath
  };

  void hear(std::span<const sql::Change> news);
  void read_all(sql::Transaction& tx);
  /// Whether what is known is of this transaction now, or nothing may be said of it.
  bool bring_up(sql::Transaction& tx);
  void refresh(sql::Transaction& tx);
  /// Counts the domain in its branch and all above when it begins or ceases to stand.
  void count_domain(const Uuid& domain, bool stands);
  /// Puts what has changed of one account's holding into its domain and all above.
  void replace(const Holding& holding);

  std::mutex mutex_;
  sql::Position heard_ = 0;  ///< a transaction that sees less of the feed neither uses nor feeds what is known
  bool known_ = false;
  std::unordered_map<Uuid, Branch> branches_;
  std::unordered_map<Uuid, Holding> accounts_;
  std::set<Uuid> old_accounts_, old_domains_;
};

}  // namespace welkin::model
