// Commands of physical networks and their traffic.
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
    (Id<model::PhysicalNetwork>, id, "The network."),
    (std::string, name, "Its name."),
    (std::string, broadcast_domain_range, "ZONE or POD."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, zone_name, "The zone's name."),
    (std::string, state, "Enabled or Disabled."),
    (std::optional<std::string>, vlan, "Identifiers for guest networks."),
    (Id<model::Domain>, domain_id, "The only domain that may use it."),
    (std::optional<std::string>, tags, "Its tags."),
    (std::string, isolation_methods, "VXLAN or VLAN."),
    (std::optional<std::string>, network_speed, "As the operator says."))
};

PhysicalNetworkAnswer answer_physical(Call& call, sql::Transaction& tx, const model::PhysicalNetwork& row) {
  const auto* zone = call.look(tx, row.zone_id);
  return {row.id,
          row.name,
          row.broadcast_domain_range,
          row.zone_id,
          zone ? zone->name : "",
          std::string(name_of(row.state)),
          unless_empty(model::vni_ranges_text(row.vni_ranges)),
          row.domain_id,
          unless_empty(joined(row.tags)),
          joined(row.isolation_methods),
          unless_empty(row.speed)};
}

struct ListPhysicalNetworks : Listing {
  using Base = Listing;
  FIELDS(ListPhysicalNetworks,
    (std::optional<See<model::PhysicalNetwork>>, id, "Only this one."),
    (std::optional<See<model::Zone>>, zone_id, "Only those of this zone."),
    (std::optional<std::string>, name, "Only those with this name."))
};
Page<PhysicalNetworkAnswer> list_physical(Call& call, sql::Transaction& tx, const ListPhysicalNetworks& r) {
  Where where;
  where.equal("id", r.id)
      .equal("zone_id", r.zone_id)
      .equal("name", r.name)
      .keyword({"name"}, r.keyword)
      .that("removed is null");
  return answers_of<model::PhysicalNetwork>(tx, where, r, "created, id",
                                            [&](const auto& row) { return answer_physical(call, tx, row); });
}

