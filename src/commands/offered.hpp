// For whom and where an offering is there.
#pragma once

#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

/// Domains and zones an offering is kept to, as answers print them: ids and names between commas, or nothing.
struct OfferedWhere {
  std::optional<std::string> domain_ids, domains, zone_ids, zones;
};

template <class Offering>
OfferedWhere offered_where(Call& call, sql::Transaction& tx, const Offering& offering) {
  std::vector<std::string> domain_ids, domains, zone_ids, zones;
  for (const auto& id : offering.domain_ids) {
    domain_ids.push_back(id.text());
    if (const auto* domain = call.look(tx, id)) domains.push_back(domain->name);
  }
  for (const auto& id : offering.zone_ids) {
    zone_ids.push_back(id.text());
    if (const auto* zone = call.look(tx, id)) zones.push_back(zone->name);
  }
  const auto text = [](const auto& list) { return unless_empty(fmt::format("{}", fmt::join(list, ","))); };
  return {text(domain_ids), text(domains), text(zone_ids), text(zones)};
}

/// Only offerings that the caller's domain may choose, and that the zone has when one is named.
inline void offered_here(Where& where, Call& call, sql::Transaction& tx, const std::optional<access::See<model::Zone>>& zone) {
  if (zone) where.that("zone_ids = '[]' or zone_ids like $", fmt::format("%{}%", zone->id().text()));
  if (call.caller.is_root()) return;
  std::string open = "domain_ids = '[]'";
  // Ids are ours: hexadecimal digits and hyphens.
  for (const auto& domain : sql::all<model::Domain>(tx, "where $1 like path || '%' and removed is null", call.caller.domain_path))
    open += fmt::format(" or domain_ids like '%{}%'", domain.id.text());
  where.that(open);
}

}  // namespace welkin::commands
