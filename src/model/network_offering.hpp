// A network offering: which services a network has, who serves them, and its manners.
#pragma once

#include "model/network_kinds.hpp"
#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

CHOICES(Availability, (optional, "Optional"), (required, "Required"))

/// One service of an offering and who serves it.
struct OfferedService {
  FIELDS(OfferedService,
    (std::string, name, "Dhcp, Dns, SourceNat, Firewall …"),
    (std::vector<std::string>, providers, "VirtualRouter, ConfigDrive …"),
    (TextMap, capabilities, "What it can do, where that differs from the provider's usual."))
};

struct NetworkOffering {
  static constexpr std::string_view table = "network_offerings";
  static constexpr std::string_view indexes[] = {"unique (name) where removed is null"};
  FIELDS(NetworkOffering,
    (Id<NetworkOffering>, id, "The offering."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Unique among network offerings."),
    (std::string, display_text, "What it is, for users."),
    (EnabledState, state, "Whether it can be chosen."),
    (Traffic, traffic, "What flows in its networks."),
    (GuestType, guest_type, "Who shares its networks."),
    (std::vector<OfferedService>, services, "What its networks can do."),
    (Availability, availability, "Whether a zone can do without it."),
    (bool, is_default, "Comes with the cloud; cannot be removed."),
    (bool, is_system, "For the cloud's own networks, not for users."),
    (bool, specify_vlan, "The caller names the VLAN."),
    (bool, specify_ip_ranges, "The caller names the addresses."),
    (bool, conserve_mode, "One public address may serve several services."),
    (bool, persistent, "It stands even with no instance in it."),
    (bool, egress_open, "Guests may reach the outside unless a rule says no."),
    (bool, for_vpc, "Only for tiers of a VPC."),
    (bool, public_access, "Its networks may be open to the outside."),
    (bool, redundant_router, "Two routers stand in for each other."),
    (int, network_rate, "Megabits per second of each nic; 0 takes the cloud's."),
    (int, connections_max, "Most connections its load balancer holds; 0 takes the cloud's."),
    (bool, keep_alive, "The load balancer keeps connections open."),
    (std::string, internet_protocol, "IPv4 or DualStack."),
    (std::string, network_mode, "NATTED or ROUTED."),
    (std::vector<std::string>, tags, "Only physical networks with these."),
    (Id<ServiceOffering>, service_offering_id, "Size of its routers; may be nil."),
    (std::vector<Id<Domain>>, domain_ids, "Only these domains and those beneath may choose it; none is all."),
    (std::vector<Id<Zone>>, zone_ids, "Only these zones have it; none is all."),
    (int, sort_key, "Place in lists, smaller first."),
    (TextMap, details, "Further facts, by name."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

/// The service of this name, in any case; nothing when the offering lacks it.
const OfferedService* service_of(const NetworkOffering& offering, std::string_view service);
inline bool offers(const NetworkOffering& offering, std::string_view service) {
  return service_of(offering, service) != nullptr;
}

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::NetworkOffering)
