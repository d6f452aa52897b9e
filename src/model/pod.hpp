// A pod: racks that share a management network.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// Addresses of the management network kept for the cloud's own use.
struct PodRange {
  FIELDS(PodRange,
    (std::string, first, "First IPv4 address."),
    (std::string, last, "Last IPv4 address."),
    (bool, for_system, "Only for system machines."),
    (std::string, vlan, "VLAN of these addresses; empty is untagged."))
};

struct Pod {
  static constexpr std::string_view table = "pods";
  static constexpr std::string_view indexes[] = {"unique (zone_id, name) where removed is null"};
  FIELDS(Pod,
    (Id<Pod>, id, "The pod."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Unique in its zone."),
    (Id<Zone>, zone_id, "Its zone."),
    (std::string, cidr, "Its management network."),
    (std::string, gateway, "Way out of it."),
    (std::vector<PodRange>, ranges, "Addresses in it that the cloud may use."),
    (AllocationState, allocation_state, "Whether it takes new work."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Pod)
