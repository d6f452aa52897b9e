// Commands of zones and pods.
#include "commands/listing.hpp"
#include "commands/checks.hpp"
#include "commands/places.hpp"
#include "model/dedication.hpp"
#include "model/marks.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct ZoneAnswer {
  FIELDS(ZoneAnswer,
    (Id<model::Zone>, id, "The zone."),
    (std::optional<IconAnswer>, icon, "Its icon, when asked for.", .type = "resourceiconresponse"),
    (std::string, name, "Its name."),
    (std::optional<std::string>, description, "What the operator says of it."),
    (std::string, dns1, "First resolver of guests."),
    (std::optional<std::string>, dns2, "Second resolver of guests."),
    (std::optional<std::string>, ip6_dns1, "First resolver of guests over IPv6."),
    (std::optional<std::string>, ip6_dns2, "Second resolver of guests over IPv6."),
    (std::string, internal_dns1, "First resolver of Welkin's own parts.", .admin = true),
    (std::optional<std::string>, internal_dns2, "Second resolver of Welkin's own parts.", .admin = true),
    (std::optional<std::string>, guest_cidr_address, "Default network of isolated networks."),
    (std::optional<std::string>, domain, "DNS suffix of its networks."),
    (Id<model::Domain>, domain_id, "The only domain that may use it."),
    (std::optional<std::string>, domain_name, "That domain's name."),
    (std::string, network_type, "Advanced or Basic."),
    (bool, security_groups_enabled, "Whether guests are shielded one by one."),
    (std::int64_t, gpu_total, "Graphics processors."),
    (std::int64_t, gpu_used, "Those in use."),
    (std::string, allocation_state, "Enabled or Disabled."),
    (std::string, zone_token, "Names the zone towards its parts."),
    (std::string, dhcp_provider, "Who hands out addresses."),
    (std::vector<CapacityAnswer>, capacity, "What it has and what is used, when asked for."),
    (bool, local_storage_enabled, "Whether disks may lie on hosts."),
    (std::vector<Nothing>, tags, "Its tags.", .keep_empty = true),
    (TextMap, resource_details, "Its details."),
    (bool, allow_user_specify_vr_mtu, "Whether users may choose an MTU.", .wire = "allowuserspecifyvrmtu"),
    (int, router_private_interface_max_mtu, "Largest MTU of guests."),
    (int, router_public_interface_max_mtu, "Largest MTU outside."),
    (std::string, type, "Core or Edge."),
    (bool, is_nsx_enabled, "Whether NSX serves it: never."),
    (bool, is_multi_arch, "Whether its hosts differ in architecture."),
    (std::string, asn_range, "AS numbers it may give out."),
    (bool, routed_mode_enabled, "Whether routed networks can be made: not yet."),
    (bool, has_annotations, "Whether somebody has written a note."))
};

ZoneAnswer answer_zone(Call& call, sql::Transaction& tx, const model::Zone& zone, bool capacities = false) {
  ZoneAnswer out;
  out.id = zone.id;
  out.name = zone.name;
  out.description = unless_empty(zone.description);
  out.dns1 = zone.dns1;
  out.dns2 = unless_empty(zone.dns2);
  out.ip6_dns1 = unless_empty(zone.ip6_dns1);
  out.ip6_dns2 = unless_empty(zone.ip6_dns2);
  out.internal_dns1 = zone.internal_dns1;
  out.internal_dns2 = unless_empty(zone.internal_dns2);
  out.guest_cidr_address = unless_empty(zone.guest_cidr);
  out.domain = unless_empty(zone.network_domain);
  out.domain_id = zone.domain_id;
  if (const auto* domain = call.look(tx, zone.domain_id)) out.domain_name = domain->name;
  out.network_type = name_of(zone.network_type);
  out.security_groups_enabled = zone.security_groups_enabled;
  out.allocation_state = name_of(zone.allocation_state);
  out.zone_token = zone.id.text();
  out.dhcp_provider = zone.dhcp_provider;
  out.local_storage_enabled = zone.local_storage_enabled;
  out.resource_details = zone.details;
  out.allow_user_specify_vr_mtu = zone.user_may_set_mtu;
  out.router_private_interface_max_mtu = zone.private_mtu_max;
  out.router_public_interface_max_mtu = zone.public_mtu_max;
  out.type = name_of(zone.zone_type);
  if (capacities) out.capacity = capacity_answers(tx, {zone.id});
  return out;
}

