// Taking and freeing of public addresses.
#include "model/public_address.hpp"

#include "model/addresses.hpp"
#include "model/marks.hpp"
#include "model/vlan_range.hpp"

namespace welkin::model {

namespace {

constexpr std::string_view free_of_account =
    "where zone_id = $1 and state = 'Free' and for_system = 0 and vlan_range_id in "
    "(select id from vlan_ranges where removed is null and for_virtual_network = 1 and account_id = $2) "
    "order by number limit 1";
constexpr std::string_view free_of_domain =
    "where zone_id = $1 and state = 'Free' and for_system = 0 and vlan_range_id in "
    "(select id from vlan_ranges where removed is null and for_virtual_network = 1 and account_id is null "
    "and domain_id = $2) order by number limit 1";
constexpr std::string_view free_of_all =
    "where zone_id = $1 and state = 'Free' and for_system = 0 and vlan_range_id in "
    "(select id from vlan_ranges where removed is null and for_virtual_network = 1 and account_id is null "
    "and domain_id is null) order by number limit 1";
}  // namespace

PublicAddress take_address(sql::Transaction& tx, const Id<Zone>& zone, const AddressTaker& taker, Time now) {
  auto address = sql::first<PublicAddress>(tx, free_of_account, zone, taker.account);
  if (!address) address = sql::first<PublicAddress>(tx, free_of_domain, zone, taker.domain);
  if (!address) address = sql::first<PublicAddress>(tx, free_of_all, zone);
  if (!address)
    throw Error(Fault::exhausted, "The zone has no free public address; an administrator must add a range.",
        zone.text());
  take_address(tx, *address, taker, now);
  return std::move(*address);
}

void take_address(sql::Transaction& tx, PublicAddress& address, const AddressTaker& taker, Time now) {
  const auto from = address;
  address.account_id = taker.account;
  address.domain_id = taker.domain;
  address.network_id = taker.network;
  address.source_nat = taker.source_nat;
  address.is_system = taker.is_system;
  address.display = true;
  address.allocated = now;
  try {
    move(tx, address, AddressEvent::take);
    move(tx, address, AddressEvent::taken);
  } catch (...) {
    address = from;
    throw;
  }
}

void free_address(sql::Transaction& tx, PublicAddress& address) {
  if (address.state != AddressState::releasing) move(tx, address, AddressEvent::release);
  PublicAddress blank;
  blank.id = address.id;
  blank.generation = address.generation;
  blank.address = address.address;
  blank.number = address.number;
  if (!address.portable) {
    blank.zone_id = address.zone_id;
    blank.physical_network_id = address.physical_network_id;
  }
  blank.vlan_range_id = address.vlan_range_id;
  blank.state = address.state;
  blank.for_system = address.for_system;
  blank.portable = address.portable;
  blank.portable_range_id = address.portable_range_id;
  blank.created = address.created;
  forget_marks(tx, blank.id);
  move(tx, blank, AddressEvent::released);
  address = blank;
}

std::int64_t add_addresses(sql::Transaction& tx, const VlanRange& range, Clock& clock, Random& random,
                           const std::optional<AddressRange>& there) {
  const auto addresses = range_from(range.first_address, range.last_address, "startip");
  if (addresses.size() > range_size_max)
    throw Error(Fault::invalid,
        fmt::format("The range {} to {} holds more than {} addresses; add it in parts.",
                                            range.first_address, range.last_address, range_size_max),
                "endip");
  PublicAddress row;
  row.zone_id = range.zone_id;
  row.physical_network_id = range.physical_network_id;
  row.vlan_range_id = range.id;
  row.for_system = range.for_system;
  row.display = true;
  row.created = clock.now();
  std::int64_t added = 0;
  for (std::uint64_t i = 0; i < addresses.size(); ++i) {
    if (there && there->contains(addresses.at(i))) continue;
    row.id = new_id<PublicAddress>(clock, random);
    row.address = addresses.at(i).text();
    row.number = addresses.at(i).number;
    sql::insert(tx, row);
    ++added;
  }
  return added;
}

}  // namespace welkin::model
