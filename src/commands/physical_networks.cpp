// Commands of physical networks: their traffic, providers, and public ranges.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "model/physical_network.hpp"
#include "model/pod.hpp"
#include "model/public_address.hpp"
#include "model/vlan_range.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;


struct PhysicalNetworkAnswer {
  FIELDS(PhysicalNetworkAnswer,
    (Id<model::PhysicalNetwork>, id, "The network."), (std::string, name, "Its name."), (std::string, broadcast_domain_range, "ZONE or POD."),
    (Id<model::Zone>, zone_id, "Its zone."), (std::string, zone_name, "The zone's name."), (std::string, state, "Enabled or Disabled."),
    (std::optional<std::string>, vlan, "Identifiers for guest networks."), (Id<model::Domain>, domain_id, "The only domain that may use it."),
    (std::optional<std::string>, tags, "Its tags."), (std::string, isolation_methods, "VXLAN or VLAN."), (std::optional<std::string>, network_speed, "As the operator says."))
};

PhysicalNetworkAnswer answer_physical(Call& call, sql::Transaction& tx, const model::PhysicalNetwork& row) {
  const auto* zone = call.look(tx, row.zone_id);
  return {row.id, row.name, row.broadcast_domain_range, row.zone_id, zone ? zone->name : "", std::string(name_of(row.state)),
          unless_empty(model::vni_ranges_text(row.vni_ranges)), row.domain_id, unless_empty(joined(row.tags)), joined(row.isolation_methods), unless_empty(row.speed)};
}

struct ListPhysicalNetworks : Listing {
  using Base = Listing;
  FIELDS(ListPhysicalNetworks,
    (std::optional<See<model::PhysicalNetwork>>, id, "Only this one."), (std::optional<See<model::Zone>>, zone_id, "Only those of this zone."),
    (std::optional<std::string>, name, "Only those with this name."))
};
Page<PhysicalNetworkAnswer> list_physical(Call& call, sql::Transaction& tx, const ListPhysicalNetworks& r) {
  Where where;
  where.equal("id", r.id).equal("zone_id", r.zone_id).equal("name", r.name).keyword({"name"}, r.keyword).that("removed is null");
  return answers_of<model::PhysicalNetwork>(tx, where, r, "created, id", [&](const auto& row) { return answer_physical(call, tx, row); });
}

struct CreatePhysicalNetwork {
  FIELDS(CreatePhysicalNetwork,
    (std::string, name, "Unique in its zone."), (Operate<model::Zone>, zone_id, "Its zone."), (std::optional<std::string>, vlan, "Identifiers for guest networks: 500-1000."),
    (std::optional<std::string>, network_speed, "10G, for people."), (std::optional<std::string>, broadcast_domain_range, "ZONE."),
    (std::vector<std::string>, tags, "Offerings may ask for them."), (std::vector<std::string>, isolation_methods, "VXLAN, or VLAN where identifiers name VLANs."), (std::optional<See<model::Domain>>, domain_id, "The only domain whose networks it carries, with those beneath."))
};
PhysicalNetworkAnswer create_physical(Call& call, sql::Transaction& tx, const CreatePhysicalNetwork& r) {
  check_free_name<model::PhysicalNetwork>(tx, "where name = $1 and zone_id = $2 and removed is null", r.name, {}, r.zone_id.id());
  for (const auto& method : r.isolation_methods)
    if (!same_text_ignoring_case(method, "VXLAN") && !same_text_ignoring_case(method, "VLAN"))
      throw Error(Fault::unsupported, fmt::format("Isolation by {} is not supported; VXLAN and VLAN are.", method), "isolationmethods");
  model::PhysicalNetwork row;
  row.id = call.cloud.new_id<model::PhysicalNetwork>();
  row.name = r.name;
  row.zone_id = r.zone_id.id();
  row.state = model::EnabledState::disabled;
  if (r.vlan && !r.vlan->empty()) row.vni_ranges = model::parse_vni_ranges(*r.vlan);
  row.isolation_methods = r.isolation_methods.empty() ? std::vector<std::string>{"VXLAN"} : r.isolation_methods;
  row.broadcast_domain_range = r.broadcast_domain_range.value_or("ZONE");
  row.speed = r.network_speed.value_or("");
  if (r.domain_id) row.domain_id = r.domain_id->id();
  row.tags = r.tags;
  row.created = call.cloud.now();
  sql::insert(tx, row);
  // The providers every zone is formed with; each is enabled on its own.
  const std::pair<const char*, model::ElementKind> providers[] = {{"VirtualRouter", model::ElementKind::virtual_router}, {"InternalLbVm", model::ElementKind::internal_lb}};
  for (const auto& [name, kind] : providers) {
    model::NetworkProvider provider;
    provider.id = call.cloud.new_id<model::NetworkProvider>();
    provider.name = name;
    provider.physical_network_id = row.id;
    provider.state = model::ProviderState::disabled;
    provider.services = kind == model::ElementKind::virtual_router
                            ? std::vector<std::string>{"Dhcp", "Dns", "Firewall", "SourceNat", "StaticNat", "PortForwarding", "UserData"}
                            : std::vector<std::string>{"Lb"};
    provider.created = call.cloud.now();
    sql::insert(tx, provider);
    model::ProviderElement element;
    element.id = call.cloud.new_id<model::ProviderElement>();
    element.provider_id = provider.id;
    element.kind = kind;
    sql::insert(tx, element);
  }
  call.touched = row.id;
  return answer_physical(call, tx, row);
}

