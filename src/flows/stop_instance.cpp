// How an instance is stopped, rebooted, destroyed and forgotten.
#include "flows/hands.hpp"
#include "flows/instances.hpp"
#include "flows/networks.hpp"
#include "flows/volumes.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/affinity_group.hpp"
#include "model/marks.hpp"

namespace welkin::flows {

std::vector<durable::AnyStep> start_steps();

namespace {
using hypervisor::Driver;
constexpr int grace_seconds = 30;

/// A network as those who leave it know it.
Prepared touched(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& id) {
  Prepared out;
  out.network = id;
  out.segment = segment_name(cloud, sql::need<model::Network>(tx, id));
  return out;
}

void record_destroy(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, StopOrder& out) {
  out = order;
  auto instance = sql::need<model::Instance>(tx, order.instance);
  if (instance.state == model::InstanceState::destroyed) return;
  instance.destroyed = instance.updated = stage.cloud.now();
  model::move(tx, instance, model::InstanceEvent::destroy);
}

void take_stop(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, OnHost& out) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  out = {order.instance, instance.host_id};
  if (instance.state == model::InstanceState::stopped || instance.state == model::InstanceState::error) {
    out.host = {};
    StopOrder destroyed;
    if (order.destroys) record_destroy(stage, tx, order, destroyed);
    return;
  }
  instance.updated = stage.cloud.now();
  model::move(tx, instance, model::InstanceEvent::stop);
}

void give_back_stop(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, const OnHost& out) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  if (out.host && instance.state == model::InstanceState::stopping)
    model::move(tx, instance, model::InstanceEvent::stop_failed);
  // It may have been stopped before something went wrong.
  for (const auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null", order.instance))
    put_router_behind(tx, stage.cloud, nic.network_id);
}

/// What stopping needs to know beside the place.
struct StopGuest {
  FIELDS(StopGuest,
    (Id<model::Instance>, instance, "Which."), (Id<model::Host>, host, "Where."),
    (bool, forced, "Pull the plug."))
};

/// Guest, definition and guard go from the host.
Task<void> end_guest(durable::Stage& stage, Id<model::Instance> instance, Id<model::Host> host, bool forced) {
  const auto name =
      look(stage, [&](sql::Transaction& tx) { return sql::need<model::Instance>(tx, instance).internal_name; });
  network::GuardSpec no_guard;
  no_guard.instance = instance;
  co_await ask<&Driver::stop>(stage, host, {instance, forced, forced ? 0 : grace_seconds}, 0);
  co_await ask<&Driver::forget>(stage, host, {instance, name}, 1);
  co_await ask<&network::Fabric::guard>(stage, host, no_guard, 2);
}

Task<NetworksOnHost> act_stop(durable::Stage& stage, StopGuest order) {
  co_await end_guest(stage, order.instance, order.host, order.forced);
  co_return NetworksOnHost{};
}

/// An operator who forces says that the host is gone; if it comes back, the guest ends there, unless it is at home by then.
bool is_forced(const StopGuest& order) { return order.forced; }
Task<void> stop_at_last(durable::Stage& stage, StopGuest order, NetworksOnHost) {
  const bool at_home = look(stage, [&](sql::Transaction& tx) {
    return sql::need<model::Instance>(tx, order.instance).host_id == order.host;
  });
  if (!at_home) co_await end_guest(stage, order.instance, order.host, true);
}

void record_stop(durable::Stage& stage, sql::Transaction& tx, const StopGuest& order, NetworksOnHost& out) {
  out = {order.instance, order.host, {}};
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
    out.networks.push_back(touched(tx, stage.cloud, nic.network_id));
    if (is_needed(tx, nic.network_id, order.instance)) continue;
    auto network = sql::need<model::Network>(tx, nic.network_id);
    network.idle_since = now;
    sql::update(tx, network);
  }
}

void record_expunging(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, StopOrder& out) {
  out = order;
  auto instance = sql::need<model::Instance>(tx, order.instance);
  if (instance.state == model::InstanceState::expunging) return;
  instance.updated = stage.cloud.now();
  model::move(tx, instance, model::InstanceEvent::expunge);
  // From here on there is no way back for its disks, even if this journey does not come to its end.
  for (const auto& id : doomed_volumes(tx, order)) {
    auto volume = sql::need<model::Volume>(tx, id);
    if (volume.state == model::VolumeState::ready || volume.state == model::VolumeState::allocated)
      model::move(tx, volume, model::VolumeEvent::destroy);
  }
}

void unrecord_expunging(durable::Stage&, sql::Transaction& tx, const StopOrder& order, const StopOrder&) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  if (instance.state == model::InstanceState::expunging)
    model::move(tx, instance, model::InstanceEvent::expunge_failed);
}

/// Its data disks are set free unless they were removed.
void record_forget(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, NetworksOnHost& out) {
  out = {};
  const auto now = stage.cloud.now();
  out.networks = unplug_for_good(tx, stage.cloud, order.instance);
  for (auto& volume : sql::all<model::Volume>(tx, "where instance_id = $1 and removed is null", order.instance)) {
    volume.instance_id = {};
    volume.attached.reset();
    volume.device_position = 0;
    sql::update(tx, volume);
  }
  auto instance = sql::need<model::Instance>(tx, order.instance);
  instance.removed = instance.updated = now;
  model::forget_marks(tx, instance.id);
  model::leave_affinity_groups(tx, instance.id);
  instance.host_id = {};
  sql::update(tx, instance);
}

