// How an instance is brought up.
#include "flows/foresight.hpp"
#include "flows/hands.hpp"
#include "flows/instances.hpp"
#include "flows/networks.hpp"
#include "flows/specs.hpp"
#include "flows/volumes.hpp"
#include "model/affinity_group.hpp"
#include "model/disk_offering.hpp"
#include "model/domain.hpp"
#include "model/service_offering.hpp"
#include "model/marks.hpp"

namespace welkin::flows {

namespace {
using hypervisor::Driver;

std::vector<model::Volume> volumes_of(sql::Transaction& tx, const Id<model::Instance>& instance) {
  return sql::all<model::Volume>(tx, "where instance_id = $1 and removed is null order by device_position", instance);
}

placement::DiskWish disk_wish(sql::Transaction& tx, const model::Volume& volume,
                              const model::ServiceOffering& ordered) {
  placement::DiskWish wish;
  wish.bytes = volume.bytes;
  wish.pool = volume.pool_id;
  wish.local = true;
  if (volume.disk_offering_id) {
    const auto offering = sql::need<model::DiskOffering>(tx, volume.disk_offering_id);
    wish.local = offering.storage_type == model::StorageType::local;
    wish.tags = offering.tags;
  } else if (volume.service_offering_id) {
    const auto offering = volume.service_offering_id == ordered.id
                              ? ordered
                              : sql::need<model::ServiceOffering>(tx, volume.service_offering_id);
    wish.local = offering.storage_type == model::StorageType::local;
    wish.tags = offering.storage_tags;
  }
  return wish;
}

/// What the instance's groups ask for. Of a group that places are kept for, its other members do not matter.
placement::Affinities affinities_of(sql::Transaction& tx, const Id<model::Instance>& instance) {
  placement::Affinities out;
  std::map<Uuid, std::set<Uuid>> together;
  const auto note = [&](const sql::Row& row) {
    const auto group = Uuid::parse(row[0].text).value();
    const auto kind = choice_named<model::AffinityKind>(row[1].text).value();
    if (kind == model::AffinityKind::dedicated) out.dedicated.insert(group);
    if (row[2].is_null()) return;
    const auto host = Uuid::parse(row[2].text).value();
    if (kind == model::AffinityKind::together) together[group].insert(host);
    if (kind == model::AffinityKind::apart) out.apart.insert(host);
    if (kind == model::AffinityKind::rather_together) out.rather_together.insert(host);
    if (kind == model::AffinityKind::rather_apart) out.rather_apart.insert(host);
  };
  tx.query(
      "select g.id, g.kind, i.host_id from affinity_members m join affinity_groups g on g.id = m.group_id "
      "left join affinity_members o on o.group_id = g.id and o.instance_id <> $1 and g.kind <> 'ExplicitDedication' "
      "left join instances i on i.id = o.instance_id where m.instance_id = $1",
      sql::cells(instance), note);
  for (auto& [group, hosts] : together) out.together.push_back(std::move(hosts));
  return out;
}

placement::Wish wish_for(sql::Transaction& tx, const StartOrder& order, const model::Instance& instance,
                         const std::vector<model::Volume>& volumes) {
  const auto offering = sql::need<model::ServiceOffering>(tx, instance.service_offering_id);
  const auto share = share_of(instance);
  placement::Wish wish;
  wish.zone = instance.zone_id;
  wish.pod = order.pod;
  wish.cluster = order.cluster;
  wish.host = order.host;
  wish.hypervisor = name_of(instance.hypervisor);
  wish.arch = name_of(instance.arch);
  wish.cpu_mhz = share.cpu_mhz;
  wish.memory_bytes = share.memory_bytes;
  wish.uefi = instance.boot_type == model::BootType::uefi;
  wish.tags = offering.host_tags;
  wish.preferred_host = instance.last_host_id;
  wish.account = instance.account_id;
  wish.domain_path = sql::need<model::Domain>(tx, instance.domain_id).path;
  wish.affinities = affinities_of(tx, instance.id);
  for (const auto& volume : volumes) wish.disks.push_back(disk_wish(tx, volume, offering));
  return wish;
}

bool lies_nowhere(const model::Volume& volume) { return volume.state == model::VolumeState::allocated; }

/// Room for the instance's new volumes in the choice's pools: for all of them, or nothing is taken.
bool reserve_pools(sql::Transaction& tx, const placement::Choice& choice, const std::vector<model::Volume>& volumes) {
  std::vector<std::pair<Id<model::StoragePool>, std::int64_t>> taken;
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    if (!lies_nowhere(volumes[i])) continue;
    const Id<model::StoragePool> pool(choice.pools[i]);
    if (!model::reserve(tx, pool, volumes[i].bytes)) {
      for (const auto& [at, bytes] : taken) model::release(tx, at, bytes);
      return false;
    }
    taken.emplace_back(pool, volumes[i].bytes);
  }
  return true;
}

/// What is ranked may be a commit old: the place may be kept for somebody meanwhile.
bool is_open(sql::Transaction& tx, const placement::Wish& wish, const placement::Choice& choice) {
  const std::array places{choice.host, choice.cluster, choice.pod, wish.zone};
  return !placement::why_kept(wish, places, placement::kept_among(tx, places));
}

/// The first of the ranked places that takes the instance and its volumes.
std::optional<placement::Choice> reserve_one(sql::Transaction& tx, const placement::Wish& wish,
                                             const placement::Verdict& verdict, const model::HostShare& share,
                                             const std::vector<model::Volume>& volumes) {
  for (const auto& choice : verdict.ranked) {
    const Id<model::Host> host(choice.host);
    if (!is_open(tx, wish, choice) || !model::reserve(tx, host, share)) continue;
    if (reserve_pools(tx, choice, volumes)) return choice;
    model::release(tx, host, share);
  }
  return std::nullopt;
}

placement::Choice choose(sql::Transaction& tx, Cloud& cloud, const StartOrder& order, const model::Instance& instance,
                         const std::vector<model::Volume>& volumes) {
  const auto wish = wish_for(tx, order, instance, volumes);
  if (const auto choice = reserve_one(tx, wish, cloud.places.place(tx, wish), share_of(instance), volumes)) return *choice;
  // What is known may be a commit old; what the caller is told must be true.
  cloud.places.forget(wish.zone);
  const auto verdict = cloud.places.place(tx, wish);
  if (const auto choice = reserve_one(tx, wish, verdict, share_of(instance), volumes)) return *choice;
  throw Error(Fault::exhausted,
              fmt::format("There is no place for the instance {} ({} MHz, {} MB): {}.", instance.name,
                          wish.cpu_mhz, instance.memory_mb, verdict.reasons()),
              instance.id.text());
}

void record_reserve(durable::Stage& stage, sql::Transaction& tx, const StartOrder& order, Reservation& out) {
  out = {};
  out.instance = order.instance;
  out.deploys = order.deploys;
  auto instance = sql::need<model::Instance>(tx, order.instance);
  auto volumes = volumes_of(tx, order.instance);
  const auto choice = choose(tx, stage.cloud, order, instance, volumes);
  out.host = Id<model::Host>(choice.host);
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    if (!lies_nowhere(volumes[i])) continue;
    volumes[i].pool_id = Id<model::StoragePool>(choice.pools[i]);
    volumes[i].updated = stage.cloud.now();
    model::move(tx, volumes[i], model::VolumeEvent::create);
    out.volumes.push_back(volumes[i].id);
    out.homes.push_back(pool_spec(sql::need<model::StoragePool>(tx, volumes[i].pool_id)));
  }
  instance.host_id = out.host;
  instance.pod_id = Id<model::Pod>(choice.pod);
  instance.cluster_id = Id<model::Cluster>(choice.cluster);
  instance.updated = stage.cloud.now();
  sql::update(tx, instance);
  for (auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null order by device_position",
                                        order.instance)) {
    nic.state = model::NicState::reserved;
    sql::update(tx, nic);
    out.networks.push_back(prepare_network(tx, stage.cloud, nic.network_id, out.host));
  }
}

