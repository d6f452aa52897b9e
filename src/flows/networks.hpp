// Networks under instances: prepared in our records, raised on hosts, served by routers, and taken down again.
#pragma once

#include "durable/flow.hpp"
#include "flows/orders.hpp"
#include "flows/specs.hpp"

namespace welkin::flows {

/// In a transaction: the network will be needed on `host`. Takes what it lacks: an identifier, a router, an address by
/// which its guests leave. Throws `exhausted` or `conflict`.
Prepared prepare_network(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& network,
                         const Id<model::Host>& host);
/// Gives back what a network that never came to stand has taken, if no instance needs it. One that stands is idle now.
void give_back_network(sql::Transaction& tx, Cloud& cloud, const Prepared& prepared, const Id<model::Instance>& except);
/// True when an instance other than `except` holds a place in it, on the host if one is named.
bool is_needed(sql::Transaction& tx, const Id<model::Network>& network, const Id<model::Instance>& except,
               const Id<model::Host>& host = {});

/// The networks' bridges stand on the host, and the instance's nics are guarded.
extern const durable::Step<NetworksOnHost, NetworksOnHost> raise_segments;
/// The networks' routers stand and know the instance.
extern const durable::Step<NetworksOnHost, NetworksOnHost> raise_routers;
/// The networks' routers forget an instance that is gone.
extern const durable::Step<NetworksOnHost, NetworksOnHost> refresh_routers;
/// The bridges of networks that nobody needs on the host any more are gone from it.
extern const durable::Step<NetworksOnHost, NetworksOnHost> leave_segments;
/// Tells all hosts that carry the network what it is and who else carries it. False when some could not be reached.
Task<bool> tell_segments(durable::Stage& stage, Id<model::Network> network);
/// An instance's nics hold no place in their networks any more.
void unplug(sql::Transaction& tx, const Id<model::Instance>& instance);
/// An instance's nics and the rules that lead to it are gone; answers the networks it was in.
std::vector<Prepared> unplug_for_good(sql::Transaction& tx, Cloud& cloud, const Id<model::Instance>& instance);
/// The duties bring the router of a network that stands up to the records.
void put_router_behind(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& network);
/// Router and bridges are gone from all hosts; the identifier is given back.
extern const durable::Step<NetworkOrder, NetworkOrder> lower_network;

extern const durable::Claim<NetworkOrder, NetworkOrder> claim_closing;
extern const durable::Claim<NetworkOrder, NetworkOrder> claim_restart;
extern const durable::Claim<RuleOrder, RuleOrder> claim_rules;

std::vector<durable::AnyStep> network_steps();

/// Makes a network stand without an instance, or anew.
Task<NetworkOrder> restart_network(durable::Flow& flow, NetworkOrder order);
/// Takes a network down; with `removes`, for good.
Task<NetworkOrder> shut_down_network(durable::Flow& flow, NetworkOrder order);
/// Brings the router up to the records.
Task<RuleOrder> apply_rules(durable::Flow& flow, RuleOrder order);

}  // namespace welkin::flows