/// Keeps a stopped instance from being started while its stray guest is ended.
void take_stray(durable::Stage& stage, sql::Transaction& tx, const OnHost& order, NetworksOnHost& out) {
  out = {order.instance, order.host, {}};
  auto instance = sql::need<model::Instance>(tx, order.instance);
  using enum model::InstanceState;
  const bool elsewhere = instance.state == running && instance.host_id != order.host;
  if (!elsewhere && instance.state != stopped && instance.state != destroyed && instance.state != error)
    throw Error(Fault::conflict,
                fmt::format("The instance {} is at work; its host will be looked at again.", instance.name),
                instance.id.text());
  for (const auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null", order.instance))
    out.networks.push_back(touched(tx, stage.cloud, nic.network_id));
  if (instance.state != stopped) return;
  instance.state = stopping;
  instance.updated = stage.cloud.now();
  sql::update(tx, instance);
}

void settle_stray(sql::Transaction& tx, const Id<model::Instance>& id, Time now) {
  auto instance = sql::need<model::Instance>(tx, id);
  // One that is stopped by its own journey has a host still.
  if (instance.state == model::InstanceState::stopping && !instance.host_id)
    instance.state = model::InstanceState::stopped;
  instance.updated = now;
  sql::update(tx, instance);
}

void give_back_stray(durable::Stage& stage, sql::Transaction& tx, const OnHost& order, const NetworksOnHost&) {
  settle_stray(tx, order.instance, stage.cloud.now());
}

Task<NetworksOnHost> act_end_stray(durable::Stage& stage, NetworksOnHost order) {
  co_await end_guest(stage, order.instance, order.host, true);
  co_return order;
}

void record_end_stray(durable::Stage& stage, sql::Transaction& tx, const NetworksOnHost& order, NetworksOnHost&) {
  settle_stray(tx, order.instance, stage.cloud.now());
}

Task<InstanceOrder> act_reboot(durable::Stage& stage, InstanceOrder order) {
  const auto host =
      look(stage, [&](sql::Transaction& tx) { return sql::need<model::Instance>(tx, order.instance).host_id; });
  co_await ask<&Driver::reboot>(stage, host, {order.instance, order.forced, grace_seconds});
  co_return order;
}

const durable::Step<StopGuest, NetworksOnHost> stop_guest{.name = "stop guest",
                                                          .act = act_stop,
                                                          .record = record_stop,
                                                          .undo = stop_at_last,
                                                          .deadline = 120s,
                                                          .may_owe = is_forced};
const durable::Step<StopOrder, StopOrder> mark_destroyed{.name = "mark destroyed", .record = record_destroy};
const durable::Step<StopOrder, StopOrder> mark_expunging{
    .name = "mark expunging", .record = record_expunging, .unrecord = unrecord_expunging};
const durable::Step<StopOrder, NetworksOnHost> forget_instance{.name = "forget instance", .record = record_forget};
const durable::Step<NetworksOnHost, NetworksOnHost> end_stray_guest{
    .name = "end stray guest", .act = act_end_stray, .record = record_end_stray, .deadline = 120s};
const durable::Step<InstanceOrder, InstanceOrder> reboot_guest{
    .name = "reboot guest", .act = act_reboot, .deadline = 120s};
}  // namespace

std::vector<durable::AnyStep> instance_steps() {
  auto steps = start_steps();
  for (auto& step : {durable::any_step(mark_expunging), durable::any_step(stop_guest)}) steps.push_back(step);
  return steps;
}

const durable::Claim<StopOrder, OnHost> claim_stop{.take = take_stop, .give_back = give_back_stop};
const durable::Claim<StopOrder, StopOrder> claim_expunge{.take = record_expunging, .give_back = unrecord_expunging};
const durable::Claim<OnHost, NetworksOnHost> claim_stray{.take = take_stray, .give_back = give_back_stray};

Task<OnHost> stop_instance(durable::Flow& flow, StopOrder order) {
  const auto place = flow.claimed<OnHost>();
  if (place.host) {
    const auto left = co_await flow.run(stop_guest, StopGuest{order.instance, place.host, order.forced});
    co_await flow.run(leave_segments, left);
    co_await flow.run(refresh_routers, left);
  }
  if (order.destroys) co_await flow.run(mark_destroyed, order);
  if (order.expunges) {
    co_await flow.run(mark_expunging, order);
    co_await expunge_instance(flow, order);
  }
  co_return place;
}

Task<StopOrder> expunge_instance(durable::Flow& flow, StopOrder order) {
  co_await flow.run(remove_volumes, order);
  auto networks = co_await flow.run(forget_instance, order);
  co_await flow.run(refresh_routers, networks);
  co_return order;
}

Task<OnHost> end_stray(durable::Flow& flow, OnHost order) {
  const auto there = flow.claimed<NetworksOnHost>();
  co_await flow.run(end_stray_guest, there);
  co_await flow.run(leave_segments, there);
  co_return order;
}

Task<InstanceOrder> reboot_instance(durable::Flow& flow, InstanceOrder order) {
  co_await flow.run(reboot_guest, order);
  co_return order;
}

}  // namespace welkin::flows