struct UpdatePhysicalNetwork {
  FIELDS(UpdatePhysicalNetwork,
    (Operate<model::PhysicalNetwork>, id, "The network."), (std::optional<std::string>, network_speed, "For people."), (std::optional<std::vector<std::string>>, tags, "Its tags from now on."),
    (std::optional<std::string>, state, "Enabled or Disabled."), (std::optional<std::string>, vlan, "Identifiers for guest networks."))
};
PhysicalNetworkAnswer update_physical(Call& call, sql::Transaction& tx, const UpdatePhysicalNetwork& r) {
  auto row = *r.id;
  set(row.speed, r.network_speed);
  set(row.tags, r.tags);
  row.state = choice(r.state, row.state, "state");
  if (r.vlan) row.vni_ranges = r.vlan->empty() ? std::vector<model::VniRange>{} : model::parse_vni_ranges(*r.vlan);
  sql::update(tx, row);
  call.touched = row.id;
  return answer_physical(call, tx, row);
}

struct DeletePhysicalNetwork {
  FIELDS(DeletePhysicalNetwork, (Operate<model::PhysicalNetwork>, id, "The network; no guest network may be on it."))
};
Success delete_physical(Call& call, sql::Transaction& tx, const DeletePhysicalNetwork& r) {
  auto row = *r.id;
  check_none_left(tx, "physical network", row.name, "networks", "physical_network_id = $1 and removed is null", row.id);
  check_none_left(tx, "physical network", row.name, "vlan_ranges", "physical_network_id = $1 and removed is null", row.id);
  for (const auto& traffic : sql::all<model::TrafficType>(tx, "where physical_network_id = $1", row.id)) sql::erase(tx, traffic.id);
  for (auto& provider : sql::all<model::NetworkProvider>(tx, "where physical_network_id = $1 and removed is null", row.id)) {
    provider.removed = call.cloud.now();
    sql::update(tx, provider);
  }
  row.removed = call.cloud.now();
  sql::update(tx, row);
  call.touched = row.id;
  return {true, {}};
}

