// A zone: usually one data centre. Nothing of a guest ever spans two.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

CHOICES(NetworkType, (advanced, "Advanced"), (basic, "Basic"))
CHOICES(ZoneType, (core, "Core"), (edge, "Edge"))

struct Zone {
  static constexpr std::string_view table = "zones";
  static constexpr std::string_view indexes[] = {"unique (name) where removed is null"};
  FIELDS(Zone,
    (Id<Zone>, id, "The zone."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Unique among zones."),
    (std::string, description, "Free text of the operator."),
    (std::string, dns1, "First resolver that guests use."),
    (std::string, dns2, "Second resolver that guests use."),
    (std::string, ip6_dns1, "First resolver by IPv6."),
    (std::string, ip6_dns2, "Second resolver by IPv6."),
    (std::string, internal_dns1, "First resolver of the zone's own parts."),
    (std::string, internal_dns2, "Second resolver of the zone's own parts."),
    (std::string, guest_cidr, "Where isolated networks get their addresses unless told otherwise."),
    (std::string, network_domain, "DNS suffix of its guest networks; empty takes the cloud's."),
    (Id<Domain>, domain_id, "The only domain that may use it; nil when open to all."),
    (NetworkType, network_type, "How its guests are connected."),
    (ZoneType, zone_type, "Full zone, or a small one at the edge."),
    (AllocationState, allocation_state, "Whether it takes new work."),
    (bool, security_groups_enabled, "Guests are guarded by security groups."),
    (bool, local_storage_enabled, "Volumes may lie on a host's own disks."),
    (std::string, dhcp_provider, "Who hands out addresses."),
    (bool, user_may_set_mtu, "Users may choose a network's MTU."),
    (int, private_mtu_max, "Largest MTU inside guest networks."),
    (int, public_mtu_max, "Largest MTU towards the outside."),
    (int, sort_key, "Place in lists, smaller first."),
    (TextMap, details, "Further facts, by name."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Zone)
