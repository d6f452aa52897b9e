// Capacity, as lists of places show it.
#pragma once

#include "base/described.hpp"
#include "model/cluster.hpp"
#include "model/pod.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

struct CapacityAnswer {
  FIELDS(CapacityAnswer,
    (std::int16_t, type, "0 memory, 1 processor speed, 3 promised storage, 2 used storage, 4 public addresses, 5 management addresses, 7 VLANs, 90 processors."),
    (std::string, name, "Its name."),
    (Id<model::Zone>, zone_id, "Where."),
    (std::string, zone_name, "The zone's name."),
    (Id<model::Pod>, pod_id, "Where."),
    (std::optional<std::string>, pod_name, "The pod's name."),
    (Id<model::Cluster>, cluster_id, "Where."),
    (std::optional<std::string>, cluster_name, "The cluster's name."),
    (std::int64_t, capacity_allocated, "Promised."),
    (std::int64_t, capacity_used, "Used or promised."),
    (std::int64_t, capacity_total, "There is."),
    (std::string, percent_used, "Used, in percent with two decimals."))
};

/// Capacities of a zone, or of a pod or cluster of it.
std::vector<CapacityAnswer> capacities_of(sql::Transaction& tx, const Id<model::Zone>& zone, const Id<model::Pod>& pod,
                                          const Id<model::Cluster>& cluster);

}  // namespace welkin::commands
