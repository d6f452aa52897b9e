// How far a rule of a network has come: written, on its way to the router, in force, on its way out.
#pragma once

#include "model/transitions.hpp"

namespace welkin::model {

CHOICES(RuleState, (staged, "Staged"), (add, "Add"), (active, "Active"), (revoke, "Revoke"),
        (deleting, "Deleting"))
CHOICES(RuleEvent, (apply, "be applied"), (applied, "be in force"), (change, "be changed"),
        (revoke, "be revoked"), (revoked, "be deleted"))

inline constexpr auto rule_transitions = [] {
  using S = RuleState;
  using E = RuleEvent;
  return table_of<S, E>({
      {S::staged, E::apply, S::add},
      {S::staged, E::revoke, S::deleting},
      {S::add, E::apply, S::add},
      {S::add, E::applied, S::active},
      {S::add, E::revoke, S::revoke},
      {S::active, E::applied, S::active},
      {S::active, E::change, S::add},
      {S::active, E::revoke, S::revoke},
      {S::revoke, E::revoke, S::revoke},
      {S::revoke, E::revoked, S::deleting},
      {S::deleting, E::revoke, S::deleting},
  });
}();
constexpr std::optional<RuleState> next(RuleState state, RuleEvent event) {
  return next_in(rule_transitions, state, event);
}
static_assert(is_deterministic(rule_transitions));
static_assert(!next(RuleState::revoke, RuleEvent::apply), "a revoked rule does not come back");

}  // namespace welkin::model
