// Making and taking of portable addresses.
#include "model/portable_range.hpp"

#include "model/physical_network.hpp"
#include "model/vlan_range.hpp"

namespace welkin::model {

namespace {
constexpr std::string_view of_this_cloud =
    "portable_range_id in (select p.id from portable_ranges p join regions r on r.id = p.region_id where r.number = $1)";
}

void add_portable_addresses(sql::Transaction& tx, const PortableRange& range, Clock& clock, Random& random) {
  const auto addresses = range_from(range.first_address, range.last_address, "startip");
  PublicAddress row;
  row.portable_range_id = range.id;
  row.portable = row.display = true;
  row.created = clock.now();
  for (std::uint64_t i = 0; i < addresses.size(); ++i) {
    row.id = new_id<PublicAddress>(clock, random);
    row.address = addresses.at(i).text();
    row.number = addresses.at(i).number;
    sql::insert(tx, row);
  }
}

PublicAddress take_portable_address(sql::Transaction& tx, const Id<Zone>& zone, const AddressTaker& taker, Time now,
                                    const std::optional<std::string>& wished) {
  auto address = wished ? sql::first<PublicAddress>(tx, fmt::format("where {} and address = $2", of_this_cloud),
                                                    own_region, *wished)
                        : sql::first<PublicAddress>(
                              tx, fmt::format("where {} and state = 'Free' order by number limit 1", of_this_cloud),
                              own_region);
  if (!address && wished)
    throw Error(Fault::invalid, fmt::format("{} is not a portable address of this region.", *wished), "ipaddress");
  if (!address)
    throw Error(Fault::exhausted, "The region has no free portable address; an administrator must add a range.",
                "isportable");
  address->zone_id = zone;
  if (const auto carrier = public_carrier_of(tx, zone)) address->physical_network_id = carrier->id;
  take_address(tx, *address, taker, now);
  return std::move(*address);
}

Surroundings surroundings_of(sql::Transaction& tx, const PublicAddress& address) {
  const auto around = [](const auto& range) { return Surroundings{range.gateway, range.netmask}; };
  return address.portable ? around(sql::need<PortableRange>(tx, address.portable_range_id))
                          : around(sql::need<VlanRange>(tx, address.vlan_range_id));
}

}  // namespace welkin::model