/// A deployment that failed keeps nothing but its row, in state Error.
void give_up(durable::Stage& stage, sql::Transaction& tx, model::Instance& instance) {
  unplug_for_good(tx, stage.cloud, instance.id);
  for (auto& volume : volumes_of(tx, instance.id)) {
    volume.state = model::VolumeState::expunged;
    volume.instance_id = {};
    volume.removed = stage.cloud.now();
    model::forget_marks(tx, volume.id);
    sql::update(tx, volume);
  }
  model::move(tx, instance, model::InstanceEvent::deploy_failed);
}

void unrecord_reserve(durable::Stage& stage, sql::Transaction& tx, const StartOrder& order, const Reservation& out) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  model::release(tx, out.host, share_of(instance));
  for (const auto& id : out.volumes) {
    auto volume = sql::need<model::Volume>(tx, id);
    model::release(tx, volume.pool_id, volume.bytes);
    volume.pool_id = {};
    model::move(tx, volume, model::VolumeEvent::failed);
  }
  unplug(tx, order.instance);
  for (auto at = out.networks.rbegin(); at != out.networks.rend(); ++at)
    give_back_network(tx, stage.cloud, *at, order.instance);
  instance.host_id = {};
  instance.updated = stage.cloud.now();
  sql::update(tx, instance);
}

