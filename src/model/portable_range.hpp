// Portable addresses: of a region, and not of a zone. They lead to whichever network takes them.
#pragma once

#include "model/public_address.hpp"
#include "model/region.hpp"

namespace welkin::model {

struct PortableRange {
  static constexpr std::string_view table = "portable_ranges";
  static constexpr std::string_view indexes[] = {"(region_id, created, id)"};
  FIELDS(PortableRange,
    (Id<PortableRange>, id, "The range."),
    (Id<Region>, region_id, "Its region."),
    (std::string, gateway, "Next hop."),
    (std::string, netmask, "Of the network around it."),
    (std::string, first_address, "First IPv4 address."),
    (std::string, last_address, "Last IPv4 address."),
    (Time, created, "When it was added."))
};

/// How many addresses a portable range may hold: they are listed with it.
inline constexpr std::uint64_t portable_range_size_max = 4096;

/// Makes a free row of each address of the range.
void add_portable_addresses(sql::Transaction& tx, const PortableRange& range, Clock& clock, Random& random);
/// Takes the lowest free portable address of this cloud, or this very one; it then leads to the taker's network in the zone.
/// Throws `exhausted` when none is left, `invalid` for one that there is not, `conflict` for one that is held.
PublicAddress take_portable_address(sql::Transaction& tx, const Id<Zone>& zone, const AddressTaker& taker, Time now,
                                    const std::optional<std::string>& wished);

/// What lies around a public address.
struct Surroundings {
  std::string gateway, netmask;
};
Surroundings surroundings_of(sql::Transaction& tx, const PublicAddress& address);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::PortableRange)