struct TrafficTypeAnswer {
  FIELDS(TrafficTypeAnswer,
    (Id<model::TrafficType>, id, "The entry."), (std::string, traffic_type, "What is carried."), (Id<model::PhysicalNetwork>, physical_network_id, "Who carries it."),
    (std::optional<std::string>, xen_network_label, "Network on XenServer hosts."), (std::optional<std::string>, kvm_network_label, "Bridge on KVM hosts."),
    (std::optional<std::string>, vmware_network_label, "Switch on VMware hosts."), (std::optional<std::string>, hyperv_network_label, "Switch on Hyper-V hosts."),
    (std::optional<std::string>, vlan, "Tag on the wire."), (std::optional<std::string>, isolation_methods, "How its networks are kept apart, where it differs."))
};
TrafficTypeAnswer answer_traffic(const model::TrafficType& row) {
  return {row.id, std::string(name_of(row.traffic)), row.physical_network_id, unless_empty(row.xenserver_label), unless_empty(row.kvm_label),
          unless_empty(row.vmware_label), unless_empty(row.hyperv_label), unless_empty(row.vlan), unless_empty(joined(row.isolation_methods))};
}
struct ListTrafficTypes : Listing {
  using Base = Listing;
  FIELDS(ListTrafficTypes, (See<model::PhysicalNetwork>, physical_network_id, "Of which physical network."))
};
Page<TrafficTypeAnswer> list_traffic(Call&, sql::Transaction& tx, const ListTrafficTypes& r) {
  Where where;
  where.equal("physical_network_id", r.physical_network_id);
  return answers_of<model::TrafficType>(tx, where, r, "id", answer_traffic);
}
struct AddTrafficType {
  FIELDS(AddTrafficType,
    (Operate<model::PhysicalNetwork>, physical_network_id, "Who carries it."), (std::string, traffic_type, "Guest, Public, Management or Storage."),
    (std::optional<std::string>, xen_network_label, "Network on XenServer hosts."), (std::optional<std::string>, kvm_network_label, "Bridge on KVM hosts."),
    (std::optional<std::string>, vmware_network_label, "Switch on VMware hosts."), (std::optional<std::string>, hyperv_network_label, "Switch on Hyper-V hosts."),
    (std::optional<std::string>, vlan, "Tag on the wire."))
};
TrafficTypeAnswer add_traffic(Call& call, sql::Transaction& tx, const AddTrafficType& r) {
  model::TrafficType row;
  row.id = call.cloud.new_id<model::TrafficType>();
  row.physical_network_id = r.physical_network_id.id();
  row.traffic = choice(std::optional(r.traffic_type), model::Traffic::none, "traffictype");
  if (sql::first<model::TrafficType>(tx, "where physical_network_id = $1 and traffic = $2", row.physical_network_id, row.traffic))
    throw Error(Fault::invalid, fmt::format("The physical network carries {} already.", r.traffic_type), "traffictype");
  row.xenserver_label = r.xen_network_label.value_or("");
  row.kvm_label = r.kvm_network_label.value_or("");
  row.vmware_label = r.vmware_network_label.value_or("");
  row.hyperv_label = r.hyperv_network_label.value_or("");
  row.vlan = r.vlan.value_or("");
  sql::insert(tx, row);
  call.touched = row.id;
  return answer_traffic(row);
}
struct UpdateTrafficType {
  FIELDS(UpdateTrafficType,
    (Operate<model::TrafficType>, id, "The entry."), (std::optional<std::string>, xen_network_label, "Network on XenServer hosts."),
    (std::optional<std::string>, kvm_network_label, "Bridge on KVM hosts."), (std::optional<std::string>, vmware_network_label, "Switch on VMware hosts."),
    (std::optional<std::string>, hyperv_network_label, "Switch on Hyper-V hosts."))
};
TrafficTypeAnswer update_traffic(Call& call, sql::Transaction& tx, const UpdateTrafficType& r) {
  auto row = *r.id;
  set(row.xenserver_label, r.xen_network_label);
  set(row.kvm_label, r.kvm_network_label);
  set(row.vmware_label, r.vmware_network_label);
  set(row.hyperv_label, r.hyperv_network_label);
  sql::update(tx, row);
  call.touched = row.id;
  return answer_traffic(row);
}
struct DeleteTrafficType {
  FIELDS(DeleteTrafficType, (Operate<model::TrafficType>, id, "The entry."))
};
Success delete_traffic(Call& call, sql::Transaction& tx, const DeleteTrafficType& r) {
  sql::erase(tx, r.id.id());
  call.touched = r.id.id();
  return {true, {}};
}

