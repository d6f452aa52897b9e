// Where an instance runs and where its disks lie: a pure function of a request and a snapshot, with the reasons why the
// others were refused.
#pragma once

#include <array>
#include <cstdint>
#include <map>
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

/// What the instance's affinity groups ask for.
struct Affinities {
  std::vector<std::set<Uuid>> together;           ///< hosts of each strict group's others, where it has some: one of these
  std::set<Uuid> apart;                           ///< hosts of those it must not meet
  std::set<Uuid> rather_together, rather_apart;   ///< hosts that are tried first, and last
  std::set<Uuid> dedicated;                       ///< its groups that places are kept for: there it goes, and only there
};

/// For whom a place is kept: those in a group, which an account or all of a domain may be in.
struct Kept {
  Uuid group;
  Uuid account;             ///< nil when it is for all of the domain
  std::string domain_path;  ///< and for those beneath it
};
using KeptPlaces = std::map<Uuid, Kept>;

struct Wish {
  Uuid zone;
  Uuid account;             ///< who owns the instance
  std::string domain_path;  ///< the owner's domain
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
  Affinities affinities;
};

/// A zone as placement sees it.
struct Snapshot {
  std::vector<HostView> hosts;
  std::vector<PoolView> pools;  ///< those that more than one host reaches
  bool local_will_do = false;   ///< with no such pool, hosts' own serve for shared ones
  KeptPlaces kept;              ///< hosts, clusters, pods, and the zone itself
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

/// Why the instance may not run there for somebody else's sake, or nothing. `places` are a host and what it lies in, the
/// innermost first and the zone last: the innermost that is kept decides. Where the zone itself is kept, all for whom it is
/// may run in it, in the group or not.
std::optional<std::string> why_kept(const Wish& wish, const std::array<Uuid, 4>& places, const KeptPlaces& kept);

/// Ranks the hosts that can take the wish: those that its affinities like first, then the preferred one, then those with the
/// most room left.
Verdict place(const Wish& wish, const Snapshot& snapshot);

}  // namespace welkin::placement
