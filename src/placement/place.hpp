// Where an instance runs and where its disks lie: a pure function of a request and a snapshot, with the reasons why the
// others were refused.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/id.hpp"

namespace welkin::placement {

/// A pool as placement sees it.
struct PoolView {
  Uuid id, zone, pod, cluster, host;  ///< nil where it reaches further
  std::string name;
  bool up = false;
  bool local = false;
  std::vector<std::string> tags;
  std::int64_t bytes = 0;  ///< promised at most
  std::int64_t bytes_reserved = 0;
};

/// A host as placement sees it.
struct HostView {
  Uuid id, zone, pod, cluster;
  std::string name;
  std::string hypervisor;
  std::string arch;
  bool up = false;           ///< heard of
  bool enabled = false;      ///< wanted: host, cluster, pod and zone take new work
  std::string why_disabled;  ///< which of them does not
  bool uefi = false;
  std::vector<std::string> tags;
  std::int64_t cpu_mhz = 0;  ///< promised at most, overcommit included
  std::int64_t cpu_mhz_reserved = 0;
  std::int64_t memory_bytes = 0;  ///< promised at most, overcommit included
  std::int64_t memory_bytes_reserved = 0;
  std::int64_t instances_max = 0;  ///< 0 is no limit
  std::int64_t instances_reserved = 0;
  std::vector<PoolView> pools;  ///< those that only it reaches
};

struct DiskWish {
  std::int64_t bytes = 0;
  bool local = false;
  std::vector<std::string> tags;
  Uuid pool;  ///< where it lies already; nil when it may be chosen
};

struct Wish {
  Uuid zone;
  Uuid pod, cluster, host;  ///< nil when any will do
  std::string hypervisor;
  std::string arch;
  std::int64_t cpu_mhz = 0;
  std::int64_t memory_bytes = 0;
  bool uefi = false;
  std::vector<std::string> tags;
  std::vector<DiskWish> disks;
  std::set<Uuid> avoid;  ///< hosts, clusters, pods
  Uuid preferred_host;   ///< where its memory of the world is: tried first
};

/// A zone as placement sees it.
struct Snapshot {
  std::vector<HostView> hosts;
  std::vector<PoolView> pools;  ///< those that more than one host reaches
  bool local_will_do = false;   ///< with no such pool, hosts' own serve for shared ones
};

struct Refusal {
  std::string host;
  std::string reason;
};

struct Choice {
  Uuid host, pod, cluster;
  std::vector<Uuid> pools;  ///< one for each disk of the wish, in order
};

struct Verdict {
  std::vector<Choice> ranked;  ///< best first, at most 20
  std::vector<Refusal> refused;

  /// Why nothing was found, host by host: at most ten of them, then how many more.
  std::string reasons() const;
};

/// Ranks the hosts that can take the wish: the preferred one first, then those with the most room left.
Verdict place(const Wish& wish, const Snapshot& snapshot);

}  // namespace welkin::placement
