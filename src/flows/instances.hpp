// Journeys of instances.
#pragma once

#include "durable/flow.hpp"
#include "flows/orders.hpp"

namespace welkin::flows {

/// From a row to a running guest: place, disks, networks, guard, routers, start. Also starts a stopped instance.
Task<Reservation> start_instance(durable::Flow& flow, StartOrder order);
/// Stops it; with `destroys` and `expunges`, takes it out of the world.
Task<OnHost> stop_instance(durable::Flow& flow, StopOrder order);
/// Ends a guest on a host where it should not be.
Task<OnHost> end_stray(durable::Flow& flow, OnHost order);
Task<InstanceOrder> reboot_instance(durable::Flow& flow, InstanceOrder order);
Task<StopOrder> expunge_instance(durable::Flow& flow, StopOrder order);

extern const durable::Claim<StartOrder, StartOrder> claim_start;
extern const durable::Claim<StopOrder, OnHost> claim_stop;
extern const durable::Claim<StopOrder, StopOrder> claim_expunge;
extern const durable::Claim<OnHost, NetworksOnHost> claim_stray;
std::vector<durable::AnyStep> instance_steps();

/// What an instance is promised of its host.
model::HostShare share_of(const model::Instance& instance);

}  // namespace welkin::flows