struct ProviderAnswer {
  FIELDS(ProviderAnswer,
    (std::string, name, "VirtualRouter, InternalLbVm …"), (Id<model::PhysicalNetwork>, physical_network_id, "Where it serves."),
    (std::string, state, "Enabled, Disabled or Shutdown."), (Id<model::NetworkProvider>, id, "The provider."),
    (std::vector<std::string>, service_list, "What it serves."), (bool, can_enable_individual_service, "Services can be chosen one by one."),
    (Id<model::PhysicalNetwork>, destination_physical_network_id, "Where it reaches to."))
};
ProviderAnswer answer_provider(const model::NetworkProvider& row) {
  return {row.name, row.physical_network_id, std::string(name_of(row.state)), row.id, row.services, true, row.destination_physical_network_id};
}
struct ListProviders : Listing {
  using Base = Listing;
  FIELDS(ListProviders,
    (std::optional<See<model::PhysicalNetwork>>, physical_network_id, "Only those there."), (std::optional<std::string>, name, "Only those with this name."),
    (std::optional<model::ProviderState>, state, "Only those in this state."))
};
Page<ProviderAnswer> list_providers(Call&, sql::Transaction& tx, const ListProviders& r) {
  Where where;
  where.equal("physical_network_id", r.physical_network_id).equal("name", r.name).equal("state", r.state).keyword({"name"}, r.keyword).that("removed is null");
  return answers_of<model::NetworkProvider>(tx, where, r, "created, id", answer_provider);
}
struct AddProvider {
  FIELDS(AddProvider,
    (Operate<model::PhysicalNetwork>, physical_network_id, "Where it serves."), (std::string, name, "VirtualRouter or InternalLbVm."), (std::vector<std::string>, service_list, "What it serves."),
    (std::optional<Operate<model::PhysicalNetwork>>, destination_physical_network_id, "Where it reaches to; in the same zone."))
};
ProviderAnswer add_provider(Call& call, sql::Transaction& tx, const AddProvider& r) {
  check_free_name<model::NetworkProvider>(tx, "where name = $1 and physical_network_id = $2 and removed is null", r.name, {}, r.physical_network_id.id());
  model::NetworkProvider row;
  row.id = call.cloud.new_id<model::NetworkProvider>();
  row.name = r.name;
  row.physical_network_id = r.physical_network_id.id();
  row.services = r.service_list;
  if (r.destination_physical_network_id) {
    if ((*r.destination_physical_network_id)->zone_id != r.physical_network_id->zone_id) throw Error(Fault::invalid, "The physical networks are in different zones.", "destinationphysicalnetworkid");
    row.destination_physical_network_id = r.destination_physical_network_id->id();
  }
  row.created = call.cloud.now();
  sql::insert(tx, row);
  call.touched = row.id;
  return answer_provider(row);
}
struct UpdateProvider {
  FIELDS(UpdateProvider,
    (Operate<model::NetworkProvider>, id, "The provider."), (std::optional<std::string>, state, "Enabled, Disabled or Shutdown."),
    (std::optional<std::vector<std::string>>, service_list, "What it serves from now on."))
};
ProviderAnswer update_provider(Call& call, sql::Transaction& tx, const UpdateProvider& r) {
  auto row = *r.id;
  set(row.services, r.service_list);
  row.state = choice(r.state, row.state, "state");
  const auto element = sql::first<model::ProviderElement>(tx, "where provider_id = $1", row.id);
  if (row.state == model::ProviderState::enabled && element && !element->enabled)
    throw Error(Fault::conflict, fmt::format("The element of the provider {} is not enabled; configure it first.", row.name), row.id.text());
  sql::update(tx, row);
  call.touched = row.id;
  return answer_provider(row);
}
struct DeleteProvider {
  FIELDS(DeleteProvider, (Operate<model::NetworkProvider>, id, "The provider."))
};
Success delete_provider(Call& call, sql::Transaction& tx, const DeleteProvider& r) {
  auto row = *r.id;
  row.removed = call.cloud.now();
  sql::update(tx, row);
  call.touched = row.id;
  return {true, {}};
}

