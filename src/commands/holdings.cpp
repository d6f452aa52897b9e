// Holdings and limits as answers print them.
#include "commands/holdings.hpp"

namespace welkin::commands {

namespace {
/// How answers name the resources, in the order of `Resource`: vm_limit, vm_total, vm_available.
constexpr std::string_view prefixes[model::resource_kinds] = {
    "vm",     "ip",     "volume",          "snapshot",          "template", "project",        "network", "vpc", "cpu",
    "memory", "primary_storage", "secondary_storage", "backup",   "backup_storage", "bucket",  "object_storage",
    "gpu"};

/// The three fields of one resource.
struct Place {
  const Field *limit, *total, *available;
};
const std::vector<Place>& places() {
  static const auto out = [] {
    std::vector<Place> fields;
    const auto& shape = shape_of<TenantHoldings>();
    for (const auto prefix : prefixes) {
      const auto named = [&](std::string_view part) { return shape.by_name(fmt::format("{}_{}", prefix, part)); };
      fields.push_back({named("limit"), named("total"), named("available")});
    }
    return fields;
  }();
  return out;
}

std::vector<Uuid> ids_of(std::span<const Holder> holders) {
  std::vector<Uuid> out;
  for (const auto& holder : holders) out.push_back(holder.account);
  return out;
}
}  // namespace

TenantHoldings holdings_of(const model::Figures& held, const model::Limits& limits) {
  TenantHoldings out;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const auto& place = places()[i];
    const auto unit = model::unit_of(model::Resource(i));
    if (place.total->type->kind == Kind::number)
      *static_cast<double*>(place.total->in(&out)) = double(held[i]) / double(unit);
    else
      *static_cast<std::int64_t*>(place.total->in(&out)) = held[i] / unit;
    const bool bounded = limits[i] != model::unlimited;
    *static_cast<std::string*>(place.limit->in(&out)) = bounded ? std::to_string(limits[i]) : "Unlimited";
    *static_cast<std::string*>(place.available->in(&out)) =
        bounded ? std::to_string(std::max<std::int64_t>(limits[i] - held[i] / unit, 0)) : "Unlimited";
  }
  return out;
}

std::unordered_map<Uuid, Held> held_by_accounts(sql::Transaction& tx, std::span<const Holder> accounts) {
  const auto ids = ids_of(accounts);
  std::unordered_map<Uuid, model::Holding> holdings;
  for (auto& row : all_in<model::Holding>(tx, "id", ids)) holdings.emplace(row.id, std::move(row));
  model::LimitReader limits(tx);
  limits.expect(ids);
  std::unordered_map<Uuid, Held> out;
  for (const auto& [account, type] : accounts) {
    const auto& held = holdings[account];
    out[account] = {holdings_of(held.figures(), limits.of_account(account, type)), int(held.running), int(held.stopped)};
  }
  return out;
}

std::unordered_map<Uuid, TenantHoldings> against_limits(sql::Transaction& tx,
                                                 const std::unordered_map<Uuid, model::Holding>& domains) {
  std::vector<Uuid> ids;
  for (const auto& [id, held] : domains) ids.push_back(id);
  model::LimitReader limits(tx);
  limits.expect(ids);
  std::unordered_map<Uuid, TenantHoldings> out;
  for (const auto& [id, held] : domains)
    out[id] = holdings_of(held.figures(), limits.of_domain(Id<model::Domain>(id)));
  return out;
}

void show_tagged(sql::Transaction& tx, std::span<const TaggedHoldings> answers, const std::optional<std::string>& tag) {
  for (std::size_t i = 0; i < model::resource_kinds; ++i) {
    const auto resource = model::Resource(i);
    for (const auto& limited : model::limited_tags(tx, resource)) {
      if (tag && limited != *tag) continue;
      for (const auto& [holder, id, answer] : answers) {
        const auto limit = model::tagged_limit(tx, id, resource, limited).value_or(model::unlimited);
        const auto held = model::held_by_tag(tx, holder, resource, limited);
        const auto left = limit - held / model::unit_of(resource);
        answer->tagged_resources.push_back({int(i), std::string(name_of(resource)), limited, limit, held,
                                            limit == model::unlimited ? limit : std::max<std::int64_t>(left, 0)});
      }
    }
  }
}

}  // namespace welkin::commands
