// Hosts and pools taken in.
#include "flows/hosts.hpp"

#include "flows/hands.hpp"
#include "flows/specs.hpp"
#include "model/overcommit.hpp"

namespace welkin::flows {

namespace {
using hypervisor::Driver;
using hypervisor::HostFacts;

void give_back_host(durable::Stage& stage, sql::Transaction& tx, const HostOrder& order, const HostOrder&) {
  auto host = sql::get<model::Host>(tx, order.host);
  if (!host) return;
  host->removed = stage.cloud.now();
  host->agent_id = {};
  sql::update(tx, *host);
}

Task<HostFacts> act_probe(durable::Stage& stage, HostOrder order) {
  co_return co_await ask<&Driver::probe>(stage, order.host, {});
}

void record_probe(durable::Stage& stage, sql::Transaction& tx, const HostOrder& order, HostFacts& facts) {
  auto host = sql::need<model::Host>(tx, order.host);
  const auto cluster = sql::need<model::Cluster>(tx, host.cluster_id);
  if (facts.hypervisor != name_of(cluster.hypervisor))
    throw Error(Fault::invalid,
                fmt::format("The host runs {}, its cluster {}; add it to a cluster of its kind.", facts.hypervisor,
                            name_of(cluster.hypervisor)),
                "hypervisor");
  host.hypervisor = cluster.hypervisor;
  host.hypervisor_version = facts.version;
  if (!facts.name.empty()) host.name = facts.name;
  host.arch = choice_named<model::Arch>(facts.arch).value_or(model::Arch::x86_64);
  host.os = facts.os;
  host.cpu_model = facts.cpu_model;
  host.cpu_sockets = facts.cpu_sockets;
  host.cpus = facts.cpus;
  host.cpu_mhz = facts.cpu_mhz;
  host.memory_bytes = facts.memory_bytes;
  host.accelerated = facts.accelerated;
  host.uefi = facts.uefi;
  host.snapshots = facts.snapshots;
  host.hot_plug_cpu = facts.hot_plug_cpu;
  host.hot_plug_memory = facts.hot_plug_memory;
  host.instances_max = facts.instances_max;
  host.disks_max = facts.disks_max;
  model::set_capacity(host, cluster.cpu_overcommit, cluster.memory_overcommit);
  host.status = model::HostStatus::up;
  if (host.resource_state == model::ResourceState::creating) host.resource_state = model::ResourceState::enabled;
  host.last_pinged = stage.cloud.now();
  sql::update(tx, host);
}

void give_back_pool(durable::Stage& stage, sql::Transaction& tx, const PoolOrder& order, const PoolOrder&) {
  auto pool = sql::get<model::StoragePool>(tx, order.pool);
  if (!pool) return;
  pool->removed = stage.cloud.now();
  sql::update(tx, *pool);
}

Task<storage::PoolFacts> act_open(durable::Stage& stage, PoolOrder order) {
  const auto pool = look(stage, [&](sql::Transaction& tx) { return sql::need<model::StoragePool>(tx, order.pool); });
  co_return co_await ask<&storage::Pools::open>(stage, order.host, pool_spec(pool));
}

void record_open(durable::Stage&, sql::Transaction& tx, const PoolOrder& order, storage::PoolFacts& facts) {
  auto pool = sql::need<model::StoragePool>(tx, order.pool);
  if (pool.capacity_bytes == 0) pool.capacity_bytes = facts.capacity_bytes;
  pool.used_bytes = facts.used_bytes;
  model::take_overcommit(tx, pool);
  model::move(tx, pool, model::PoolEvent::opened);
}

const durable::Step<HostOrder, HostFacts> probe{
    .name = "probe host", .act = act_probe, .record = record_probe, .deadline = 90s};
const durable::Step<PoolOrder, storage::PoolFacts> open_pool{
    .name = "open pool", .act = act_open, .record = record_open};
}  // namespace

const durable::Claim<HostOrder, HostOrder> claim_host{.give_back = give_back_host};
const durable::Claim<PoolOrder, PoolOrder> claim_pool{.give_back = give_back_pool};

Task<HostOrder> add_host(durable::Flow& flow, HostOrder order) {
  co_await flow.run(probe, order);
  co_return order;
}

Task<HostOrder> probe_host(durable::Flow& flow, HostOrder order) {
  co_await flow.run(probe, order);
  co_return order;
}

Task<PoolOrder> add_pool(durable::Flow& flow, PoolOrder order) {
  co_await flow.run(open_pool, order);
  co_return order;
}

}  // namespace welkin::flows
