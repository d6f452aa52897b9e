// Capacity: what a place has, and how much of it is promised or used.
#pragma once

#include "model/cluster.hpp"
#include "model/pod.hpp"
#include "model/zone.hpp"

namespace welkin::model {

/// In the numbers of the API.
enum class CapacityType : std::int16_t {
  memory = 0,
  cpu = 1,
  storage = 2,
  storage_allocated = 3,
  public_addresses = 4,
  management_addresses = 5,
  secondary_storage = 6,
  vlans = 7,
  local_storage = 9,
  cpu_cores = 90,
};
/// As clients know it.
std::string_view name_of(CapacityType type);

struct Capacity {
  CapacityType type;
  std::int64_t used = 0, total = 0;
  /// Of 1; 0 where there is nothing.
  double share() const { return total > 0 ? double(used) / double(total) : 0; }
};

/// A zone, or a pod or cluster of it.
struct Place {
  Id<Zone> zone;
  Id<Pod> pod{};
  Id<Cluster> cluster{};
};

/// Of a zone all that it has, of a pod or a cluster what lies in it. Hosts count while they are enabled, by their
/// overcommitment. With a tag it is what hosts and pools with this tag have.
std::vector<Capacity> capacities_of(sql::Transaction& tx, const Place& place, const std::optional<std::string>& tag = {});

}  // namespace welkin::model
