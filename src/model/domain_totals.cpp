// Reads the tree and all holdings once, and keeps the sums up to the feed.
#include "model/domain_totals.hpp"

#include "model/domain.hpp"

namespace welkin::model {

namespace {
struct DomainRow {
  static constexpr std::string_view table = Domain::table;
  FIELDS(DomainRow,
    (Id<Domain>, id, "The domain."),
    (Id<Domain>, parent_id, "The one above."),
    (std::optional<Time>, removed, "When it was removed."))
};
}  // namespace

DomainTotals::DomainTotals(sql::Follower& changes) {
  changes.add([this](std::span<const sql::Change> news) { hear(news); });
}

void DomainTotals::hear(std::span<const sql::Change> news) {
  const std::lock_guard lock(mutex_);
  if (news.empty()) {
    known_ = false;
    return;
  }
  heard_ = news.back().position;
  if (!known_) return;
  for (const auto& change : news) {
    if (change.noun == Holding::table) old_accounts_.insert(Uuid::parse(change.row_id).value());
    if (change.noun == Domain::table) old_domains_.insert(Uuid::parse(change.row_id).value());
  }
}

void DomainTotals::read_all(sql::Transaction& tx) {
  branches_.clear();
  accounts_.clear();
  old_accounts_.clear();
  old_domains_.clear();
  const auto rows = sql::all<DomainRow>(tx, "");
  for (const auto& row : rows) branches_[row.id].parent = row.parent_id;
  for (const auto& row : rows) count_domain(row.id, !row.removed);
  for (const auto& holding : sql::all<Holding>(tx, "")) replace(holding);
}

void DomainTotals::refresh(sql::Transaction& tx) {
  for (const auto& id : std::exchange(old_domains_, {})) {
    const auto row = sql::first<DomainRow>(tx, "where id = $1", id);
    const auto at = branches_.find(id);
    if (!row) {
      if (at != branches_.end()) count_domain(id, false);
      continue;
    }
    // A branch that stands elsewhere now is rare: all is read anew.
    if (at != branches_.end() && at->second.parent != row->parent_id) return read_all(tx);
    branches_[id].parent = row->parent_id;
    count_domain(id, !row->removed);
  }
  for (const auto& id : std::exchange(old_accounts_, {})) replace(held_by_account(tx, Id<Account>(id)));
}

void DomainTotals::replace(const Holding& holding) {
  auto& known = accounts_[holding.id];
  const auto change = difference(known, holding);
  known = holding;
  for (Uuid domain = holding.domain_id; domain;) {
    auto& branch = branches_[domain];
    add_to(branch.held, change);
    domain = branch.parent;
  }
}

void DomainTotals::count_domain(const Uuid& id, bool stands) {
  const auto change = int(stands) - int(std::exchange(branches_[id].stands, stands));
  for (Uuid domain = id; change != 0 && domain; domain = branches_[domain].parent) branches_[domain].domains += change;
}

bool DomainTotals::bring_up(sql::Transaction& tx) {
  if (sql::last_change_seen(tx) < heard_) return false;
  // What fails midway is read anew.
  std::exchange(known_, false) ? refresh(tx) : read_all(tx);
  known_ = true;
  return true;
}

std::optional<std::int64_t> DomainTotals::domains_in(sql::Transaction& tx, const Uuid& domain) {
  const std::lock_guard lock(mutex_);
  if (!bring_up(tx)) return std::nullopt;
  const auto at = branches_.find(domain);
  return at == branches_.end() ? 0 : at->second.domains;
}

std::unordered_map<Uuid, Holding> DomainTotals::held_beneath(sql::Transaction& tx, std::span<const Uuid> domains) {
  const std::lock_guard lock(mutex_);
  if (!bring_up(tx)) return model::held_beneath(tx, domains);
  std::unordered_map<Uuid, Holding> out;
  for (const auto& domain : domains) {
    const auto at = branches_.find(domain);
    out[domain] = at == branches_.end() ? Holding{} : at->second.held;
  }
  return out;
}

}  // namespace welkin::model
