// Makes and forgets simulated hosts.
#include "server/simulated_hosts.hpp"

#include "base/log.hpp"
#include "flows/specs.hpp"
#include "model/template_copy.hpp"

namespace welkin::server {

namespace {
constexpr std::int64_t pool_bytes = std::int64_t(4) << 40;
constexpr std::string_view outside_bridge = "sim-outside";  // as addHost records it of simulated hosts
}

SimulatedHosts::Host::Host(const std::string& name, int cpus, int cpu_mhz, std::int64_t memory_bytes)
    : hypervisor(hypervisor::simulator::plain_facts(name, cpus, cpu_mhz, memory_bytes)), pools(pool_bytes) {
  hypervisor.on_growth([this](const Uuid& disk, std::int64_t bytes) { pools.grown(disk, bytes); });
}

void SimulatedHosts::add(Uuid id, const std::string& name, int cpus, int cpu_mhz, std::int64_t memory_bytes) {
  const std::lock_guard lock(mutex_);
  auto& host = hosts_[id];
  if (host) return;
  host = std::make_unique<Host>(name, cpus, cpu_mhz, memory_bytes);
  host->fabric.ensure_outside({std::string(outside_bridge), "", "203.0.113.1", 24});
  agents_.add(id, link::Hands{host->hypervisor, host->pools, host->fabric});
}

void SimulatedHosts::remove(Uuid id) {
  agents_.remove(id);
  const std::lock_guard lock(mutex_);
  hosts_.erase(id);
}

void SimulatedHosts::revive(Cloud& cloud) {
  const auto rows = sql::read(cloud.database, [](sql::Transaction& tx) {
    return sql::all<model::Host>(tx, "where agent_id is null and hypervisor = 'Simulator' and removed is null");
  });
  for (const auto& row : rows) {
    add(row.id, row.name, row.cpus ? row.cpus : 16, row.cpu_mhz ? row.cpu_mhz : 2000,
        row.memory_bytes ? row.memory_bytes : std::int64_t(64) << 30);
    auto& host = *hosts_.at(row.id);
    cloud.database.read([&](sql::Transaction& tx) {
      try {
        revive_disks(tx, row.id, host);
        revive_network(tx, cloud, row.id, host);
        revive_guests(tx, cloud, row.id, host);
      } catch (const Error& error) {
        log::warning("the simulated host {} is not as it was: {}", row.name, error.message);
      }
    });
  }
}

void SimulatedHosts::revive_disks(sql::Transaction& tx, const Id<model::Host>& id, Host& host) {
  for (const auto& pool : sql::all<model::StoragePool>(tx, "where host_id = $1 and removed is null", id)) {
    const auto spec = flows::pool_spec(pool);
    host.pools.open(spec);
    for (const auto& copy : sql::all<model::TemplatePool>(tx, "where pool_id = $1 and state = 'Ready'", pool.id))
      host.pools.bring_template(
          {spec, copy.template_id, copy.template_id.text(), copy.format, copy.physical_bytes, ""});
    for (const auto& volume :
         sql::all<model::Volume>(tx, "where pool_id = $1 and state = 'Ready' and removed is null", pool.id))
      host.pools.create({spec, volume.id, volume.bytes, volume.template_id});
  }
}

void SimulatedHosts::revive_network(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& id, Host& host) {
  for (const auto& network : sql::all<model::Network>(tx, "where state = 'Implemented' and removed is null")) {
    const auto carriers = flows::carriers_of(tx, network.id, {});
    if (std::ranges::find(carriers, id, &flows::Carrier::id) == carriers.end()) continue;
    host.fabric.ensure_segment(flows::segment_spec(cloud, network, id, carriers));
    const auto router = flows::router_of(tx, network.id);
    if (router && router->host_id == id) host.fabric.ensure_router(flows::router_spec(tx, cloud, network, *router, {}));
  }
}

void SimulatedHosts::revive_guests(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& id, Host& host) {
  for (const auto& instance :
       sql::all<model::Instance>(tx, "where host_id = $1 and state = 'Running' and removed is null", id)) {
    host.fabric.guard(flows::guard_spec(tx, cloud, instance.id));
    host.hypervisor.start(flows::instance_spec(tx, cloud, instance.id));
  }
}

}  // namespace welkin::server
