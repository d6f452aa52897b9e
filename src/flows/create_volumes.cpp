// Volumes of an instance: made before it starts, removed when it is expunged.
#include "flows/hands.hpp"
#include "flows/specs.hpp"
#include "flows/volumes.hpp"
#include "model/marks.hpp"
#include "model/template_copy.hpp"

namespace welkin::flows {

namespace {
using storage::Pools;

/// The host that reaches a pool: its own, or any that is up where it reaches.
Id<model::Host> host_for(sql::Transaction& tx, const model::StoragePool& pool, const Id<model::Host>& wished) {
  if (pool.host_id) return pool.host_id;
  if (wished) return wished;
  const auto host = sql::first<model::Host>(
      tx,
      "where zone_id = $1 and status = 'Up' and removed is null and (cast($2 as text) is null or cluster_id = $2) order by id",
      pool.zone_id, pool.cluster_id);
  if (!host)
    throw Error(Fault::unreachable, fmt::format("No host that reaches the storage pool {} is up.", pool.name),
                pool.id.text());
  return host->id;
}

struct Placed {
  model::Volume volume;
  model::StoragePool pool;
  Id<model::Host> host;
};

Placed placed(sql::Transaction& tx, const Id<model::Volume>& id, const Id<model::Host>& wished) {
  auto volume = sql::need<model::Volume>(tx, id);
  auto pool = sql::need<model::StoragePool>(tx, volume.pool_id);
  const auto host = host_for(tx, pool, wished);
  return {std::move(volume), std::move(pool), host};
}

std::optional<storage::TemplateSpec> missing_template(sql::Transaction& tx, const Placed& on) {
  if (!on.volume.template_id) return std::nullopt;
  const auto copy =
      sql::first<model::TemplatePool>(tx, "where template_id = $1 and pool_id = $2", on.volume.template_id, on.pool.id);
  if (copy && copy->state == model::CopyState::ready) return std::nullopt;
  const auto stored = sql::first<model::TemplateStore>(
      tx, "where template_id = $1 and state = 'Ready' order by created", on.volume.template_id);
  if (!stored)
    throw Error(Fault::conflict, "The template is not ready on any image store; wait for its download.",
                on.volume.template_id.text());
  storage::TemplateSpec spec;
  spec.pool = pool_spec(on.pool);
  spec.id = on.volume.template_id;
  spec.image = stored->image_store_id.text() + "/" + stored->template_id.text();
  spec.format = stored->format;
  spec.bytes = stored->physical_bytes;
  spec.sha256 = stored->sha256;
  return spec;
}

Task<Reservation> act_bring(durable::Stage& stage, Reservation order) {
  int part = 0;
  for (const auto& id : order.volumes) {
    const auto on = look(stage, [&](sql::Transaction& tx) { return placed(tx, id, order.host); });
    const auto spec = look(stage, [&](sql::Transaction& tx) { return missing_template(tx, on); });
    if (spec) co_await ask<&Pools::bring_template>(stage, on.host, *spec, part++);
  }
  co_return order;
}

void record_bring(durable::Stage& stage, sql::Transaction& tx, const Reservation& order, Reservation&) {
  for (const auto& id : order.volumes) {
    const auto volume = sql::need<model::Volume>(tx, id);
    if (!volume.template_id) continue;
    auto copy = sql::first<model::TemplatePool>(tx, "where template_id = $1 and pool_id = $2", volume.template_id,
                                                volume.pool_id);
    if (copy && copy->state == model::CopyState::ready) continue;
    const auto stored = sql::first<model::TemplateStore>(
        tx, "where template_id = $1 and state = 'Ready' order by created", volume.template_id);
    const bool fresh = !copy;
    if (fresh) copy.emplace();
    copy->state = model::CopyState::ready;
    copy->last_used = stage.cloud.now();
    if (stored) {
      copy->format = stored->format;
      copy->bytes = stored->virtual_bytes;
      copy->physical_bytes = stored->physical_bytes;
    }
    if (!fresh) {
      sql::update(tx, *copy);
      continue;
    }
    copy->id = stage.cloud.new_id<model::TemplatePool>();
    copy->template_id = volume.template_id;
    copy->pool_id = volume.pool_id;
    copy->created = stage.cloud.now();
    sql::insert(tx, *copy);
  }
}

Task<Reservation> act_create(durable::Stage& stage, Reservation order) {
  int part = 0;
  for (const auto& id : order.volumes) {
    const auto on = look(stage, [&](sql::Transaction& tx) { return placed(tx, id, order.host); });
    storage::VolumeSpec spec{pool_spec(on.pool), id, on.volume.bytes, on.volume.template_id};
    order.places.push_back(co_await ask<&Pools::create>(stage, on.host, spec, part++));
  }
  co_return order;
}

void record_create(durable::Stage& stage, sql::Transaction& tx, const Reservation& order, Reservation& out) {
  for (std::size_t i = 0; i < order.volumes.size(); ++i) {
    auto volume = sql::need<model::Volume>(tx, order.volumes[i]);
    const auto& place = out.places.at(i);
    volume.path = place.path;
    volume.format = place.format;
    volume.physical_bytes = place.physical_bytes;
    volume.updated = stage.cloud.now();
    if (volume.instance_id) volume.attached = stage.cloud.now();
    model::move(tx, volume, model::VolumeEvent::succeeded);
  }
}

Task<void> undo_create(durable::Stage& stage, Reservation order, Reservation) {
  int part = 0;
  for (std::size_t i = 0; i < order.volumes.size(); ++i, ++part)
    if (!is_made_anew(stage, order.volumes[i], order.homes.at(i)))
      co_await ask<&Pools::remove>(stage, order.host, {order.homes[i], order.volumes[i]}, part);
}

void unrecord_create(durable::Stage&, sql::Transaction& tx, const Reservation& order, const Reservation&) {
  for (const auto& id : order.volumes) {
    auto volume = sql::need<model::Volume>(tx, id);
    volume.state = model::VolumeState::creating;
    volume.path.clear();
    volume.format.clear();
    volume.attached.reset();
    sql::update(tx, volume);
  }
}

Task<StopOrder> act_remove(durable::Stage& stage, StopOrder order) {
  const auto ids = look(stage, [&](sql::Transaction& tx) { return doomed_volumes(tx, order); });
  int part = 0;
  for (const auto& id : ids) {
    const auto volume = look(stage, [&](sql::Transaction& tx) { return sql::need<model::Volume>(tx, id); });
    if (!volume.pool_id) continue;
    const auto on = look(stage, [&](sql::Transaction& tx) { return placed(tx, id, {}); });
    co_await ask<&Pools::remove>(stage, on.host, {pool_spec(on.pool), id}, part++);
  }
  co_return order;
}

void record_remove(durable::Stage& stage, sql::Transaction& tx, const StopOrder& order, StopOrder&) {
  for (const auto& id : doomed_volumes(tx, order)) {
    auto volume = sql::need<model::Volume>(tx, id);
    if (volume.removed) continue;
    if (volume.pool_id) model::release(tx, volume.pool_id, volume.bytes);
    volume.state = model::VolumeState::expunged;
    volume.instance_id = {};
    volume.attached.reset();
    volume.removed = volume.updated = stage.cloud.now();
    model::forget_marks(tx, volume.id);
    sql::update(tx, volume);
  }
}
}  // namespace

bool is_made_anew(durable::Stage& stage, const Id<model::Volume>& id, const storage::PoolSpec& pool) {
  if (!stage.late) return false;
  const auto volume = look(stage, [&](sql::Transaction& tx) { return sql::get<model::Volume>(tx, id); });
  return volume && !volume->removed && volume->pool_id == pool.id;
}

std::vector<Id<model::Volume>> doomed_volumes(sql::Transaction& tx, const StopOrder& order) {
  auto out = order.volumes;
  for (const auto& volume :
       sql::all<model::Volume>(tx, "where instance_id = $1 and kind = 'ROOT' and removed is null", order.instance))
    out.push_back(volume.id);
  return out;
}

const durable::Step<Reservation, Reservation> bring_templates{
    .name = "bring templates", .act = act_bring, .record = record_bring, .deadline = 30min};
const durable::Step<Reservation, Reservation> create_volumes{.name = "create volumes",
                                                             .act = act_create,
                                                             .record = record_create,
                                                             .undo = undo_create,
                                                             .unrecord = unrecord_create};
const durable::Step<StopOrder, StopOrder> remove_volumes{
    .name = "remove volumes", .act = act_remove, .record = record_remove};

}  // namespace welkin::flows
