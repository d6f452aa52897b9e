// A range of addresses the cloud may give away: public ones, or those of a shared network.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct VlanRange {
  static constexpr std::string_view table = "vlan_ranges";
  static constexpr std::string_view indexes[] = {"(zone_id)", "(physical_network_id)", "(network_id)"};
  FIELDS(VlanRange,
    (Id<VlanRange>, id, "The range."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Zone>, zone_id, "Its zone."),
    (Id<PhysicalNetwork>, physical_network_id, "What carries it."),
    (Id<Network>, network_id, "The shared network, or the zone's public one, whose addresses these are."),
    (Id<Pod>, pod_id, "The only pod that uses it; nil for all."),
    (std::string, vlan, "VLAN as the operator wrote it; untagged when there is none."),
    (std::string, gateway, "Next hop."),
    (std::string, netmask, "Of the network around it."),
    (std::string, first_address, "First IPv4 address."),
    (std::string, last_address, "Last IPv4 address."),
    (bool, for_virtual_network, "Public addresses that isolated networks are reached by."),
    (bool, for_system, "Only for the cloud's own machines."),
    (Id<Account>, account_id, "The only account that may use it; nil for all."),
    (Id<Domain>, domain_id, "The only domain that may use it; nil for all."),
    (Time, created, "When it was added."),
    (std::optional<Time>, removed, "When it was removed."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::VlanRange)
