// Capacity, as lists of places show it.
#pragma once

#include "base/described.hpp"
#include "model/capacity.hpp"

namespace welkin::commands {

struct CapacityAnswer {
  FIELDS(CapacityAnswer,
    (std::int16_t, type, "0 memory, 1 processor speed, 2 used storage, 3 promised storage, 4 public addresses, 5 management addresses, 6 image stores, 7 VLANs, 9 hosts' own storage, 90 processors."),
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
    (std::string, percent_used, "Used, in percent with two decimals."),
    (std::optional<std::string>, tag, "Only of hosts and pools with this tag."))
};

/// As answers show them, with the place's names.
std::vector<CapacityAnswer> capacity_answers(sql::Transaction& tx, const model::Place& place,
                                             const std::optional<std::string>& tag = {});

}  // namespace welkin::commands