struct ElementAnswer {
  FIELDS(ElementAnswer, (Id<model::ProviderElement>, id, "The element."), (Id<model::NetworkProvider>, nsp_id, "Its provider."), (bool, enabled, "Whether it works."))
};
ElementAnswer answer_element(const model::ProviderElement& row) { return {row.id, row.provider_id, row.enabled}; }
struct ListElements : Listing {
  using Base = Listing;
  FIELDS(ListElements,
    (std::optional<See<model::ProviderElement>>, id, "Only this one."), (std::optional<See<model::NetworkProvider>>, nsp_id, "Only that of this provider."),
    (std::optional<bool>, enabled, "Only those that work, or only the others."))
};
template <model::ElementKind kind>
Page<ElementAnswer> list_elements(Call&, sql::Transaction& tx, const ListElements& r) {
  Where where;
  where.equal("id", r.id).equal("provider_id", r.nsp_id).equal("enabled", r.enabled).equal("kind", kind);
  return answers_of<model::ProviderElement>(tx, where, r, "id", answer_element);
}
struct ConfigureElement {
  FIELDS(ConfigureElement, (Operate<model::ProviderElement>, id, "The element."), (bool, enabled, "Whether it works from now on."))
};
ElementAnswer configure_element(Call& call, sql::Transaction& tx, const ConfigureElement& r) {
  auto row = *r.id;
  row.enabled = r.enabled;
  sql::update(tx, row);
  call.touched = row.id;
  return answer_element(row);
}

struct VlanAnswer {
  FIELDS(VlanAnswer,
    (Id<model::VlanRange>, id, "The range."), (bool, for_virtual_network, "Public addresses."), (Id<model::Zone>, zone_id, "Its zone."), (std::string, vlan, "Tag on the wire."),
    (std::optional<std::string>, account, "The only account that may use it."), (Id<model::Domain>, domain_id, "The only domain that may use it."),
    (std::optional<std::string>, domain, "That domain's name."), (std::optional<std::string>, domain_path, "By path."), (Id<model::Pod>, pod_id, "The only pod that uses it."), (std::optional<std::string>, pod_name, "By name."), (std::string, description, "Tag on the wire."),
    (std::string, gateway, "Next hop."), (std::string, netmask, "Of the network."), (std::string, cidr, "The network."), (std::string, start_ip, "First address."),
    (std::string, end_ip, "Last address."), (Id<model::Network>, network_id, "The shared network they belong to."),
    (Id<model::PhysicalNetwork>, physical_network_id, "Who carries it."), (bool, for_system_vms, "Kept for Welkin's own parts."))
};
VlanAnswer answer_vlan(Call& call, sql::Transaction& tx, const model::VlanRange& row) {
  VlanAnswer out;
  out.id = row.id;
  out.for_virtual_network = row.for_virtual_network;
  out.zone_id = row.zone_id;
  out.vlan = out.description = "vlan://" + (row.vlan.empty() ? std::string("untagged") : row.vlan);
  if (const auto* account = call.look(tx, row.account_id)) out.account = account->name;
  out.domain_id = row.domain_id;
  if (const auto* domain = call.look(tx, row.domain_id)) {
    out.domain = domain->name;
    out.domain_path = model::printed_path(*domain);
  }
  out.pod_id = row.pod_id;
  if (const auto* pod = call.look(tx, row.pod_id)) out.pod_name = pod->name;
  out.gateway = row.gateway;
  out.netmask = row.netmask;
  out.cidr = model::Cidr::around(model::ipv4_from(row.gateway, "gateway"), model::prefix_from(row.netmask, "netmask")).text();
  out.start_ip = row.first_address;
  out.end_ip = row.last_address;
  out.network_id = row.network_id;
  out.physical_network_id = row.physical_network_id;
  out.for_system_vms = row.for_system;
  return out;
}
struct ListVlans : Listing {
  using Base = Listing;
  FIELDS(ListVlans,
    (std::optional<See<model::VlanRange>>, id, "Only this range."), (std::optional<std::string>, vlan, "Only ranges with this tag."), (std::optional<See<model::Zone>>, zone_id, "Only ranges of this zone."),
    (std::optional<See<model::Network>>, network_id, "Only ranges of this network."), (std::optional<bool>, for_virtual_network, "Only public ranges, or only the others."),
    (std::optional<See<model::PhysicalNetwork>>, physical_network_id, "Only ranges carried there."), (std::optional<See<model::Pod>>, pod_id, "Only ranges of this pod."),
    (std::optional<std::string>, account, "Only ranges kept to this account; needs domainid."), (std::optional<See<model::Domain>>, domain_id, "Only ranges kept to this domain."))
};
Page<VlanAnswer> list_vlans(Call& call, sql::Transaction& tx, const ListVlans& r) {
  Where where;
  where.equal("id", r.id).equal("vlan", r.vlan).equal("zone_id", r.zone_id).equal("network_id", r.network_id).equal("for_virtual_network", r.for_virtual_network);
  where.equal("physical_network_id", r.physical_network_id).equal("pod_id", r.pod_id).that("removed is null");
  if (r.account) where.equal("account_id", owner_of(tx, call, r.account, r.domain_id).id);
  else where.equal("domain_id", r.domain_id);
  return answers_of<model::VlanRange>(tx, where, r, "created, id", [&](const auto& row) { return answer_vlan(call, tx, row); });
}