struct ListZones : Listing {
  using Base = Listing;
  FIELDS(ListZones,
    (std::optional<See<model::Zone>>, id, "Only this zone."),
    (std::vector<See<model::Zone>>, ids, "Only these zones."),
    (bool, available, "Only zones in which something can be deployed."),
    (std::optional<See<model::Domain>>, domain_id, "Only zones that this domain may use."),
    (std::optional<std::string>, name, "Only the zone with this name."),
    (std::optional<model::NetworkType>, network_type, "Only zones of this type."),
    (bool, show_capacities, "With what they have and what is used."),
    (TextMap, tags, "Only zones with these tags."),
    (bool, show_icon, "With icons."))
};

Page<ZoneAnswer> list_zones(Call& call, sql::Transaction& tx, const ListZones& request) {
  Where where;
  where.equal("id", request.id)
      .any_of("id", request.ids)
      .equal("name", request.name)
      .equal("network_type", request.network_type);
  where.keyword({"name"}, request.keyword).that("removed is null");
  // No zone carries tags, here or in CloudStack.
  if (!request.tags.empty()) where.nothing();
  if (!call.caller.is_root()) {
    where.that("allocation_state = 'Enabled'");
    where.that(
        "domain_id is null or domain_id in (select d.id from domains d where substr(cast($ as text), 1, length(d.path)) = d.path)",
        call.caller.domain_path);
  }
  return answers_of<model::Zone>(tx, where, request, "sort_key, created, id", [&](const model::Zone& zone) {
    return answer_zone(call, tx, zone, request.show_capacities);
  });
}

struct CreateZone {
  FIELDS(CreateZone,
    (std::string, name, "Unique among zones."),
    (std::string, dns1, "First resolver of guests."),
    (std::optional<std::string>, dns2, "Second resolver of guests."),
    (std::optional<std::string>, ip6_dns1, "First resolver of guests over IPv6."),
    (std::optional<std::string>, ip6_dns2, "Second resolver of guests over IPv6."),
    (std::string, internal_dns1, "First resolver of Welkin's own parts."),
    (std::optional<std::string>, internal_dns2, "Second resolver of Welkin's own parts."),
    (std::string, network_type, "Advanced; Basic zones are not supported."),
    (std::optional<std::string>, guest_cidr_address, "Default network of isolated networks; 10.1.1.0/24 when absent."),
    (std::optional<std::string>, domain, "DNS suffix of its networks."),
    (std::optional<See<model::Domain>>, domain_id, "The only domain that may use it."),
    (std::optional<std::string>, allocation_state, "Enabled or Disabled."),
    (bool, security_group_enabled, "Shield guests one by one: not supported yet."),
    (bool, local_storage_enabled, "Disks may lie on hosts."),
    (bool, is_edge, "A small zone at the edge."))
};

ZoneAnswer create_zone(Call& call, sql::Transaction& tx, const CreateZone& request) {
  for (const auto& [value, name] : {std::pair(std::optional(request.dns1), "dns1"),
                                    {request.dns2, "dns2"},
                                    {std::optional(request.internal_dns1), "internaldns1"},
                                    {request.internal_dns2, "internaldns2"}})
    check_address(value, name);
  check_cidr(request.guest_cidr_address, "guestcidraddress");
  model::Zone zone;
  zone.network_type = choice<model::NetworkType>(request.network_type, model::NetworkType::advanced, "networktype");
  if (zone.network_type == model::NetworkType::basic)
    throw Error(Fault::unsupported, "Basic zones are not supported; use networktype=Advanced.", "networktype");
  if (request.security_group_enabled)
    throw Error(Fault::unsupported, "Security groups are not supported yet; leave securitygroupenabled out.",
                "securitygroupenabled");
  check_free_name<model::Zone>(tx, "where name = $1 and removed is null", request.name, {});
  zone.id = call.cloud.new_id<model::Zone>();
  zone.name = request.name;
  zone.dns1 = request.dns1;
  zone.dns2 = request.dns2.value_or("");
  zone.ip6_dns1 = request.ip6_dns1.value_or("");
  zone.ip6_dns2 = request.ip6_dns2.value_or("");
  zone.internal_dns1 = request.internal_dns1;
  zone.internal_dns2 = request.internal_dns2.value_or("");
  zone.guest_cidr = request.guest_cidr_address.value_or("10.1.1.0/24");
  zone.network_domain = request.domain.value_or("");
  if (request.domain_id) zone.domain_id = request.domain_id->id();
  zone.allocation_state = choice(request.allocation_state, model::AllocationState::disabled, "allocationstate");
  zone.local_storage_enabled = request.local_storage_enabled;
  zone.zone_type = request.is_edge ? model::ZoneType::edge : model::ZoneType::core;
  zone.dhcp_provider = "VirtualRouter";
  zone.private_mtu_max = zone.public_mtu_max = 1500;
  zone.created = call.cloud.now();
  sql::insert(tx, zone);
  call.event_note = zone.name;
  return answer_zone(call, tx, zone);
}

