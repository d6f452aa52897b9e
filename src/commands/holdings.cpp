// Counts of what accounts and domains hold.
#include "commands/holdings.hpp"

namespace welkin::commands {

namespace {
constexpr std::int64_t gibibyte = std::int64_t(1) << 30;

/// Things of one sort: where they are, which of them count, and how their figures are taken over.
struct Sort {
  std::string_view things, counted;
  std::vector<std::string_view> figures;
  void (*take)(Held&, std::span<const std::int64_t>);
};

const std::vector<Sort>& sorts() {
  using Figures = std::span<const std::int64_t>;
  static const std::vector<Sort> out = {
      {"instances",
       "removed is null and state not in ('Destroyed', 'Expunging', 'Error')",
       {"count(*)", "sum(t.cpus)", "sum(t.memory_mb)", "sum(case when t.state = 'Running' then 1 else 0 end)",
        "sum(case when t.state = 'Stopped' then 1 else 0 end)"},
       [](Held& held, Figures figures) {
         held.holdings.vm_total = figures[0];
         held.holdings.cpu_total = figures[1];
         held.holdings.memory_total = figures[2];
         held.running = int(figures[3]);
         held.stopped = int(figures[4]);
       }},
      {"volumes",
       "removed is null and state not in ('Destroy', 'Expunging', 'Expunged')",
       {"count(*)", "sum(t.bytes)"},
       [](Held& held, Figures figures) {
         held.holdings.volume_total = figures[0];
         held.holdings.primary_storage_total = figures[1] / gibibyte;
       }},
      {"public_addresses",
       "state <> 'Free'",
       {"count(*)"},
       [](Held& held, Figures figures) { held.holdings.ip_total = figures[0]; }},
      {"networks",
       "removed is null",
       {"count(*)"},
       [](Held& held, Figures figures) { held.holdings.network_total = figures[0]; }},
      {"templates",
       "removed is null",
       {"count(*)",
        "sum(t.physical_bytes * (select count(*) from template_stores s where s.template_id = t.id and s.state = 'Ready'))"},
       [](Held& held, Figures figures) {
         held.holdings.template_total = figures[0];
         held.holdings.secondary_storage_total = double(figures[1]) / double(gibibyte);
       }},
  };
  return out;
}

/// Whose things are counted: the holder's id, and the tables around those of the thing.
struct Holder {
  std::string id, before, after;
};
const Holder account{"t.account_id", "", ""};
const Holder domain{"h.id", fmt::format("domains h join domains b on {} join ", model::lies_beneath("b.path", "h.path")),
                    " on t.domain_id = b.id"};

/// Limits come with tenancy; until then there are none.
Held nothing_held() {
  Held held;
  for (const auto& field : shape_of<Holdings>().fields)
    if (field.type->kind == Kind::text) *static_cast<std::string*>(field.in(&held.holdings)) = "Unlimited";
  return held;
}

std::string statement(const Holder& holder, const Sort& sort, std::string_view places) {
  std::string figures;
  // A sum of integers is an integer on one engine and a decimal on the other.
  for (const auto figure : sort.figures) figures += fmt::format(", cast({} as bigint)", figure);
  return fmt::format("select {0}{1} from {2}(select * from {3} where {4}) t{5} where {0} in ({6}) group by {0}",
                     holder.id, figures, holder.before, sort.things, sort.counted, holder.after, places);
}

std::unordered_map<Uuid, Held> held_by(sql::Transaction& tx, const Holder& holder, std::span<const Uuid> ids) {
  std::unordered_map<Uuid, Held> out;
  for (const auto& id : ids) out.emplace(id, nothing_held());
  for (const auto& sort : sorts())
    in_hundreds(ids, [&](const std::string& places, const std::vector<Cell>& cells) {
      tx.query(statement(holder, sort, places), cells, [&](const auto& row) {
        std::vector<std::int64_t> figures;
        for (std::size_t i = 1; i < row.size(); ++i) figures.push_back(row[i].integer);
        sort.take(out.at(Uuid::parse(row[0].text).value()), figures);
      });
    });
  return out;
}
}  // namespace

std::unordered_map<Uuid, Held> held_by_accounts(sql::Transaction& tx, std::span<const Uuid> accounts) {
  return held_by(tx, account, accounts);
}
std::unordered_map<Uuid, Held> held_by_domains(sql::Transaction& tx, std::span<const Uuid> domains) {
  return held_by(tx, domain, domains);
}

}  // namespace welkin::commands
