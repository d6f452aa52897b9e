// Hosts that this server simulates: full drivers in memory, asked as if they were far away.
#pragma once

#include <map>
#include <mutex>

#include "flows/cloud.hpp"
#include "hypervisor/simulator/simulator.hpp"
#include "link/local.hpp"
#include "model/host.hpp"
#include "network/simulator/fabric.hpp"
#include "storage/simulator/pools.hpp"

namespace welkin::server {

class SimulatedHosts {
 public:
  explicit SimulatedHosts(link::LocalAgents& agents) : agents_(agents) {}

  void add(Uuid host, const std::string& name, int cpus, int cpu_mhz, std::int64_t memory_bytes);
  void remove(Uuid host);
  /// Builds all simulated hosts anew from the records, with what runs and stands on them: they lived in a process that
  /// ended.
  void revive(Cloud& cloud);

 private:
  struct Host {
    Host(const std::string& name, int cpus, int cpu_mhz, std::int64_t memory_bytes);
    hypervisor::simulator::Hypervisor hypervisor;
    storage::simulator::Pools pools;
    network::simulator::Fabric fabric;
  };
  void revive_disks(sql::Transaction& tx, const Id<model::Host>& id, Host& host);
  void revive_network(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& id, Host& host);
  void revive_guests(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& id, Host& host);
  link::LocalAgents& agents_;
  std::mutex mutex_;
  std::map<Uuid, std::unique_ptr<Host>> hosts_;
};

}  // namespace welkin::server