struct UpdateZone {
  FIELDS(UpdateZone,
    (Operate<model::Zone>, id, "The zone."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, dns1, "First resolver of guests."),
    (std::optional<std::string>, dns2, "Second resolver of guests."),
    (std::optional<std::string>, ip6_dns1, "First resolver of guests over IPv6."),
    (std::optional<std::string>, ip6_dns2, "Second resolver of guests over IPv6."),
    (std::optional<std::string>, internal_dns1, "First resolver of Welkin's own parts."),
    (std::optional<std::string>, internal_dns2, "Second resolver of Welkin's own parts."),
    (std::optional<std::string>, guest_cidr_address, "Default network of isolated networks."),
    (std::optional<std::string>, domain, "DNS suffix of its networks."),
    (bool, is_public, "Opens it to all domains."),
    (std::optional<std::string>, allocation_state, "Enabled or Disabled."),
    (TextMap, details, "Details to set: details[0].key and details[0].value."),
    (std::optional<std::string>, dhcp_provider, "Who hands out addresses."),
    (std::optional<bool>, local_storage_enabled, "Disks may lie on hosts."),
    (std::optional<int>, sort_key, "Place in lists, smaller first."))
};

ZoneAnswer update_zone(Call& call, sql::Transaction& tx, const UpdateZone& request) {
  auto zone = *request.id;
  for (const auto& [value, name] : {std::pair(request.dns1, "dns1"),
                                    {request.dns2, "dns2"},
                                    {request.internal_dns1, "internaldns1"},
                                    {request.internal_dns2, "internaldns2"}})
    check_address(value, name);
  check_cidr(request.guest_cidr_address, "guestcidraddress");
  if (request.name) check_free_name<model::Zone>(tx, "where name = $1 and removed is null", *request.name, zone.id);
  set(zone.name, request.name);
  set(zone.dns1, request.dns1);
  set(zone.dns2, request.dns2);
  set(zone.ip6_dns1, request.ip6_dns1);
  set(zone.ip6_dns2, request.ip6_dns2);
  set(zone.internal_dns1, request.internal_dns1);
  set(zone.internal_dns2, request.internal_dns2);
  set(zone.guest_cidr, request.guest_cidr_address);
  set(zone.network_domain, request.domain);
  set(zone.dhcp_provider, request.dhcp_provider);
  set(zone.local_storage_enabled, request.local_storage_enabled);
  set(zone.sort_key, request.sort_key);
  if (request.is_public) zone.domain_id = {};
  zone.allocation_state = choice(request.allocation_state, zone.allocation_state, "allocationstate");
  for (const auto& [key, value] : request.details) zone.details[key] = value;
  sql::update(tx, zone);
  call.event_note = zone.name;
  return answer_zone(call, tx, zone);
}

struct DeleteZone {
  FIELDS(DeleteZone, (Operate<model::Zone>, id, "The zone; it must be empty."))
};

Success delete_zone(Call& call, sql::Transaction& tx, const DeleteZone& request) {
  auto zone = *request.id;
  for (const std::string_view table : {"pods", "hosts", "instances", "volumes", "networks", "physical_networks"}) {
    const auto left =
        sql::count(tx, fmt::format("select count(*) from {} where zone_id = $1 and removed is null", table), zone.id);
    if (left > 0)
      throw Error(Fault::in_use,
                  fmt::format("The zone {} still has {} of its {}; delete them first.", zone.name, left, table),
                  zone.id.text());
  }
  model::forget_marks(tx, zone.id);
  model::release_dedication_of(tx, zone.id);
  tx.execute("update accounts set default_zone_id = null, generation = generation + 1 where default_zone_id = $1",
             sql::cells(zone.id));
  zone.removed = call.cloud.now();
  sql::update(tx, zone);
  call.event_note = zone.name;
  return {true, {}};
}

