// A nic: an instance's place in a network.
#pragma once

#include "model/transitions.hpp"
#include "model/nouns.hpp"

namespace welkin::model {

/// Reserved while its instance runs or is about to.
CHOICES(NicState, (allocated, "Allocated"), (reserving, "Reserving"), (reserved, "Reserved"),
        (releasing, "Releasing"))
CHOICES(NicEvent, (reserve, "be reserved"), (cancel, "be left"), (succeeded, "finish"), (failed, "fail"),
        (release, "be released"))

struct Nic {
  static constexpr std::string_view table = "nics";
  static constexpr std::string_view indexes[] = {
      "unique (network_id, address) where removed is null and address <> ''",
      "unique (mac) where removed is null", "(instance_id)", "(network_id, state)", "(account_id)"};
  FIELDS(Nic,
    (Id<Nic>, id, "The nic."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Account>, account_id, "Owner of its instance."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (Id<Instance>, instance_id, "Its instance."),
    (Id<Network>, network_id, "Its network."),
    (NicState, state, "Whether its place is held."),
    (std::string, mac, "02:00:4c:11:22:33"),
    (std::string, address, "Its IPv4 address; empty in a network without addresses."),
    (std::string, ip6_address, "Its IPv6 address; empty when it has none."),
    (int, device_position, "Its place in the instance; 0 is the first."),
    (bool, is_default, "The instance's way out."),
    (bool, enabled, "Its link is up."),
    (std::string, model, "virtio, e1000 or rtl8139; empty is the hypervisor's best."),
    (int, mtu, "Largest packet; 0 takes the network's."),
    (TextMap, dhcp_options, "Further DHCP options, by number."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

inline constexpr auto nic_transitions = [] {
  using S = NicState;
  using E = NicEvent;
  return table_of<S, E>({
      {S::allocated, E::reserve, S::reserving},
      {S::reserving, E::cancel, S::allocated},
      {S::reserving, E::succeeded, S::reserved},
      {S::reserving, E::failed, S::allocated},
      {S::reserved, E::release, S::releasing},
      {S::releasing, E::succeeded, S::allocated},
      {S::releasing, E::failed, S::reserved},
  });
}();
constexpr std::optional<NicState> next(NicState state, NicEvent event) {
  return next_in(nic_transitions, state, event);
}
static_assert(is_deterministic(nic_transitions));

/// An address of the network that no nic and no router holds: `wished` if that is given, else the next in
/// turn, so that one given back rests before it is used again. Throws `invalid` for a wish outside the
/// network, `conflict` for one that is taken, `exhausted` when none is left.
std::string free_guest_address(sql::Transaction& tx, const Network& network, std::string_view wished = {});
/// Forgets where the network's turns stand, when it is removed.
void forget_guest_addresses(sql::Transaction& tx, const Id<Network>& network);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Nic)
