// A public address: one row each, free or held by an account, and what it is used for.
#pragma once

#include "model/addresses.hpp"
#include "model/transitions.hpp"
#include "model/nouns.hpp"
#include "model/resource.hpp"

namespace welkin::model {

CHOICES(AddressState, (free, "Free"), (allocating, "Allocating"), (allocated, "Allocated"),
        (releasing, "Releasing"), (reserved, "Reserved"))
CHOICES(AddressEvent, (take, "be taken"), (taken, "be finished taking"), (take_failed, "be left"),
        (release, "be released"), (released, "be set free"), (reserve, "be reserved"))

struct PublicAddress {
  static constexpr std::string_view table = "public_addresses";
  static constexpr std::string_view indexes[] = {
      "unique (vlan_range_id, address)", "(zone_id, state, number)", "(account_id)", "(network_id)",
      "(instance_id)", "(portable_range_id, number)"};
  FIELDS(PublicAddress,
    (Id<PublicAddress>, id, "The address."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, address, "IPv4 address."),
    (std::int64_t, number, "The same as a number, for order."),
    (Id<Zone>, zone_id, "Its zone."),
    (Id<PhysicalNetwork>, physical_network_id, "What carries it."),
    (Id<VlanRange>, vlan_range_id, "The range it is from."),
    (AddressState, state, "Whether it is held."),
    (Id<Account>, account_id, "Who holds it; nil when nobody."),
    (Id<Domain>, domain_id, "The account's domain; nil when nobody holds it."),
    (Id<Network>, network_id, "The guest network it leads to; may be nil."),
    (bool, source_nat, "Guests of the network leave by it."),
    (bool, static_nat, "All of it leads to one guest."),
    (Id<Instance>, instance_id, "That guest; nil without static NAT."),
    (Id<Nic>, nic_id, "That guest's nic."),
    (std::string, guest_address, "That nic's address."),
    (bool, is_system, "Taken by the cloud itself; goes with what it was taken for."),
    (bool, for_system, "Only for the cloud's own machines."),
    (bool, portable, "May move between zones."),
    (Id<PortableRange>, portable_range_id, "The range of the region it is from, when it is portable."),
    (bool, display, "Users see it."),
    (std::optional<Time>, allocated, "Since when it is held."),
    (Time, created, "When it was added."))
  WELKIN_COUNTED
};

inline constexpr auto address_transitions = [] {
  using S = AddressState;
  using E = AddressEvent;
  return table_of<S, E>({
      {S::free, E::take, S::allocating},
      {S::free, E::reserve, S::reserved},
      {S::reserved, E::take, S::allocating},
      {S::reserved, E::released, S::free},
      {S::allocating, E::taken, S::allocated},
      {S::allocating, E::take_failed, S::free},
      {S::allocating, E::release, S::releasing},
      {S::allocated, E::release, S::releasing},
      {S::releasing, E::release, S::releasing},
      {S::releasing, E::released, S::free},
  });
}();
constexpr std::optional<AddressState> next(AddressState state, AddressEvent event) {
  return next_in(address_transitions, state, event);
}
static_assert(is_deterministic(address_transitions));
static_assert(!next(AddressState::allocated, AddressEvent::take), "an address is never taken twice");
static_assert(!next(AddressState::free, AddressEvent::release));

/// It leads to no guest any more.
inline void end_static_nat(PublicAddress& address) {
  address.static_nat = false;
  address.instance_id = {};
  address.nic_id = {};
  address.guest_address.clear();
}

/// Who takes an address, and for what.
struct AddressTaker {
  Id<Account> account;
  Id<Domain> domain;
  Id<Network> network;   ///< may be nil
  bool source_nat = false;
  bool is_system = false;
};
/// Takes the lowest free address of the zone that the account may use: one of a range dedicated to it first.
/// It is then Allocated. Throws `exhausted` when none is left.
PublicAddress take_address(sql::Transaction& tx, const Id<Zone>& zone, const AddressTaker& taker, Time now);
/// Takes this very address. Throws `conflict` when it is not free.
void take_address(sql::Transaction& tx, PublicAddress& address, const AddressTaker& taker, Time now);
/// Forgets who held it and what for, and sets it free. Its rules must be gone.
void free_address(sql::Transaction& tx, PublicAddress& address);
/// How many addresses a range may hold.
inline constexpr std::uint64_t range_size_max = 65536;
/// Makes a free row of each address of the range but those that are there already; answers how many. Throws `invalid`
/// beyond `range_size_max`.
std::int64_t add_addresses(sql::Transaction& tx, const VlanRange& range, Clock& clock, Random& random,
                           const std::optional<AddressRange>& there = {});

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::PublicAddress)
