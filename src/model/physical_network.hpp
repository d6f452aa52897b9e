// A physical network of a zone: what carries which traffic, and who serves what on it.
#pragma once

#include "model/network_kinds.hpp"
#include "model/transitions.hpp"
#include "model/nouns.hpp"

namespace welkin::model {

struct VniRange {
  FIELDS(VniRange, (std::int64_t, first, "First identifier."), (std::int64_t, last, "Last identifier."))
};

struct PhysicalNetwork {
  static constexpr std::string_view table = "physical_networks";
  static constexpr std::string_view indexes[] = {"unique (zone_id, name) where removed is null"};
  FIELDS(PhysicalNetwork,
    (Id<PhysicalNetwork>, id, "The physical network."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Unique in its zone."),
    (Id<Zone>, zone_id, "Its zone."),
    (Id<Domain>, domain_id, "The only domain that may use it; nil when open to all."),
    (EnabledState, state, "Whether networks may be made on it."),
    (std::vector<VniRange>, vni_ranges, "VLANs or VXLAN identifiers that guest networks may take."),
    (std::vector<std::string>, isolation_methods, "VXLAN, VLAN …"),
    (std::string, broadcast_domain_range, "ZONE or POD."),
    (std::string, speed, "As the operator says: 1G, 10G."),
    (std::vector<std::string>, tags, "Offerings with tags go only where these are."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

/// Which traffic a physical network carries, and by which link of the hosts.
struct TrafficType {
  static constexpr std::string_view table = "traffic_types";
  static constexpr std::string_view indexes[] = {"unique (physical_network_id, traffic)"};
  FIELDS(TrafficType,
    (Id<TrafficType>, id, "The entry."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<PhysicalNetwork>, physical_network_id, "The physical network."),
    (Traffic, traffic, "What it carries."),
    (std::string, kvm_label, "Link or bridge on KVM hosts; empty takes the host's default."),
    (std::string, vmware_label, "Switch on VMware hosts."),
    (std::string, xenserver_label, "Network on XenServer hosts."),
    (std::string, hyperv_label, "Switch on Hyper-V hosts."),
    (std::string, vlan, "VLAN of this traffic, where it has one."),
    (std::vector<std::string>, isolation_methods, "How its networks are kept apart, where it differs."))
};

CHOICES(ProviderState, (disabled, "Disabled"), (enabled, "Enabled"), (shutdown, "Shutdown"))
CHOICES(ProviderEvent, (enable, "be enabled"), (disable, "be disabled"), (shut_down, "be shut down"))

/// Who can serve network services on a physical network.
struct NetworkProvider {
  static constexpr std::string_view table = "network_providers";
  static constexpr std::string_view indexes[] = {"unique (physical_network_id, name) where removed is null"};
  FIELDS(NetworkProvider,
    (Id<NetworkProvider>, id, "The provider on this physical network."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "VirtualRouter, InternalLbVm …"),
    (Id<PhysicalNetwork>, physical_network_id, "Where it serves."),
    (Id<PhysicalNetwork>, destination_physical_network_id, "Where it reaches to; may be nil."),
    (ProviderState, state, "Whether it serves."),
    (std::vector<std::string>, services, "What it serves here."),
    (Time, created, "When it was added."),
    (std::optional<Time>, removed, "When it was removed."))
};

inline constexpr auto provider_transitions = [] {
  using S = ProviderState;
  using E = ProviderEvent;
  return table_of<S, E>({
      {S::disabled, E::enable, S::enabled},
      {S::disabled, E::disable, S::disabled},
      {S::disabled, E::shut_down, S::shutdown},
      {S::enabled, E::enable, S::enabled},
      {S::enabled, E::disable, S::disabled},
      {S::enabled, E::shut_down, S::shutdown},
      {S::shutdown, E::enable, S::enabled},
      {S::shutdown, E::disable, S::disabled},
  });
}();
constexpr std::optional<ProviderState> next(ProviderState state, ProviderEvent event) {
  return next_in(provider_transitions, state, event);
}
static_assert(is_deterministic(provider_transitions));

CHOICES(ElementKind, (virtual_router, "VirtualRouter"), (vpc_virtual_router, "VPCVirtualRouter"),
        (internal_lb, "InternalLbVm"))

/// The part of a provider that must be enabled before the provider is.
struct ProviderElement {
  static constexpr std::string_view table = "provider_elements";
  static constexpr std::string_view indexes[] = {"unique (provider_id, kind)"};
  FIELDS(ProviderElement,
    (Id<ProviderElement>, id, "The element."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<NetworkProvider>, provider_id, "Its provider."),
    (ElementKind, kind, "What it is."),
    (bool, enabled, "Whether it works."))
};

/// A network identifier in use. Two networks never hold the same one in a zone.
struct VniLease {
  static constexpr std::string_view table = "vni_leases";
  static constexpr std::string_view indexes[] = {"unique (zone_id, vni)", "(network_id)"};
  FIELDS(VniLease,
    (Id<VniLease>, id, "The lease."),
    (Id<Zone>, zone_id, "Where it counts."),
    (Id<PhysicalNetwork>, physical_network_id, "From whose ranges it is."),
    (std::int64_t, vni, "The identifier."),
    (Id<Network>, network_id, "Who holds it."),
    (Time, taken, "Since when."))
};

/// Who takes an identifier.
struct VniTaker {
  Id<Network> network;
  Id<VniLease> lease;       ///< id of the new row
  Time now;
  std::int64_t wished = 0;  ///< this very one; 0 is any
};
/// Takes an identifier that is free, or answers the one that the network holds already. Identifiers go round,
/// so that one given back rests before it is used again. Throws `exhausted` when none is left, `conflict`
/// when the wished one is taken.
std::int64_t take_vni(sql::Transaction& tx, const PhysicalNetwork& physical, const VniTaker& taker);
/// Gives back what the network holds; nothing is fine.
void give_back_vni(sql::Transaction& tx, const Id<Network>& network);
/// The oldest physical network of the zone that carries Public traffic.
std::optional<PhysicalNetwork> public_carrier_of(sql::Transaction& tx, const Id<Zone>& zone);
/// Reads `500-1000,2000-2100`, or one number. Throws `invalid` on other text, on ranges that overlap, and
/// above 24 bits.
std::vector<VniRange> parse_vni_ranges(std::string_view text);
/// The inverse.
std::string vni_ranges_text(const std::vector<VniRange>& ranges);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::PhysicalNetwork)
ROW_ELSEWHERE(welkin::model::TrafficType)
ROW_ELSEWHERE(welkin::model::NetworkProvider)
ROW_ELSEWHERE(welkin::model::ProviderElement)
ROW_ELSEWHERE(welkin::model::VniLease)