void check_overlap(sql::Transaction& tx, const model::AddressRange& range, const Id<model::Zone>& zone, const Uuid& self) {
  for (const auto& other : sql::all<model::VlanRange>(tx, "where zone_id = $1 and removed is null", zone)) {
    if (other.id == self || !range.overlaps(model::range_from(other.first_address, other.last_address, "startip"))) continue;
    throw Error(Fault::invalid, fmt::format("The range overlaps {} to {}, which is there already.", other.first_address, other.last_address), "startip");
  }
}

struct CreateVlan {
  FIELDS(CreateVlan,
    (std::string, start_ip, "First address."), (std::optional<std::string>, end_ip, "Last address; the first when absent."), (bool, for_virtual_network, "Public addresses."),
    (std::optional<std::string>, gateway, "Next hop."), (std::optional<std::string>, netmask, "Of the network."), (std::optional<std::string>, vlan, "Tag on the wire: untagged or a number."),
    (std::optional<Operate<model::Zone>>, zone_id, "Its zone."), (std::optional<Operate<model::Network>>, network_id, "The shared network they belong to."),
    (std::optional<Operate<model::PhysicalNetwork>>, physical_network_id, "Who carries it."), (std::optional<Operate<model::Pod>>, pod_id, "The only pod that uses it."),
    (bool, for_system_vms, "Kept for Welkin's own parts."), (std::optional<std::string>, account, "The only account that may use it; needs domainid."), (std::optional<See<model::Domain>>, domain_id, "The only domain that may use it."))
};
/// The range, if it fits into the network around the gateway.
model::AddressRange checked_range(const std::string& first, const std::string& last, const std::string& gateway, const std::string& netmask) {
  const auto cidr = model::Cidr::around(model::ipv4_from(gateway, "gateway"), model::prefix_from(netmask, "netmask"));
  const auto range = model::range_from(first, last, "startip");
  if (!cidr.contains(range.first) || !cidr.contains(range.last)) throw Error(Fault::invalid, fmt::format("The range is not within {}.", cidr.text()), "startip");
  if (range.contains(model::ipv4_from(gateway, "gateway"))) throw Error(Fault::invalid, "The gateway lies within the range.", "gateway");
  if (range.size() > model::range_size_max) throw Error(Fault::invalid, fmt::format("A range holds at most {} addresses.", model::range_size_max), "endip");
  return range;
}
void add_addresses(Call& call, sql::Transaction& tx, const model::VlanRange& row, const std::optional<model::AddressRange>& there = {}) {
  if (row.for_virtual_network) model::add_addresses(tx, row, call.cloud.clock(), call.cloud.random, there);
}
VlanAnswer create_vlan(Call& call, sql::Transaction& tx, const CreateVlan& r) {
  if (!r.gateway || !r.netmask) throw Error(Fault::invalid, "Give gateway and netmask of the range.", r.gateway ? "netmask" : "gateway");
  const auto range = checked_range(r.start_ip, r.end_ip.value_or(r.start_ip), *r.gateway, *r.netmask);
  model::VlanRange row;
  row.id = call.cloud.new_id<model::VlanRange>();
  if (r.physical_network_id) {
    row.physical_network_id = r.physical_network_id->id();
    row.zone_id = (*r.physical_network_id)->zone_id;
  } else if (r.zone_id) {
    row.zone_id = r.zone_id->id();
    const auto physical = sql::first<model::PhysicalNetwork>(
        tx, "where zone_id = $1 and removed is null and id in (select physical_network_id from traffic_types where traffic = 'Public') order by created", row.zone_id);
    if (!physical) throw Error(Fault::invalid, "No physical network of the zone carries Public traffic; add the traffic type first.", "zoneid");
    row.physical_network_id = physical->id;
  } else {
    throw Error(Fault::invalid, "Say where the range is: give physicalnetworkid or zoneid.", "zoneid");
  }
  if (r.network_id) row.network_id = r.network_id->id();
  if (r.pod_id) row.pod_id = r.pod_id->id();
  if (r.domain_id) row.domain_id = r.domain_id->id();
  if (r.account) row.account_id = owner_of(tx, call, r.account, r.domain_id).id;
  check_overlap(tx, range, row.zone_id, {});
  row.vlan = r.vlan.value_or("untagged");
  row.gateway = *r.gateway;
  row.netmask = *r.netmask;
  row.first_address = range.first.text();
  row.last_address = range.last.text();
  row.for_virtual_network = r.for_virtual_network || !r.network_id;
  row.for_system = r.for_system_vms;
  row.created = call.cloud.now();
  sql::insert(tx, row);
  add_addresses(call, tx, row);
  return answer_vlan(call, tx, row);
}
struct UpdateVlan {
  FIELDS(UpdateVlan,
    (Operate<model::VlanRange>, id, "The range."), (std::optional<std::string>, gateway, "Next hop."), (std::optional<std::string>, netmask, "Of the network."),
    (std::optional<bool>, for_system_vms, "Kept for Welkin's own parts."), (std::optional<std::string>, start_ip, "First address from now on; none that leaves the range may be held."), (std::optional<std::string>, end_ip, "Last address from now on."))
};
/// The range grows and shrinks; addresses that somebody holds stay within it.
void move_range(Call& call, sql::Transaction& tx, model::VlanRange& row, const model::AddressRange& range) {
  check_overlap(tx, range, row.zone_id, row.id);
  const auto there = model::range_from(row.first_address, row.last_address, "startip");
  for (const auto& address : sql::all<model::PublicAddress>(tx, "where vlan_range_id = $1", row.id)) {
    if (range.contains(model::ipv4_from(address.address, "startip"))) continue;
    if (address.state != model::AddressState::free) throw Error(Fault::in_use, fmt::format("{} is held and would leave the range.", address.address), row.id.text());
    sql::erase(tx, address.id);
  }
  row.first_address = range.first.text();
  row.last_address = range.last.text();
  add_addresses(call, tx, row, there);
}
VlanAnswer update_vlan(Call& call, sql::Transaction& tx, const UpdateVlan& r) {
  auto row = *r.id;
  set(row.gateway, r.gateway);
  set(row.netmask, r.netmask);
  set(row.for_system, r.for_system_vms);
  const auto range = checked_range(r.start_ip.value_or(row.first_address), r.end_ip.value_or(row.last_address), row.gateway, row.netmask);
  if (r.start_ip || r.end_ip) move_range(call, tx, row, range);
  if (r.for_system_vms) tx.execute("update public_addresses set for_system = $1 where vlan_range_id = $2", sql::cells(row.for_system, row.id));
  sql::update(tx, row);
  return answer_vlan(call, tx, row);
}
struct DeleteVlan {
  FIELDS(DeleteVlan, (Operate<model::VlanRange>, id, "The range; none of its addresses may be held."))
};
Success delete_vlan(Call& call, sql::Transaction& tx, const DeleteVlan& r) {
  auto row = *r.id;
  check_none_left(tx, "range from", row.first_address, "public_addresses", "vlan_range_id = $1 and state <> 'Free'", row.id);
  for (const auto& address : sql::all<model::PublicAddress>(tx, "where vlan_range_id = $1", row.id)) sql::erase(tx, address.id);
  row.removed = call.cloud.now();
  sql::update(tx, row);
  return {true, {}};
}
}  // namespace

