// A network: what guests are plugged into.
#pragma once

#include "model/network_kinds.hpp"
#include "model/transitions.hpp"
#include "model/nouns.hpp"
#include "model/resource.hpp"

namespace welkin::model {

/// Networks that are given their VLAN begin in Setup, the others in Allocated and are built when first
/// needed.
CHOICES(NetworkState, (allocated, "Allocated"), (setup, "Setup"), (implementing, "Implementing"),
        (implemented, "Implemented"), (shutdown, "Shutdown"), (destroy, "Destroy"))
CHOICES(NetworkEvent, (implement, "be built"), (destroy_asked, "be taken down"), (succeeded, "finish"),
        (failed, "fail"))

struct Network {
  static constexpr std::string_view table = "networks";
  static constexpr std::string_view indexes[] = {
      "(account_id, created)", "(domain_id, created)", "(zone_id)", "(physical_network_id)",
      "(state) where removed is null", "(router_behind) where router_behind <> 0", "(bridge) where removed is null"};
  FIELDS(Network,
    (Id<Network>, id, "The network."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::string, name, "As the owner calls it."),
    (std::string, display_text, "What it is, in the owner's words."),
    (Id<Zone>, zone_id, "Its zone."),
    (Id<PhysicalNetwork>, physical_network_id, "What carries it; may be nil until it is built."),
    (Id<NetworkOffering>, network_offering_id, "Its services."),
    (NetworkState, state, "Whether it stands."),
    (Traffic, traffic, "What flows in it."),
    (GuestType, guest_type, "Who shares it."),
    (AclType, acl_type, "Who may plug into it."),
    (bool, subdomain_access, "Domains beneath its own may plug into it too."),
    (std::string, cidr, "Its addresses; empty when it has none of its own."),
    (std::string, reserved_cidr, "The part of them that the cloud gives away; empty is all."),
    (std::string, gateway, "The router's address in it."),
    (std::string, vlan, "VLAN as the caller named it; empty for a leased one."),
    (std::int64_t, vni, "Identifier it holds; 0 while it holds none."),
    (std::string, bridge, "Its bridge on hosts; empty until it is built."),
    (std::string, network_domain, "DNS suffix of its guests."),
    (std::string, dns1, "First resolver, where it differs from the zone's."),
    (std::string, dns2, "Second resolver, where it differs from the zone's."),
    (int, public_mtu, "Largest packet towards the outside; 0 takes the cloud's."),
    (int, private_mtu, "Largest packet inside; 0 takes the cloud's."),
    (std::int64_t, router_behind, "Its router or a host could not be told of a change and will be: a number for this debt; 0 for none."),
    (bool, restart_required, "It must be restarted before changes hold."),
    (bool, redundant, "Two routers stand in for each other."),
    (bool, is_system, "The cloud's own."),
    (bool, is_default, "Guests of the zone are plugged into it when they name none."),
    (bool, display, "Users see it."),
    (std::string, external_id, "Its name in another system, if any."),
    (std::optional<Time>, idle_since, "When its last guest stopped; nothing while one runs."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
  WELKIN_COUNTED
};

inline constexpr auto network_transitions = [] {
  using S = NetworkState;
  using E = NetworkEvent;
  return table_of<S, E>({
      {S::allocated, E::implement, S::implementing},
      {S::allocated, E::destroy_asked, S::destroy},
      {S::implementing, E::succeeded, S::implemented},
      {S::implementing, E::failed, S::shutdown},
      {S::implemented, E::destroy_asked, S::shutdown},
      {S::shutdown, E::succeeded, S::allocated},
      {S::shutdown, E::failed, S::shutdown},
      {S::setup, E::destroy_asked, S::destroy},
  });
}();
constexpr std::optional<NetworkState> next(NetworkState state, NetworkEvent event) {
  return next_in(network_transitions, state, event);
}
static_assert(is_deterministic(network_transitions));
static_assert(!next(NetworkState::implementing, NetworkEvent::destroy_asked));

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Network)
