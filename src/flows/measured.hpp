// What hosts and instances were last seen to use: in this server's memory only, and forgotten with it.
#pragma once

#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>

#include "hypervisor/driver.hpp"

namespace welkin::flows {

/// An instance's use. What counts up is given since its start, and since the measurement before.
struct InstanceUse {
  hypervisor::Usage total;
  hypervisor::Usage recent;  ///< memory is as in `total`
  double cores = 0;          ///< processors kept busy, on average since the measurement before
  bool compared = false;     ///< there is a measurement before; else `recent` and `cores` say nothing
};
struct HostUse {
  double cpu_percent = 0;  ///< of all its processors
  std::int64_t memory_bytes = 0;
  std::int64_t network_bytes_in = 0;   ///< since it was started
  std::int64_t network_bytes_out = 0;  ///< since it was started
};

/// The newest measurement of each host. May be used from any thread.
class Measured {
 public:
  void note(const Uuid& host, const hypervisor::Statistics& seen, Time now);
  /// Forgets all hosts but these.
  void keep(const std::set<Uuid>& hosts);

  /// Nothing for what was not measured.
  std::optional<InstanceUse> of_instance(const Uuid& host, const Uuid& instance) const;
  std::optional<HostUse> of_host(const Uuid& host) const;

 private:
  struct Known {
    HostUse use;
    Time at;
    std::unordered_map<Uuid, InstanceUse> instances;
  };

  mutable std::mutex mutex_;
  std::unordered_map<Uuid, Known> hosts_;
};

}  // namespace welkin::flows