struct PodIpRange {
  FIELDS(PodIpRange,
    (std::string, start_ip, "First address."), (std::string, end_ip, "Last address."),
    (std::string, for_system_vms, "0 or 1."), (std::string, vlan_id, "Tag on the wire."))
};

struct PodAnswer {
  FIELDS(PodAnswer,
    (Id<model::Pod>, id, "The pod."),
    (std::string, name, "Its name."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, zone_name, "The zone's name."),
    (std::string, gateway, "Of the management network."),
    (std::string, netmask, "Of the management network."),
    (std::vector<PodIpRange>, ip_ranges, "Addresses Welkin may use.", .keep_empty = true),
    (std::vector<std::string>, start_ip, "First of each range.", .keep_empty = true),
    (std::vector<std::string>, end_ip, "Last of each range.", .keep_empty = true),
    (std::vector<std::string>, for_system_vms, "0 or 1 of each range.", .keep_empty = true),
    (std::vector<std::string>, vlan_id, "Tag of each range.", .keep_empty = true),
    (std::string, allocation_state, "Enabled or Disabled."),
    (std::vector<CapacityAnswer>, capacity, "What it has and what is used, when asked for."),
    (bool, has_annotations, "Whether somebody has written a note."))
};

PodAnswer answer_pod(Call& call, sql::Transaction& tx, const model::Pod& pod, bool capacities = false) {
  PodAnswer out;
  out.id = pod.id;
  out.name = pod.name;
  out.zone_id = pod.zone_id;
  if (const auto* zone = call.look(tx, pod.zone_id)) out.zone_name = zone->name;
  out.gateway = pod.gateway;
  const auto cidr = model::Cidr::parse(pod.cidr);
  out.netmask = cidr ? cidr->netmask().text() : "";
  for (const auto& range : pod.ranges) {
    const auto vlan = "vlan://" + (range.vlan.empty() ? std::string("untagged") : range.vlan);
    out.ip_ranges.push_back({range.first, range.last, range.for_system ? "1" : "0", vlan});
    out.start_ip.push_back(range.first);
    out.end_ip.push_back(range.last);
    out.for_system_vms.push_back(range.for_system ? "1" : "0");
    out.vlan_id.push_back(vlan);
  }
  out.allocation_state = name_of(pod.allocation_state);
  if (capacities) out.capacity = capacity_answers(tx, {pod.zone_id, pod.id});
  return out;
}

struct ListPods : Listing {
  using Base = Listing;
  FIELDS(ListPods,
    (std::optional<See<model::Pod>>, id, "Only this pod."),
    (std::optional<std::string>, name, "Only pods with this name."),
    (std::optional<See<model::Zone>>, zone_id, "Only pods of this zone."),
    (std::optional<model::AllocationState>, allocation_state, "Only pods in this state."),
    (bool, show_capacities, "With what they have and what is used."))
};

Page<PodAnswer> list_pods(Call& call, sql::Transaction& tx, const ListPods& request) {
  Where where;
  where.equal("id", request.id)
      .equal("name", request.name)
      .equal("zone_id", request.zone_id)
      .equal("allocation_state", request.allocation_state);
  where.keyword({"name"}, request.keyword).that("removed is null");
  return answers_of<model::Pod>(tx, where, request, "created, id", [&](const model::Pod& pod) {
    return answer_pod(call, tx, pod, request.show_capacities);
  });
}

/// Sets what describes a pod's management network, after checking that the parts agree.
void set_pod_network(model::Pod& pod, const std::string& gateway, const std::string& netmask, const std::string& start,
                     const std::string& end) {
  pod.gateway = gateway;
  const auto cidr = model::Cidr::around(model::ipv4_from(gateway, "gateway"), model::prefix_from(netmask, "netmask"));
  pod.cidr = cidr.text();
  if (start.empty()) return;
  const auto range = model::range_from(start, end.empty() ? start : end, "startip");
  if (!cidr.contains(range.first) || !cidr.contains(range.last))
    throw Error(Fault::invalid, fmt::format("The range {} to {} is not within {}.", start, range.last.text(), pod.cidr),
                "startip");
  pod.ranges = {{start, range.last.text(), false, ""}};
}