void take_start(durable::Stage& stage, sql::Transaction& tx, const StartOrder& order, StartOrder& out) {
  out = order;
  if (order.leave_stopped) return;
  auto instance = sql::need<model::Instance>(tx, order.instance);
  instance.updated = stage.cloud.now();
  model::move(tx, instance, model::InstanceEvent::start);
}

void give_back_start(durable::Stage& stage, sql::Transaction& tx, const StartOrder& order, const StartOrder&) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  if (instance.state != model::InstanceState::starting) return;
  instance.updated = stage.cloud.now();
  if (order.deploys) give_up(stage, tx, instance);
  else model::move(tx, instance, model::InstanceEvent::start_failed);
}

Task<OnHost> act_start(durable::Stage& stage, OnHost order) {
  const auto spec = look(stage, [&](sql::Transaction& tx) { return instance_spec(tx, stage.cloud, order.instance); });
  co_await ask<&Driver::start>(stage, order.host, spec);
  co_return order;
}

void record_start(durable::Stage& stage, sql::Transaction& tx, const OnHost& order, OnHost&) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  instance.last_host_id = order.host;
  instance.power = model::PowerState::on;
  instance.power_seen = instance.started = instance.updated = stage.cloud.now();
  model::move(tx, instance, model::InstanceEvent::started);
}

Task<void> undo_start(durable::Stage& stage, OnHost order, OnHost) {
  const auto instance =
      look(stage, [&](sql::Transaction& tx) { return sql::need<model::Instance>(tx, order.instance); });
  if (stage.late && instance.host_id == order.host) co_return;  // started again
  co_await ask<&Driver::forget>(stage, order.host, {order.instance, instance.internal_name});
}

void unrecord_start(durable::Stage&, sql::Transaction& tx, const OnHost& order, const OnHost&) {
  auto instance = sql::need<model::Instance>(tx, order.instance);
  instance.state = model::InstanceState::starting;
  sql::update(tx, instance);
}

const durable::Step<StartOrder, Reservation> reserve_place{
    .name = "reserve place", .record = record_reserve, .unrecord = unrecord_reserve};
const durable::Step<OnHost, OnHost> start_guest{.name = "start guest",
                                                .act = act_start,
                                                .record = record_start,
                                                .undo = undo_start,
                                                .unrecord = unrecord_start,
                                                .deadline = 120s};
}  // namespace

model::HostShare share_of(const model::Instance& instance) {
  return {instance.cpus, std::int64_t(instance.cpus) * instance.cpu_mhz, std::int64_t(instance.memory_mb) << 20};
}

std::vector<durable::AnyStep> start_steps() {
  return {durable::any_step(reserve_place), durable::any_step(start_guest)};
}

Foreseen foresee(sql::Transaction& tx, Cloud& cloud, const durable::FlowRow& flow) {
  Foreseen out;
  if (flow.kind != "start instance") return out;
  const auto order = from_json<StartOrder>(flow.input);
  if (order.leave_stopped) return out;
  durable::Stage stage{cloud, flow.id, 0, flow.epoch, {}};
  Reservation place;
  record_reserve(stage, tx, order, place);
  out.host_id = place.host;
  out.host_name = sql::need<model::Host>(tx, place.host).name;
  for (const auto& volume : volumes_of(tx, order.instance)) {
    const auto pool = sql::need<model::StoragePool>(tx, volume.pool_id);
    out.volume.push_back({order.deploys ? Id<model::Volume>() : volume.id, volume.name, pool.id, pool.name});
  }
  return out;
}

const durable::Claim<StartOrder, StartOrder> claim_start{.take = take_start, .give_back = give_back_start};

Task<Reservation> start_instance(durable::Flow& flow, StartOrder order) {
  if (order.leave_stopped) co_return Reservation{};
  auto place = co_await flow.run(reserve_place, order);
  NetworksOnHost networks{.instance = place.instance, .host = place.host, .networks = place.networks};
  // First, since from now on others tell the host of its networks, and this step's undo takes that back.
  co_await flow.run(raise_segments, networks);
  if (!place.volumes.empty()) {
    co_await flow.run(bring_templates, place);
    co_await flow.run(create_volumes, place);
  }
  co_await flow.run(raise_routers, networks);
  co_await flow.run(start_guest, OnHost{place.instance, place.host});
  co_return place;
}

}  // namespace welkin::flows
