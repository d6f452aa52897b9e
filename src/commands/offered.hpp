// For whom and where an offering is there.
#pragma once

#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "model/disk_limits.hpp"
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

/// The domains a new offering is kept to. Administrators of domains, who may make offerings too, must name some: the door
/// has shown them none but their own. Throws `forbidden` otherwise.
inline std::vector<Id<model::Domain>> offered_domains(const Call& call, const std::vector<access::See<model::Domain>>& given) {
  if (given.empty() && !call.caller.is_root())
    throw Error(Fault::forbidden, "Only root administrators make offerings for everyone; give domainid, a domain of yours.", "domainid");
  std::vector<Id<model::Domain>> out;
  for (const auto& domain : given) out.push_back(domain.id());
  return out;
}

inline void check_between(const std::optional<std::int64_t>& value, std::int64_t least, std::int64_t most, std::string_view parameter) {
  if (value && (*value < least || *value > most))
    throw Error(Fault::invalid, fmt::format("{} cannot be {}; it is at least {} and at most {}.", parameter, *value, least, most), std::string(parameter));
}
/// Throws `invalid` for a limit no disk can have; 0 is no limit.
inline void check_limits(const model::DiskLimits& limits) {
  constexpr std::int64_t most = std::int64_t(1) << 50;
  check_between(limits.bytes_read, 0, most, "bytesreadrate");
  check_between(limits.bytes_write, 0, most, "byteswriterate");
  check_between(limits.iops_read, 0, most, "iopsreadrate");
  check_between(limits.iops_write, 0, most, "iopswriterate");
}

/// Only offerings that the caller's domain may choose, and that the zone has when one is named.
inline void offered_here(Where& where, Call& call, sql::Transaction& tx, const std::optional<access::See<model::Zone>>& zone) {
  if (zone) where.that("zone_ids = '[]' or zone_ids like $", fmt::format("%{}%", zone->id().text()));
  if (call.caller.is_root()) return;
  std::string open = "domain_ids = '[]'";
  // Ids are ours: hexadecimal digits and hyphens.
  for (const auto& domain : sql::all<model::Domain>(tx, "where substr($1, 1, length(path)) = path and removed is null", call.caller.domain_path))
    open += fmt::format(" or domain_ids like '%{}%'", domain.id.text());
  where.that(open);
}

}  // namespace welkin::commands
