// Makes and forgets simulated hosts.
#include "server/simulated_hosts.hpp"

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

}  // namespace welkin::server
