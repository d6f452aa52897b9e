// How an instance is stopped, rebooted, destroyed and forgotten.
#include "flows/hands.hpp"
#include "flows/instances.hpp"
#include "flows/networks.hpp"
#include "flows/volumes.hpp"
#include "model/port_forwarding_rule.hpp"

namespace welkin::flows {

std::vector<durable::AnyStep> start_steps();

namespace {
using hypervisor::Driver;
constexpr int grace_seconds = 30;

void record_stopping(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, OnHost& out) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  out = {order.instance, instance.host_id};
  if (instance.state == model::InstanceState::stopped || instance.state == model::InstanceState::error) {
    out.host = {};
    return;
  }
  instance.updated = stage.cloud.now();
  model::move(tx, instance, model::InstanceEvent::stop);
}

void unrecord_stopping(durable::Stage&, sql::Transaction& tx, const StopOrder& order, const OnHost& out) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  if (out.host && instance.state == model::InstanceState::stopping) model::move(tx, instance, model::InstanceEvent::stop_failed);
}

/// What stopping needs to know beside the place.
struct StopGuest {
  FIELDS(StopGuest,
    (Id<model::Instance>, instance, "Which."), (Id<model::Host>, host, "Where."),
    (bool, forced, "Pull the plug."))
};

Task<StopGuest> act_stop(durable::Stage& stage, StopGuest order) {
  const auto name = look(stage, [&](sql::Transaction& tx) { return sql::need<model::Instance>(tx, order.instance).internal_name; });
  network::GuardSpec no_guard;
  no_guard.instance = order.instance;
  bool unreachable = false;
  try {
    co_await ask<&Driver::stop>(stage, order.host, {order.instance, order.forced, order.forced ? 0 : grace_seconds}, 0);
    co_await ask<&Driver::forget>(stage, order.host, {order.instance, name}, 1);
    co_await ask<&network::Fabric::guard>(stage, order.host, no_guard, 2);
  } catch (const Error& error) {
    // A host that is gone cannot be asked; the operator who forces says that it is.
    if (!order.forced || error.fault != Fault::unreachable) throw;
    unreachable = true;
  }
  (void)unreachable;
  co_return order;
}

void record_stop(durable::Stage& stage, sql::Transaction& tx, const StopGuest& order, StopGuest&) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  const auto now = stage.cloud.now();
  model::release(tx, order.host, share_of(instance));
  instance.last_host_id = order.host;
  instance.host_id = {};
  instance.power = model::PowerState::off;
  instance.power_seen = instance.updated = now;
  model::move(tx, instance, model::InstanceEvent::stopped);
  for (auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null", order.instance)) {
    nic.state = model::NicState::allocated;
    sql::update(tx, nic);
    if (is_needed(tx, nic.network_id, order.instance)) continue;
    auto network = sql::need<model::Network>(tx, nic.network_id);
    network.idle_since = now;
    sql::update(tx, network);
  }
}

void record_destroy(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, StopOrder& out) {
  out = order;
  auto instance = sql::need<model::Instance>(tx, order.instance);
  if (instance.state == model::InstanceState::destroyed) return;
  instance.destroyed = instance.updated = stage.cloud.now();
  model::move(tx, instance, model::InstanceEvent::destroy);
}

void record_expunging(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, StopOrder& out) {
  out = order;
  auto instance = sql::need<model::Instance>(tx, order.instance);
  if (instance.state == model::InstanceState::expunging) return;
  instance.updated = stage.cloud.now();
  model::move(tx, instance, model::InstanceEvent::expunge);
}

void unrecord_expunging(durable::Stage&, sql::Transaction& tx, const StopOrder& order, const StopOrder&) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  if (instance.state == model::InstanceState::expunging) model::move(tx, instance, model::InstanceEvent::expunge_failed);
}

/// Nics, rules that lead to the instance, and the row itself; its data disks are set free unless they were removed.
void record_forget(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, NetworksOnHost& out) {
  out = {};
  const auto now = stage.cloud.now();
  for (auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null", order.instance)) {
    Prepared touched;
    touched.network = nic.network_id;
    out.networks.push_back(touched);
    nic.removed = now;
    nic.state = model::NicState::allocated;
    sql::update(tx, nic);
  }
  for (const auto& rule : sql::all<model::PortForwardingRule>(tx, "where instance_id = $1", order.instance)) sql::erase(tx, rule.id);
  for (auto& address : sql::all<model::PublicAddress>(tx, "where instance_id = $1", order.instance)) {
    address.static_nat = false;
    address.instance_id = {};
    address.nic_id = {};
    address.guest_address.clear();
    sql::update(tx, address);
  }
  for (auto& volume : sql::all<model::Volume>(tx, "where instance_id = $1 and removed is null", order.instance)) {
    volume.instance_id = {};
    volume.attached.reset();
    volume.device_position = 0;
    sql::update(tx, volume);
  }
  auto instance = sql::need<model::Instance>(tx, order.instance);
  instance.removed = instance.updated = now;
  instance.host_id = {};
  sql::update(tx, instance);
}

Task<InstanceOrder> act_reboot(durable::Stage& stage, InstanceOrder order) {
  const auto host = look(stage, [&](sql::Transaction& tx) { return sql::need<model::Instance>(tx, order.instance).host_id; });
  co_await ask<&Driver::reboot>(stage, host, {order.instance, order.forced, grace_seconds});
  co_return order;
}

const durable::Step<StopOrder, OnHost> claim_stop{.name = "claim stop", .record = record_stopping, .unrecord = unrecord_stopping};
const durable::Step<StopGuest, StopGuest> stop_guest{.name = "stop guest", .act = act_stop, .record = record_stop, .deadline = 120s};
const durable::Step<StopOrder, StopOrder> mark_destroyed{.name = "mark destroyed", .record = record_destroy};
const durable::Step<StopOrder, StopOrder> mark_expunging{.name = "mark expunging", .record = record_expunging, .unrecord = unrecord_expunging};
const durable::Step<StopOrder, NetworksOnHost> forget_instance{.name = "forget instance", .record = record_forget};
const durable::Step<InstanceOrder, InstanceOrder> reboot_guest{.name = "reboot guest", .act = act_reboot, .deadline = 120s};
}  // namespace

std::vector<durable::AnyStep> instance_steps() {
  auto steps = start_steps();
  for (auto& step : {durable::any_step(claim_stop), durable::any_step(mark_expunging)}) steps.push_back(step);
  return steps;
}

Task<OnHost> stop_instance(durable::Flow& flow, StopOrder order) {
  const auto place = co_await flow.run(claim_stop, order);
  if (place.host) co_await flow.run(stop_guest, StopGuest{order.instance, place.host, order.forced});
  if (order.destroys) co_await flow.run(mark_destroyed, order);
  if (order.expunges) co_await expunge_instance(flow, order);
  co_return place;
}

Task<StopOrder> expunge_instance(durable::Flow& flow, StopOrder order) {
  co_await flow.run(mark_expunging, order);
  co_await flow.run(remove_volumes, order);
  auto networks = co_await flow.run(forget_instance, order);
  co_await flow.run(refresh_routers, networks);
  co_return order;
}

Task<InstanceOrder> reboot_instance(durable::Flow& flow, InstanceOrder order) {
  co_await flow.run(reboot_guest, order);
  co_return order;
}

}  // namespace welkin::flows