struct CreatePhysicalNetwork {
  FIELDS(CreatePhysicalNetwork,
    (std::string, name, "Unique in its zone."),
    (Operate<model::Zone>, zone_id, "Its zone."),
    (std::optional<std::string>, vlan, "Identifiers for guest networks: 500-1000."),
    (std::optional<std::string>, network_speed, "10G, for people."),
    (std::optional<std::string>, broadcast_domain_range, "ZONE."),
    (std::vector<std::string>, tags, "Offerings may ask for them."),
    (std::vector<std::string>, isolation_methods, "VXLAN, or VLAN where identifiers name VLANs."),
    (std::optional<See<model::Domain>>, domain_id, "The only domain whose networks it carries, with those beneath."))
};
PhysicalNetworkAnswer create_physical(Call& call, sql::Transaction& tx, const CreatePhysicalNetwork& r) {
  check_free_name<model::PhysicalNetwork>(tx, "where name = $1 and zone_id = $2 and removed is null", r.name, {},
                                          r.zone_id.id());
  for (const auto& method : r.isolation_methods)
    if (!same_text_ignoring_case(method, "VXLAN") && !same_text_ignoring_case(method, "VLAN"))
      throw Error(Fault::unsupported, fmt::format("Isolation by {} is not supported; VXLAN and VLAN are.", method),
                  "isolationmethods");
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
  const std::pair<const char*, model::ElementKind> providers[] = {{"VirtualRouter", model::ElementKind::virtual_router},
                                                                  {"InternalLbVm", model::ElementKind::internal_lb}};
  for (const auto& [name, kind] : providers) {
    model::NetworkProvider provider;
    provider.id = call.cloud.new_id<model::NetworkProvider>();
    provider.name = name;
    provider.physical_network_id = row.id;
    provider.state = model::ProviderState::disabled;
    provider.services =
        kind == model::ElementKind::virtual_router
            ? std::vector<std::string>{"Dhcp",           "Dns",     "Firewall", "SourceNat", "StaticNat",
                                       "PortForwarding", "UserData"}
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
    (Operate<model::PhysicalNetwork>, id, "The network."),
    (std::optional<std::string>, network_speed, "For people."),
    (std::optional<std::vector<std::string>>, tags, "Its tags from now on."),
    (std::optional<std::string>, state, "Enabled or Disabled."),
    (std::optional<std::string>, vlan, "Identifiers for guest networks."))
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
  check_none_left(tx, "physical network", row.name, "vlan_ranges", "physical_network_id = $1 and removed is null",
                  row.id);
  for (const auto& traffic : sql::all<model::TrafficType>(tx, "where physical_network_id = $1", row.id))
    sql::erase(tx, traffic.id);
  for (auto& provider :
       sql::all<model::NetworkProvider>(tx, "where physical_network_id = $1 and removed is null", row.id)) {
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
    (Id<model::TrafficType>, id, "The entry."),
    (std::string, traffic_type, "What is carried."),
    (Id<model::PhysicalNetwork>, physical_network_id, "Who carries it."),
    (std::optional<std::string>, xen_network_label, "Network on XenServer hosts."),
    (std::optional<std::string>, kvm_network_label, "Bridge on KVM hosts."),
    (std::optional<std::string>, vmware_network_label, "Switch on VMware hosts."),
    (std::optional<std::string>, hyperv_network_label, "Switch on Hyper-V hosts."),
    (std::optional<std::string>, vlan, "Tag on the wire."),
    (std::optional<std::string>, isolation_methods, "How its networks are kept apart, where it differs."))
};
TrafficTypeAnswer answer_traffic(const model::TrafficType& row) {
  return {row.id,
          std::string(name_of(row.traffic)),
          row.physical_network_id,
          unless_empty(row.xenserver_label),
          unless_empty(row.kvm_label),
          unless_empty(row.vmware_label),
          unless_empty(row.hyperv_label),
          unless_empty(row.vlan),
          unless_empty(joined(row.isolation_methods))};
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
    (Operate<model::PhysicalNetwork>, physical_network_id, "Who carries it."),
    (std::string, traffic_type, "Guest, Public, Management or Storage."),
    (std::optional<std::string>, xen_network_label, "Network on XenServer hosts."),
    (std::optional<std::string>, kvm_network_label, "Bridge on KVM hosts."),
    (std::optional<std::string>, vmware_network_label, "Switch on VMware hosts."),
    (std::optional<std::string>, hyperv_network_label, "Switch on Hyper-V hosts."),
    (std::optional<std::string>, vlan, "Tag on the wire."))
};
TrafficTypeAnswer add_traffic(Call& call, sql::Transaction& tx, const AddTrafficType& r) {
  model::TrafficType row;
  row.id = call.cloud.new_id<model::TrafficType>();
  row.physical_network_id = r.physical_network_id.id();
  row.traffic = choice(std::optional(r.traffic_type), model::Traffic::none, "traffictype");
  if (sql::first<model::TrafficType>(tx, "where physical_network_id = $1 and traffic = $2", row.physical_network_id,
                                     row.traffic))
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
    (Operate<model::TrafficType>, id, "The entry."),
    (std::optional<std::string>, xen_network_label, "Network on XenServer hosts."),
    (std::optional<std::string>, kvm_network_label, "Bridge on KVM hosts."),
    (std::optional<std::string>, vmware_network_label, "Switch on VMware hosts."),
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
}  // namespace

std::vector<Command> physical_network_commands() {
  constexpr auto root = Audience::root;
  return {
      reading<list_physical>({"listPhysicalNetworks", "physicalnetwork", "Lists physical networks.", root}),
      prompt<create_physical>({"createPhysicalNetwork", "physicalnetwork", "Creates a physical network.", root,
                               "PHYSICAL.NETWORK.CREATE", "PhysicalNetwork"},
                              true),
      prompt<update_physical>({"updatePhysicalNetwork", "physicalnetwork", "Changes a physical network.", root,
                               "PHYSICAL.NETWORK.UPDATE", "PhysicalNetwork"}),
      prompt<delete_physical>({"deletePhysicalNetwork", "", "Deletes an unused physical network.", root,
                               "PHYSICAL.NETWORK.DELETE", "PhysicalNetwork"}),
      reading<list_traffic>({"listTrafficTypes", "traffictype", "Lists what a physical network carries.", root}),
      prompt<add_traffic>({"addTrafficType", "traffictype", "Lets a physical network carry a kind of traffic.", root,
                           "TRAFFIC.TYPE.CREATE", "TrafficType"},
                          true),
      prompt<update_traffic>({"updateTrafficType", "traffictype", "Changes by which link traffic is carried.", root,
                              "TRAFFIC.TYPE.UPDATE", "TrafficType"}),
      prompt<delete_traffic>({"deleteTrafficType", "", "Ends that a physical network carries a kind of traffic.", root,
                              "TRAFFIC.TYPE.DELETE", "TrafficType"}),
  };
}

}  // namespace welkin::commands