std::vector<Command> physical_network_commands() {
  constexpr auto root = Audience::root;
  return {
      reading<list_physical>({"listPhysicalNetworks", "physicalnetwork", "Lists physical networks.", root}),
      prompt<create_physical>({"createPhysicalNetwork", "physicalnetwork", "Creates a physical network.", root, "PHYSICAL.NETWORK.CREATE", "PhysicalNetwork"}, true),
      prompt<update_physical>({"updatePhysicalNetwork", "physicalnetwork", "Changes a physical network.", root, "PHYSICAL.NETWORK.UPDATE", "PhysicalNetwork"}),
      prompt<delete_physical>({"deletePhysicalNetwork", "", "Deletes an unused physical network.", root, "PHYSICAL.NETWORK.DELETE", "PhysicalNetwork"}),
      reading<list_traffic>({"listTrafficTypes", "traffictype", "Lists what a physical network carries.", root}),
      prompt<add_traffic>({"addTrafficType", "traffictype", "Lets a physical network carry a kind of traffic.", root, "TRAFFIC.TYPE.CREATE", "TrafficType"}, true),
      prompt<update_traffic>({"updateTrafficType", "traffictype", "Changes by which link traffic is carried.", root, "TRAFFIC.TYPE.UPDATE", "TrafficType"}),
      prompt<delete_traffic>({"deleteTrafficType", "", "Ends that a physical network carries a kind of traffic.", root, "TRAFFIC.TYPE.DELETE", "TrafficType"}),
      reading<list_providers>({"listNetworkServiceProviders", "networkserviceprovider", "Lists who serves networks.", root}),
      prompt<add_provider>({"addNetworkServiceProvider", "networkserviceprovider", "Adds a provider of network services.", root, "SERVICE.PROVIDER.CREATE", "NetworkServiceProvider"}, true),
      prompt<update_provider>({"updateNetworkServiceProvider", "networkserviceprovider", "Enables, disables or changes a provider.", root, "SERVICE.PROVIDER.UPDATE", "NetworkServiceProvider"}),
      prompt<delete_provider>({"deleteNetworkServiceProvider", "", "Removes a provider.", root, "SERVICE.PROVIDER.DELETE", "NetworkServiceProvider"}),
      reading<list_elements<model::ElementKind::virtual_router>>({"listVirtualRouterElements", "virtualrouterelement", "Lists virtual router elements.", Audience::admins}),
      prompt<configure_element>({"configureVirtualRouterElement", "virtualrouterelement", "Switches a virtual router element.", Audience::admins, "NETWORK.ELEMENT.CONFIGURE", "VirtualRouterElement"}),
      reading<list_elements<model::ElementKind::internal_lb>>({"listInternalLoadBalancerElements", "internalloadbalancerelement", "Lists internal load balancer elements.", Audience::admins}),
      prompt<configure_element>({"configureInternalLoadBalancerElement", "internalloadbalancerelement", "Switches an internal load balancer element.", Audience::admins, "NETWORK.ELEMENT.CONFIGURE", "InternalLbElement"}),
      reading<list_vlans>({"listVlanIpRanges", "vlaniprange", "Lists ranges of addresses.", root}),
      writing<create_vlan>({"createVlanIpRange", "vlan", "Adds a range of addresses.", root, "VLAN.IP.RANGE.CREATE"}),
      writing<update_vlan>({"updateVlanIpRange", "vlan", "Changes a range of addresses.", root, "VLAN.IP.RANGE.UPDATE"}),
      writing<delete_vlan>({"deleteVlanIpRange", "", "Removes a range of addresses nobody holds.", root, "VLAN.IP.RANGE.DELETE"}),
  };
}

}  // namespace welkin::commands
