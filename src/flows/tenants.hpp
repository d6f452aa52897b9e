// Tenants stopped or removed: what they own ends in order, then they do.
#pragma once

#include "durable/flow.hpp"
#include "flows/orders.hpp"
#include "model/user.hpp"

namespace welkin::flows {

CHOICES(TenantGoal, (nothing, "nothing"), (stopped, "stopped"), (removed, "removed"))

/// An account, or a domain with all beneath it.
struct TenantOrder {
  FIELDS(TenantOrder,
    (Id<model::Account>, account, "Which account; nil for a domain."),
    (Id<model::Domain>, domain, "Which domain; nil for an account."),
    (TenantGoal, goal, "What becomes of what they own: instances stop, or all of it goes, and they go too."))
};

/// Nobody is logged in as this user any more.
void end_sessions(sql::Transaction& tx, const Id<model::User>& user);
/// The same for all users of an account.
void end_sessions(sql::Transaction& tx, const Id<model::Account>& account);

/// The user is gone: sessions end, keys are withdrawn.
void forget_user(sql::Transaction& tx, model::User user, Time now);

/// Nobody calls for the tenants any more. It stays so when the journey fails: asked again, it goes on.
extern const durable::Claim<TenantOrder, TenantOrder> claim_tenants;
/// Ends what they own by its own journeys, round after round. Fails with what hinders it when only such is left.
Task<TenantOrder> end_tenants(durable::Flow& flow, TenantOrder order);

}  // namespace welkin::flows