struct CreatePod {
  FIELDS(CreatePod,
    (std::string, name, "Unique in its zone."),
    (Operate<model::Zone>, zone_id, "Its zone."),
    (std::optional<std::string>, start_ip, "First address Welkin may use in the management network."),
    (std::optional<std::string>, end_ip, "Last one; the first when absent."),
    (std::optional<std::string>, netmask, "Of the management network."),
    (std::optional<std::string>, gateway, "Of the management network."),
    (std::optional<std::string>, allocation_state, "Enabled or Disabled."))
};

PodAnswer create_pod(Call& call, sql::Transaction& tx, const CreatePod& request) {
  check_free_name<model::Pod>(tx, "where name = $1 and zone_id = $2 and removed is null", request.name, {},
                              request.zone_id.id());
  model::Pod pod;
  pod.id = call.cloud.new_id<model::Pod>();
  pod.name = request.name;
  pod.zone_id = request.zone_id.id();
  if (request.gateway || request.netmask || request.start_ip)
    set_pod_network(pod, request.gateway.value_or(""), request.netmask.value_or(""), request.start_ip.value_or(""),
                    request.end_ip.value_or(""));
  pod.allocation_state = choice(request.allocation_state, model::AllocationState::enabled, "allocationstate");
  pod.created = call.cloud.now();
  sql::insert(tx, pod);
  call.event_note = pod.name;
  return answer_pod(call, tx, pod);
}

struct UpdatePod {
  FIELDS(UpdatePod,
    (Operate<model::Pod>, id, "The pod."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, start_ip, "First address Welkin may use."),
    (std::optional<std::string>, end_ip, "Last one."),
    (std::optional<std::string>, netmask, "Of the management network."),
    (std::optional<std::string>, gateway, "Of the management network."),
    (std::optional<std::string>, allocation_state, "Enabled or Disabled."))
};

PodAnswer update_pod(Call& call, sql::Transaction& tx, const UpdatePod& request) {
  auto pod = *request.id;
  if (request.name)
    check_free_name<model::Pod>(tx, "where name = $1 and zone_id = $2 and removed is null", *request.name, pod.id,
                                pod.zone_id);
  set(pod.name, request.name);
  if (request.gateway || request.netmask || request.start_ip || request.end_ip) {
    const auto cidr = model::Cidr::parse(pod.cidr);
    const auto former = pod.ranges.empty() ? model::PodRange{} : pod.ranges.front();
    set_pod_network(pod, request.gateway.value_or(pod.gateway),
                    request.netmask.value_or(cidr ? cidr->netmask().text() : ""),
                    request.start_ip.value_or(former.first), request.end_ip.value_or(former.last));
  }
  pod.allocation_state = choice(request.allocation_state, pod.allocation_state, "allocationstate");
  sql::update(tx, pod);
  call.event_note = pod.name;
  return answer_pod(call, tx, pod);
}

struct DeletePod {
  FIELDS(DeletePod, (Operate<model::Pod>, id, "The pod; it must be empty."))
};

Success delete_pod(Call& call, sql::Transaction& tx, const DeletePod& request) {
  auto pod = *request.id;
  if (sql::count(tx, "select count(*) from clusters where pod_id = $1 and removed is null", pod.id) > 0)
    throw Error(Fault::in_use, fmt::format("The pod {} still has clusters; delete them first.", pod.name),
                pod.id.text());
  model::forget_marks(tx, pod.id);
  model::release_dedication_of(tx, pod.id);
  pod.removed = call.cloud.now();
  sql::update(tx, pod);
  call.event_note = pod.name;
  return {true, {}};
}
}  // namespace

std::vector<Command> zone_commands() {
  return {
      reading<list_zones>({"listZones", "zone", "Lists zones.", Audience::everyone}),
      writing<create_zone>({"createZone", "zone", "Creates a zone.", Audience::root, "ZONE.CREATE"}),
      writing<update_zone>({"updateZone", "zone", "Changes a zone.", Audience::root, "ZONE.EDIT"}),
      writing<delete_zone>({"deleteZone", "", "Deletes an empty zone.", Audience::root, "ZONE.DELETE"}),
      reading<list_pods>({"listPods", "pod", "Lists pods.", Audience::root}),
      writing<create_pod>({"createPod", "pod", "Creates a pod.", Audience::root, "POD.CREATE"}),
      writing<update_pod>({"updatePod", "pod", "Changes a pod.", Audience::root, "POD.EDIT"}),
      writing<delete_pod>({"deletePod", "", "Deletes an empty pod.", Audience::root, "POD.DELETE"}),
  };
}

}  // namespace welkin::commands
