// Figures that follow the rows they count.
#include "model/holding.hpp"

#include "model/domain.hpp"
#include "model/limit.hpp"
#include "model/tagged_limit.hpp"
#include "sql/many.hpp"

namespace welkin::model {

namespace {
/// Columns of figures, in the order of `Resource`, and behind them those that no limit knows.
std::span<const Field> figure_fields() { return std::span(shape_of<Holding>().fields).subspan(2); }

std::int64_t figure(const Holding& holding, const Field& field) {
  return *static_cast<const std::int64_t*>(field.in(&holding));
}

/// One figure for each of `figure_fields`.
std::vector<std::int64_t> all_of(const Share& share) {
  std::vector<std::int64_t> out(share.figures.begin(), share.figures.end());
  out.push_back(share.running);
  out.push_back(share.stopped);
  out.push_back(share.accounts);
  out.push_back(share.users);
  return out;
}

void add(sql::Transaction& tx, const Id<Account>& account, const Id<Domain>& domain,
         const std::vector<std::int64_t>& change) {
  std::string columns, places, sums;
  auto cells = sql::cells(account, domain);
  const auto fields = figure_fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto name = fields[i].name;
    cells.push_back(Cell::of(change[i]));
    columns += fmt::format(", {}", name);
    places += fmt::format(", ${}", cells.size());
    sums += fmt::format("{0}{1} = holdings.{1} + excluded.{1}", sums.empty() ? "" : ", ", name);
  }
  static const auto statement =
      fmt::format("insert into holdings (id, domain_id{}) values ($1, $2{}) on conflict (id) do update set {}", columns,
                  places, sums);
  tx.execute(statement, cells);
  tx.note(Holding::table, account, sql::ChangeKind::changed);
}

std::vector<std::int64_t> difference(const Share& before, const Share& after) {
  auto out = all_of(after);
  const auto old = all_of(before);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] -= old[i];
  return out;
}

/// For an account alone: the change, once it is known to fit.
void count_for(sql::Transaction& tx, const Share& before, const Share& after, const Id<Account>& account,
               const Id<Domain>& domain) {
  const auto change = difference(before, after);
  if (std::ranges::all_of(change, [](auto n) { return n == 0; })) return;
  Figures grown{};
  for (std::size_t i = 0; i < grown.size(); ++i) grown[i] = std::max<std::int64_t>(change[i], 0);
  if (!tx.takes_back && grown != Figures{}) {
    must_fit(tx, account, domain, grown);
    must_fit_tags(tx, after, grown);
  }
  add(tx, account, domain, change);
}

/// How things of one sort are counted anew, and which figures that answers.
struct Census {
  std::string_view statement;
  std::vector<std::int64_t Holding::*> figures;
};
const std::vector<Census>& censuses() {
  static const std::vector<Census> out = {
      {"select count(*), sum(cpus), sum(memory_mb), sum(case when state = 'Running' then 1 else 0 end), "
       "sum(case when state = 'Stopped' then 1 else 0 end) from instances "
       "where account_id = $1 and removed is null and state not in ('Destroyed', 'Expunging', 'Error')",
       {&Holding::instances, &Holding::cpus, &Holding::memory_mb, &Holding::running, &Holding::stopped}},
      {"select count(*), sum(bytes) from volumes "
       "where account_id = $1 and removed is null and state not in ('Destroy', 'Expunging', 'Expunged')",
       {&Holding::volumes, &Holding::primary_bytes}},
      {"select count(*) from public_addresses where account_id = $1 and state <> 'Free'", {&Holding::addresses}},
      {"select count(*) from accounts where id = $1 and type <> '5' and removed is null", {&Holding::accounts}},
      {"select count(*) from users where account_id = $1 and removed is null", {&Holding::users}},
      {"select count(*) from networks where account_id = $1 and removed is null", {&Holding::networks}},
      {"select count(*) from project_members where account_id = $1 and rank = 'Admin'", {&Holding::projects}},
      {"select count(*) from templates where account_id = $1 and removed is null", {&Holding::templates}},
      {"select sum(s.physical_bytes) from template_stores s join templates t on t.id = s.template_id "
       "where t.account_id = $1 and s.state = 'Ready'",
       {&Holding::secondary_bytes}}};
  return out;
}
}  // namespace

Figures Holding::figures() const {
  Figures out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = figure(*this, figure_fields()[i]);
  return out;
}

void count(sql::Transaction& tx, const Share& before, const Share& after) {
  if (before.account == after.account || !before.account || !after.account) {
    const auto& whose = after.account ? after : before;
    if (whose.account) count_for(tx, before, after, whose.account, whose.domain);
    return;
  }
  count_for(tx, before, {}, before.account, before.domain);
  count_for(tx, {}, after, after.account, after.domain);
}

Holding held_by_account(sql::Transaction& tx, const Id<Account>& account) {
  auto row = sql::first<Holding>(tx, "where id = $1", account).value_or(Holding{});
  row.id = account;
  return row;
}

std::unordered_map<Uuid, Holding> held_beneath(sql::Transaction& tx, std::span<const Uuid> domains) {
  static const auto statement = [] {
    std::string sums;
    for (const auto& field : figure_fields()) sums += fmt::format(", sum(h.{})", field.name);
    return fmt::format("select above.id{} from domains above join domains below on {} join holdings h on h.domain_id = "
                       "below.id where above.id in",
                       sums, lies_beneath("below.path", "above.path"));
  }();
  std::unordered_map<Uuid, Holding> out;
  for (const auto& domain : domains) out[domain];
  sql::in_hundreds(domains, [&](const std::string& places, const std::vector<Cell>& cells) {
    tx.query(fmt::format("{} ({}) group by above.id", statement, places), cells, [&](const sql::Row& row) {
      auto& sum = out[Uuid::parse(row[0].text).value()];
      const auto fields = figure_fields();
      for (std::size_t i = 0; i < fields.size(); ++i)
        *static_cast<std::int64_t*>(fields[i].in(&sum)) = row[i + 1].integer;
    });
  });
  return out;
}

std::vector<std::int64_t> difference(const Holding& from, const Holding& to) {
  std::vector<std::int64_t> out;
  for (const auto& field : figure_fields()) out.push_back(figure(to, field) - figure(from, field));
  return out;
}

void add_to(Holding& holding, std::span<const std::int64_t> change) {
  const auto fields = figure_fields();
  for (std::size_t i = 0; i < fields.size(); ++i)
    *static_cast<std::int64_t*>(fields[i].in(&holding)) += change[i];
}

Holding counted_anew(sql::Transaction& tx, const Id<Account>& account) {
  Holding out;
  out.id = account;
  for (const auto& census : censuses())
    tx.query(census.statement, sql::cells(account), [&](const sql::Row& row) {
      for (std::size_t i = 0; i < census.figures.size(); ++i) out.*census.figures[i] = row[i].integer;
    });
  return out;
}

void set_holding(sql::Transaction& tx, const Holding& holding) {
  add(tx, holding.id, holding.domain_id, difference(held_by_account(tx, holding.id), holding));
}

}  // namespace welkin::model
