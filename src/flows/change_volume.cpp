// Volumes attached, detached, resized and deleted.
#include "flows/hands.hpp"
#include "flows/specs.hpp"
#include "flows/volumes.hpp"
#include "model/marks.hpp"

namespace welkin::flows {

namespace {
using hypervisor::Driver;
using storage::Pools;

/// A volume with its pool, and the host to ask.
struct Here {
  model::Volume volume;
  std::optional<model::StoragePool> pool;
  std::optional<model::Instance> instance;
  Id<model::Host> pool_host;
  bool running = false;
};

Here here(sql::Transaction& tx, const VolumeOrder& order) {
  Here out;
  out.volume = sql::need<model::Volume>(tx, order.volume);
  const auto instance = order.instance ? order.instance : out.volume.instance_id;
  if (instance) out.instance = sql::get<model::Instance>(tx, instance);
  if (out.instance) out.running = out.instance->state == model::InstanceState::running;
  if (!out.volume.pool_id) return out;
  out.pool = sql::need<model::StoragePool>(tx, out.volume.pool_id);
  out.pool_host = out.pool->host_id;
  if (!out.pool_host && out.instance) out.pool_host = out.instance->host_id;
  if (!out.pool_host) {
    const auto host = sql::first<model::Host>(
        tx, "where zone_id = $1 and status = 'Up' and removed is null order by id", out.volume.zone_id);
    if (!host)
      throw Error(Fault::unreachable, fmt::format("No host that reaches the storage pool {} is up.", out.pool->name),
                  out.pool->id.text());
    out.pool_host = host->id;
  }
  return out;
}

/// A pool for a data disk that has none yet: one its instance's host reaches, with room.
Id<model::StoragePool> pool_for(sql::Transaction& tx, const model::Volume& volume, const model::Instance& instance) {
  const auto host_id = instance.host_id ? instance.host_id : instance.last_host_id;
  const auto host = host_id ? sql::get<model::Host>(tx, host_id) : std::nullopt;
  for (
      const auto& pool : sql::all<model::StoragePool>(
          tx,
          "where zone_id = $1 and state = 'Up' and removed is null order by allocatable_bytes - reserved_bytes desc, id",
          volume.zone_id)) {
    const bool reached = (!pool.host_id || pool.host_id == host_id) &&
                         (!pool.cluster_id || (host && host->cluster_id == pool.cluster_id));
    if (reached && model::reserve(tx, pool.id, volume.bytes)) return pool.id;
  }
  throw Error(Fault::exhausted,
              fmt::format("No storage pool that the instance {} reaches has room for the {} bytes of volume {}.",
                          instance.name, volume.bytes, volume.name),
              volume.id.text());
}

void take_attach(durable::Stage& stage, sql::Transaction& tx, const VolumeOrder& order, VolumeOrder& out) {
  out = order;
  auto volume = sql::need<model::Volume>(tx, order.volume);
  const auto instance = sql::need<model::Instance>(tx, order.instance);
  volume.updated = stage.cloud.now();
  if (volume.state == model::VolumeState::allocated) {
    if (!instance.last_host_id && !instance.host_id) return;  // made when the instance first starts
    volume.pool_id = pool_for(tx, volume, instance);
    out.bytes = volume.bytes;
    model::move(tx, volume, model::VolumeEvent::create);
    const auto at = here(tx, order);
    out.home = pool_spec(*at.pool);
    out.home_host = at.pool_host;
    return;
  }
  model::move(tx, volume, model::VolumeEvent::attach);
}

void give_back_attach(durable::Stage&, sql::Transaction& tx, const VolumeOrder& order, const VolumeOrder&) {
  auto volume = sql::need<model::Volume>(tx, order.volume);
  if (volume.state == model::VolumeState::creating) {
    model::release(tx, volume.pool_id, volume.bytes);
    volume.pool_id = {};
  }
  volume.instance_id = {};
  volume.device_position = 0;
  if (volume.state == model::VolumeState::creating || volume.state == model::VolumeState::attaching)
    model::move(tx, volume, model::VolumeEvent::failed);
  else
    sql::update(tx, volume);
}

Task<storage::VolumePlace> act_make(durable::Stage& stage, VolumeOrder order) {
  const auto at = look(stage, [&](sql::Transaction& tx) { return here(tx, order); });
  if (at.volume.state != model::VolumeState::creating)
    co_return storage::VolumePlace{at.volume.path, at.volume.format, at.volume.bytes, at.volume.physical_bytes};
  storage::VolumeSpec spec{pool_spec(*at.pool), order.volume, at.volume.bytes, at.volume.template_id};
  co_return co_await ask<&Pools::create>(stage, at.pool_host, spec);
}

void record_make(durable::Stage&, sql::Transaction& tx, const VolumeOrder& order, storage::VolumePlace& place) {
  auto volume = sql::need<model::Volume>(tx, order.volume);
  if (volume.state != model::VolumeState::creating) return;
  volume.path = place.path;
  volume.format = place.format;
  volume.physical_bytes = place.physical_bytes;
  volume.state = model::VolumeState::attaching;
  sql::update(tx, volume);
}

Task<void> undo_make(durable::Stage& stage, VolumeOrder order, storage::VolumePlace) {
  if (order.home_host && !is_made_anew(stage, order.volume, order.home))
    co_await ask<&Pools::remove>(stage, order.home_host, {order.home, order.volume});
}

void unrecord_make(durable::Stage&, sql::Transaction& tx, const VolumeOrder& order, const storage::VolumePlace&) {
  if (!order.home_host) return;
  auto volume = sql::need<model::Volume>(tx, order.volume);
  if (!volume.pool_id) return;
  volume.path.clear();
  volume.state = model::VolumeState::creating;
  sql::update(tx, volume);
}

Task<VolumeOrder> act_plug(durable::Stage& stage, VolumeOrder order) {
  const auto at = look(stage, [&](sql::Transaction& tx) { return here(tx, order); });
  if (at.running) co_await ask<&Driver::plug_disk>(stage, at.instance->host_id, {order.instance, disk_spec(at.volume)});
  co_return order;
}

void record_plug(durable::Stage& stage, sql::Transaction& tx, const VolumeOrder& order, VolumeOrder&) {
  auto volume = sql::need<model::Volume>(tx, order.volume);
  volume.attached = volume.updated = stage.cloud.now();
  if (volume.state == model::VolumeState::attaching) model::move(tx, volume, model::VolumeEvent::succeeded);
  else sql::update(tx, volume);
}

Task<void> undo_plug(durable::Stage& stage, VolumeOrder order, VolumeOrder) {
  const auto at = look(stage, [&](sql::Transaction& tx) { return here(tx, order); });
  if (stage.late && at.volume.instance_id == order.instance) co_return;  // attached again
  if (at.running) co_await ask<&Driver::unplug_disk>(stage, at.instance->host_id, {order.instance, order.volume});
}

Task<VolumeOrder> act_unplug(durable::Stage& stage, VolumeOrder order) {
  co_await undo_plug(stage, order, order);
  co_return order;
}

Task<void> undo_unplug(durable::Stage& stage, VolumeOrder order, VolumeOrder) {
  const bool attached =
      look(stage, [&](sql::Transaction& tx) { return here(tx, order).volume.instance_id == order.instance; });
  if (attached) co_await act_plug(stage, order);
}

void record_unplug(durable::Stage& stage, sql::Transaction& tx, const VolumeOrder& order, VolumeOrder&) {
  auto volume = sql::need<model::Volume>(tx, order.volume);
  volume.instance_id = {};
  volume.device_position = 0;
  volume.attached.reset();
  volume.updated = stage.cloud.now();
  sql::update(tx, volume);
}

void take_resize(durable::Stage& stage, sql::Transaction& tx, const VolumeOrder& order, VolumeOrder& out) {
  out = order;
  auto volume = sql::need<model::Volume>(tx, order.volume);
  volume.updated = stage.cloud.now();
  if (volume.pool_id && order.bytes > volume.bytes && !model::reserve(tx, volume.pool_id, order.bytes - volume.bytes))
    throw Error(Fault::exhausted,
                fmt::format("The storage pool has no room for {} more bytes of volume {}.", order.bytes - volume.bytes,
                            volume.name),
                volume.id.text());
  model::move(tx, volume, model::VolumeEvent::resize);
  if (volume.state != model::VolumeState::allocated) return;
  // Nothing of it is made yet: a number changes, and no more.
  volume.bytes = order.bytes;
  sql::update(tx, volume);
  out.volume = {};
}

void give_back_resize(durable::Stage&, sql::Transaction& tx, const VolumeOrder& order, const VolumeOrder& claim) {
  if (!claim.volume) return;
  auto volume = sql::need<model::Volume>(tx, order.volume);
  if (volume.pool_id && order.bytes > order.former_bytes)
    model::release(tx, volume.pool_id, order.bytes - order.former_bytes);
  if (volume.state == model::VolumeState::resizing) model::move(tx, volume, model::VolumeEvent::failed);
}

Task<VolumeOrder> act_resize(durable::Stage& stage, VolumeOrder order) {
  const auto at = look(stage, [&](sql::Transaction& tx) { return here(tx, order); });
  if (!at.pool || at.volume.path.empty()) co_return order;
  if (at.running && at.volume.instance_id)
    co_await ask<&Driver::resize_disk>(stage, at.instance->host_id, {at.volume.instance_id, order.volume, order.bytes});
  else
    co_await ask<&Pools::resize>(stage, at.pool_host, {pool_spec(*at.pool), order.volume, order.bytes, order.shrink});
  co_return order;
}

void record_resize(durable::Stage& stage, sql::Transaction& tx, const VolumeOrder& order, VolumeOrder&) {
  auto volume = sql::need<model::Volume>(tx, order.volume);
  if (volume.pool_id && order.bytes < volume.bytes) model::release(tx, volume.pool_id, volume.bytes - order.bytes);
  volume.bytes = order.bytes;
  volume.updated = stage.cloud.now();
  if (volume.state == model::VolumeState::resizing) model::move(tx, volume, model::VolumeEvent::succeeded);
  else sql::update(tx, volume);
}

/// What has grown stays so: the records follow.
Task<void> undo_resize(durable::Stage& stage, VolumeOrder order, VolumeOrder) {
  const auto at = look(stage, [&](sql::Transaction& tx) { return here(tx, order); });
  if (!at.pool || at.volume.path.empty() || at.volume.removed) co_return;
  const auto place = co_await ask<&Pools::measure>(stage, at.pool_host, {pool_spec(*at.pool), order.volume});
  stage.cloud.database.write([&](sql::Transaction& tx) {
    auto volume = sql::need<model::Volume>(tx, order.volume);
    if (volume.bytes == place.bytes) return;
    model::reserve_anyway(tx, volume.pool_id, place.bytes - volume.bytes);
    volume.bytes = place.bytes;
    sql::update(tx, volume);
  });
}

void take_delete(durable::Stage& stage, sql::Transaction& tx, const VolumeOrder& order, VolumeOrder& out) {
  out = order;
  auto volume = sql::need<model::Volume>(tx, order.volume);
  if (volume.state == model::VolumeState::expunging)
    throw Error(Fault::conflict, fmt::format("The volume {} is being deleted already.", volume.name), volume.id.text());
  volume.destroyed = volume.updated = stage.cloud.now();
  if (volume.state != model::VolumeState::destroyed) model::move(tx, volume, model::VolumeEvent::destroy);
  model::move(tx, volume, model::VolumeEvent::expunge);
}

void give_back_delete(durable::Stage&, sql::Transaction& tx, const VolumeOrder& order, const VolumeOrder&) {
  auto volume = sql::need<model::Volume>(tx, order.volume);
  if (volume.state == model::VolumeState::expunging) model::move(tx, volume, model::VolumeEvent::failed);
}

Task<VolumeOrder> act_delete(durable::Stage& stage, VolumeOrder order) {
  const auto at = look(stage, [&](sql::Transaction& tx) { return here(tx, order); });
  if (at.pool) co_await ask<&Pools::remove>(stage, at.pool_host, {pool_spec(*at.pool), order.volume});
  co_return order;
}

void record_delete(durable::Stage& stage, sql::Transaction& tx, const VolumeOrder& order, VolumeOrder&) {
  auto volume = sql::need<model::Volume>(tx, order.volume);
  if (volume.pool_id) model::release(tx, volume.pool_id, volume.bytes);
  volume.removed = volume.updated = stage.cloud.now();
  model::forget_marks(tx, volume.id);
  model::move(tx, volume, model::VolumeEvent::succeeded);
}

using VolumeStep = durable::Step<VolumeOrder, VolumeOrder>;
const durable::Step<VolumeOrder, storage::VolumePlace> make_volume{
    .name = "make volume", .act = act_make, .record = record_make, .undo = undo_make, .unrecord = unrecord_make};
const VolumeStep plug_volume{.name = "plug volume", .act = act_plug, .record = record_plug, .undo = undo_plug};
const VolumeStep unplug_volume{
    .name = "unplug volume", .act = act_unplug, .record = record_unplug, .undo = undo_unplug};
const VolumeStep do_resize{.name = "resize volume", .act = act_resize, .record = record_resize, .undo = undo_resize};
const VolumeStep do_delete{.name = "delete volume", .act = act_delete, .record = record_delete};
}  // namespace

std::vector<durable::AnyStep> volume_steps() {
  return {durable::any_step(create_volumes), durable::any_step(make_volume), durable::any_step(plug_volume),
          durable::any_step(unplug_volume),  durable::any_step(do_resize)};
}

const durable::Claim<VolumeOrder, VolumeOrder> claim_attach{.take = take_attach, .give_back = give_back_attach};
const durable::Claim<VolumeOrder, VolumeOrder> claim_resize{.take = take_resize, .give_back = give_back_resize};
const durable::Claim<VolumeOrder, VolumeOrder> claim_delete{.take = take_delete, .give_back = give_back_delete};

Task<VolumeOrder> attach_volume(durable::Flow& flow, VolumeOrder order) {
  order = flow.claimed<VolumeOrder>();
  co_await flow.run(make_volume, order);
  co_await flow.run(plug_volume, order);
  co_return order;
}

Task<VolumeOrder> detach_volume(durable::Flow& flow, VolumeOrder order) {
  co_await flow.run(unplug_volume, order);
  co_return order;
}

Task<VolumeOrder> resize_volume(durable::Flow& flow, VolumeOrder order) {
  if (flow.claimed<VolumeOrder>().volume) co_await flow.run(do_resize, order);
  co_return order;
}

Task<VolumeOrder> delete_volume(durable::Flow& flow, VolumeOrder order) {
  co_await flow.run(do_delete, order);
  co_return order;
}

}  // namespace welkin::flows
