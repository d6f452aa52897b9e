// A router: the namespace on a host that serves one guest network.
#pragma once

#include "model/transitions.hpp"
#include "model/nouns.hpp"

namespace welkin::model {

CHOICES(RouterState, (stopped, "Stopped"), (starting, "Starting"), (running, "Running"),
        (stopping, "Stopping"), (destroyed, "Destroyed"))
CHOICES(RouterEvent, (start, "be started"), (started, "finish starting"), (start_failed, "fail to start"),
        (stop, "be stopped"), (stopped, "finish stopping"), (stop_failed, "fail to stop"),
        (lost, "be given up"), (destroy, "be destroyed"))
CHOICES(RedundantState, (unknown, "UNKNOWN"), (primary, "PRIMARY"), (backup, "BACKUP"), (fault, "FAULT"))
CHOICES(RouterRole, (virtual_router, "VIRTUAL_ROUTER"), (internal_lb, "INTERNAL_LB_VM"))

struct Router {
  static constexpr std::string_view table = "routers";
  static constexpr std::string_view indexes[] = {
      "(network_id)", "(host_id)", "(account_id)", "unique (name) where removed is null"};
  FIELDS(Router,
    (Id<Router>, id, "The router."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Account>, account_id, "Owner of its network."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::string, name, "r-<n>-VM, as clients know it."),
    (Id<Zone>, zone_id, "Its zone."),
    (Id<Pod>, pod_id, "Its pod; nil while it stands nowhere."),
    (Id<Network>, network_id, "The guest network it serves."),
    (Id<Host>, host_id, "Where it stands; nil while it stands nowhere."),
    (Id<ServiceOffering>, service_offering_id, "Its size, as clients know it."),
    (RouterState, state, "Whether it runs."),
    (RouterRole, role, "What it does."),
    (std::string, namespace_name, "Its namespace on the host."),
    (std::string, guest_link, "Host's end of its inner link."),
    (std::string, guest_mac, "Of its inner side."),
    (std::string, guest_address, "Its inner address."),
    (std::string, public_link, "Host's end of its outer link; empty when it has none."),
    (std::string, public_mac, "Of its outer side."),
    (Id<PublicAddress>, public_address_id, "Address by which guests leave; may be nil."),
    (bool, redundant, "It has a twin."),
    (RedundantState, redundant_state, "Which of the twins it is."),
    (std::string, version, "Version of the agent that built it."),
    (std::vector<std::string>, ailments, "What was wrong when it was last looked at."),
    (std::optional<Time>, checked, "When it was last looked at."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

inline constexpr auto router_transitions = [] {
  using S = RouterState;
  using E = RouterEvent;
  return table_of<S, E>({
      {S::stopped, E::start, S::starting},
      {S::stopped, E::stop, S::stopped},
      {S::stopped, E::destroy, S::destroyed},
      {S::starting, E::start, S::starting},
      {S::starting, E::started, S::running},
      {S::starting, E::start_failed, S::stopped},
      {S::starting, E::lost, S::stopped},
      {S::running, E::stop, S::stopping},
      {S::running, E::lost, S::stopped},
      {S::stopping, E::stop, S::stopping},
      {S::stopping, E::stopped, S::stopped},
      {S::stopping, E::stop_failed, S::running},
      {S::stopping, E::lost, S::stopped},
  });
}();
constexpr std::optional<RouterState> next(RouterState state, RouterEvent event) {
  return next_in(router_transitions, state, event);
}
static_assert(is_deterministic(router_transitions));
static_assert(!next(RouterState::running, RouterEvent::destroy));

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Router)
