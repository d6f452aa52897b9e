// For whom and where an offering is there.
#pragma once

#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "model/disk_limits.hpp"
#include "model/domain.hpp"
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
  return {unless_empty(joined(domain_ids)), unless_empty(joined(domains)), unless_empty(joined(zone_ids)),
          unless_empty(joined(zones))};
}

/// Ids between commas, as updates of offerings name domains and zones; `word` (public, all) is none of them.
template <class Row>
std::vector<Id<Row>> ids_named(const Call& call, sql::Transaction& tx, const std::string& text, std::string_view word,
                               std::string_view parameter) {
  if (text.empty() || same_text_ignoring_case(text, word)) return {};
  return ids_of<Row>(call, tx, words(text), access::Use::see, parameter);
}
/// Takes over for whom and where an offering is from now on.
template <class Offering, class Request>
void move_offer(const Call& call, sql::Transaction& tx, Offering& offering, const Request& r) {
  if (r.domain_id) offering.domain_ids = ids_named<model::Domain>(call, tx, *r.domain_id, "public", "domainid");
  if (r.zone_id) offering.zone_ids = ids_named<model::Zone>(call, tx, *r.zone_id, "all", "zoneid");
}

/// The domains a new offering is kept to. Administrators of domains, who may make offerings too, must name some: the door
/// has shown them none but their own. Throws `forbidden` otherwise.
inline std::vector<Id<model::Domain>> offered_domains(const Call& call,
                                                      const std::vector<access::See<model::Domain>>& given) {
  if (given.empty() && !call.caller.is_root())
    throw Error(Fault::forbidden,
                "Only root administrators make offerings for everyone; give domainid, a domain of yours.", "domainid");
  std::vector<Id<model::Domain>> out;
  for (const auto& domain : given) out.push_back(domain.id());
  return out;
}

inline void check_between(const std::optional<std::int64_t>& value, std::int64_t least, std::int64_t most,
                          std::string_view parameter) {
  if (value && (*value < least || *value > most))
    throw Error(Fault::invalid,
                fmt::format("{} cannot be {}; it is at least {} and at most {}.", parameter, *value, least, most),
                std::string(parameter));
}
/// Throws `invalid` for a limit no disk can have; 0 is no limit.
inline void check_limits(const model::DiskLimits& limits) {
  constexpr std::int64_t most = std::int64_t(1) << 50;
  check_between(limits.bytes_read, 0, most, "bytesreadrate");
  check_between(limits.bytes_write, 0, most, "byteswriterate");
  check_between(limits.iops_read, 0, most, "iopsreadrate");
  check_between(limits.iops_write, 0, most, "iopswriterate");
}

/// Only offerings that the zone has.
inline void offered_in(Where& where, const Id<model::Zone>& zone) {
  where.that("zone_ids = '[]' or zone_ids like $", fmt::format("%{}%", zone.text()));
}
/// Only offerings kept to one of the domains, or also those for everyone.
inline void kept_to(Where& where, const std::vector<model::Domain>& domains, bool or_open) {
  std::string any = or_open ? "domain_ids = '[]'" : "1 = 0";
  // Ids are ours: hexadecimal digits and hyphens.
  for (const auto& domain : domains) any += fmt::format(" or domain_ids like '%{}%'", domain.id.text());
  where.that(any);
}
/// Only offerings that a domain with this path may choose.
inline void offered_to(Where& where, sql::Transaction& tx, const std::string& path) {
  kept_to(
      where,
      sql::all<model::Domain>(tx, "where substr(cast($1 as text), 1, length(path)) = path and removed is null", path),
      true);
}

/// Only offerings that the project may choose.
inline void offered_to(Where& where, sql::Transaction& tx, const std::optional<access::SeeProjects>& project) {
  if (project && project->row) offered_to(where, tx, sql::need<model::Domain>(tx, project->row->domain_id).path);
}

/// Only offerings that the caller's domain may choose, that the zone has when one is named, and that are kept to the domain
/// when one is named.
inline void offered_here(Where& where, Call& call, sql::Transaction& tx,
                         const std::optional<access::See<model::Zone>>& zone, const DomainListing& request) {
  if (zone) offered_in(where, zone->id());
  if (!call.caller.is_root()) offered_to(where, tx, call.caller.domain_path);
  if (!request.domain_id) return;
  if (request.is_recursive)
    kept_to(where,
            sql::all<model::Domain>(
                tx, fmt::format("where {} and removed is null", model::lies_beneath("path", "cast($1 as text)")),
                (*request.domain_id)->path),
            false);
  else
    kept_to(where, {**request.domain_id}, false);
}
/// Likewise; with an account, only offerings that this account may choose.
inline void offered_here(Where& where, Call& call, sql::Transaction& tx,
                         const std::optional<access::See<model::Zone>>& zone, const DomainListing& request,
                         const std::optional<std::string>& account) {
  if (!account) return offered_here(where, call, tx, zone, request);
  offered_here(where, call, tx, zone, DomainListing{});
  const auto owner = owner_of(tx, call, account, request.domain_id);
  offered_to(where, tx, sql::need<model::Domain>(tx, owner.domain_id).path);
}

}  // namespace welkin::commands
