// Commands of network offerings and of the services they are made of.
#include <algorithm>

#include "commands/offered.hpp"
#include "model/marks.hpp"
#include "model/network.hpp"
#include "model/network_offering.hpp"
#include "model/service_offering.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;

/// Services that a virtual router gives.
constexpr std::string_view router_services[] = {"Dhcp",           "Dns",      "SourceNat", "StaticNat",
                                                "PortForwarding", "Firewall", "UserData"};

struct ProvidedBy {
  FIELDS(ProvidedBy, (std::string, name, "The provider."))
};
struct Trait {
  FIELDS(Trait,
    (std::string, name, "What."),
    (std::string, value, "How."),
    (bool, can_choose_service_capability, "Whether offerings may choose.", .wire = "canchooseservicecapability"))
};
struct ServiceOfOffering {
  FIELDS(ServiceOfOffering,
    (std::string, name, "The service."),
    (std::vector<ProvidedBy>, provider, "Who gives it.", .keep_empty = true),
    (std::vector<Trait>, capability, "What it can do."))
};
struct NetworkOfferingAnswer {
  FIELDS(NetworkOfferingAnswer,
    (Id<model::NetworkOffering>, id, "The offering."),
    (std::string, name, "Its name."),
    (std::string, display_text, "What it is."),
    (std::optional<std::string>, tags, "Physical networks must carry them."),
    (Time, created, "When it was made."),
    (std::string, traffic_type, "Guest."),
    (bool, is_default, "Came with the cloud."),
    (bool, specify_vlan, "The maker names the identifier."),
    (bool, conserve_mode, "Services may share a public address."),
    (bool, specify_ip_ranges, "The maker names the addresses."),
    (std::string, availability, "Optional or Required."),
    (std::optional<int>, network_rate, "Megabits a second."),
    (std::string, state, "Enabled …"),
    (std::string, guest_ip_type, "Isolated, Shared or L2."),
    (Id<model::ServiceOffering>, service_offering_id, "Size of its routers."),
    (std::vector<ServiceOfOffering>, service, "What its networks can do.", .keep_empty = true),
    (bool, for_vpc, "For tiers of VPCs."),
    (bool, for_nsx, "For networks of NSX: never."),
    (bool, for_tungsten, "For networks of Tungsten: never."),
    (std::optional<std::string>, network_mode, "NATTED or ROUTED."),
    (bool, is_persistent, "Networks stand without instances."),
    (TextMap, details, "Its details."),
    (bool, egress_default_policy, "Guests may send anything unless a rule says no."),
    (bool, supports_streched_l2_subnet, "Networks may span zones.", .wire = "supportsstrechedl2subnet"),
    (bool, supports_public_access, "Networks may be open to the outside."),
    (bool, supports_internal_lb, "Balances load inside: not yet."),
    (std::optional<std::string>, domain_id, "Only for these domains."),
    (std::optional<std::string>, domain, "By name."),
    (std::optional<std::string>, zone_id, "Only in these zones."),
    (std::optional<std::string>, zone, "By name."),
    (std::string, internet_protocol, "IPv4."),
    (bool, specify_as_number, "The maker names the AS number: never."),
    (bool, has_annotations, "Whether somebody has written a note."))
};
NetworkOfferingAnswer answer(Call& call, sql::Transaction& tx, const model::NetworkOffering& o) {
  NetworkOfferingAnswer out;
  const auto where = offered_where(call, tx, o);
  out.id = o.id;
  out.name = o.name;
  out.display_text = o.display_text;
  out.tags = unless_empty(joined(o.tags));
  out.created = o.created;
  out.traffic_type = name_of(o.traffic);
  out.is_default = o.is_default;
  out.specify_vlan = o.specify_vlan;
  out.conserve_mode = o.conserve_mode;
  out.specify_ip_ranges = o.specify_ip_ranges;
  out.availability = name_of(o.availability);
  if (o.network_rate) out.network_rate = o.network_rate;
  out.state = name_of(o.state);
  out.guest_ip_type = name_of(o.guest_type);
  out.service_offering_id = o.service_offering_id;
  if (!out.service_offering_id) {
    // Routers are processes without a size of their own; clients expect an offering all the same.
    const auto usual = sql::first<model::ServiceOffering>(tx, "where removed is null order by created, id limit 1");
    if (usual) out.service_offering_id = usual->id;
  }
  for (const auto& service : o.services) {
    auto& entry = out.service.emplace_back();
    entry.name = service.name;
    for (const auto& provider : service.providers) entry.provider.push_back({provider});
    for (const auto& [name, value] : service.capabilities) entry.capability.push_back({name, value, false});
  }
  out.for_vpc = o.for_vpc;
  out.network_mode = unless_empty(o.network_mode);
  out.is_persistent = o.persistent;
  out.details = o.details;
  out.egress_default_policy = o.egress_open;
  out.supports_public_access = o.public_access;
  out.domain_id = where.domain_ids;
  out.domain = where.domains;
  out.zone_id = where.zone_ids;
  out.zone = where.zones;
  out.internet_protocol = o.internet_protocol.empty() ? "IPv4" : o.internet_protocol;
  return out;
}
struct ListNetworkOfferings : DomainListing {
  using Base = DomainListing;
  FIELDS(ListNetworkOfferings,
    (std::optional<Using<model::NetworkOffering>>, id, "Only this offering."),
    (std::optional<std::string>, name, "Only the offering with this name."),
    (std::optional<std::string>, display_text, "Only offerings so described."),
    (std::optional<model::Traffic>, traffic_type, "Only offerings for this traffic."),
    (std::optional<bool>, is_default, "Only those that came with the cloud, or only the others."),
    (std::optional<bool>, specify_vlan, "Only those whose maker names the identifier, or only the others."),
    (std::optional<model::Availability>, availability, "Optional or Required."),
    (std::optional<See<model::Zone>>, zone_id, "Only those this zone has."),
    (std::optional<model::EnabledState>, state, "Only those in this state."),
    (std::optional<model::GuestType>, guest_ip_type, "Isolated, Shared or L2."),
    (std::vector<std::string>, supported_services, "Only those with all these services."),
    (std::optional<bool>, source_nat_supported, "Only those with source NAT, or only the others."),
    (std::optional<bool>, specify_ip_ranges, "Only those whose maker names the addresses, or only the others."),
    (std::optional<bool>, for_vpc, "Only those for tiers of VPCs, or only the others."),
    (std::optional<See<model::Network>>, network_id, "Only others for networks of the same type as this one."),
    (std::optional<std::string>, tags, "Only those with this tag."),
    (std::optional<bool>, is_tagged, "Only those with tags, or only the others."))
};
Page<NetworkOfferingAnswer> list(Call& call, sql::Transaction& tx, const ListNetworkOfferings& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("display_text", r.display_text)
      .equal("traffic", r.traffic_type)
      .equal("is_default", r.is_default)
      .equal("specify_vlan", r.specify_vlan)
      .equal("availability", r.availability);
  where.equal("state", r.state)
      .equal("guest_type", r.guest_ip_type)
      .equal("specify_ip_ranges", r.specify_ip_ranges)
      .equal("for_vpc", r.for_vpc)
      .keyword({"name", "display_text"}, r.keyword)
      .that("removed is null and is_system = 0");
  for (const auto& service : r.supported_services)
    where.that("services like $", fmt::format("%\"name\":\"{}\"%", service));
  if (r.source_nat_supported)
    where.that(*r.source_nat_supported ? "services like '%\"name\":\"SourceNat\"%'"
                                       : "services not like '%\"name\":\"SourceNat\"%'");
  offered_here(where, call, tx, r.zone_id, r);
  if (r.network_id)
    where.equal("guest_type", (*r.network_id)->guest_type).that("id <> $", (*r.network_id)->network_offering_id);
  if (r.tags) where.that("tags like $", fmt::format("%\"{}\"%", *r.tags));
  if (r.is_tagged) where.that(*r.is_tagged ? "tags <> '[]'" : "tags = '[]'");
  return answers_of<model::NetworkOffering>(tx, where, r, "sort_key, created, id",
                                            [&](const auto& o) { return answer(call, tx, o); });
}

struct ServiceProvider {
  FIELDS(ServiceProvider, (std::string, service, "The service."), (std::string, provider, "Who gives it."))
};
struct ServiceCapability {
  FIELDS(ServiceCapability,
    (std::string, service, "The service."),
    (std::string, capabilitytype, "What."),
    (std::string, capabilityvalue, "How."))
};
struct CreateNetworkOffering {
  FIELDS(CreateNetworkOffering,
    (std::string, name, "Unique."),
    (std::optional<std::string>, display_text, "What it is; the name when absent."),
    (std::string, guest_ip_type, "Isolated or L2."),
    (std::string, traffic_type, "Guest."),
    (std::vector<std::string>, supported_services, "What its networks can do."),
    (std::vector<ServiceProvider>, service_provider_list, "Who gives what."),
    (std::vector<ServiceCapability>, service_capability_list, "How."),
    (std::optional<std::string>, availability, "Optional or Required."),
    (std::optional<bool>, conserve_mode, "Services may share a public address."),
    (bool, specify_vlan, "The maker names the identifier."),
    (bool, specify_ip_ranges, "The maker names the addresses."),
    (bool, is_persistent, "Networks stand without instances."),
    (bool, egress_default_policy, "Guests may send anything unless a rule says no."),
    (std::optional<int>, network_rate, "Megabits a second."),
    (std::optional<std::string>, tags, "Physical networks must carry them."),
    (std::optional<Using<model::ServiceOffering>>, service_offering_id, "Size of its routers."),
    (bool, for_vpc, "For tiers of VPCs: not supported yet."),
    (std::vector<See<model::Domain>>, domain_id, "Only for these domains."),
    (std::vector<See<model::Zone>>, zone_id, "Only in these zones."),
    (bool, enable, "Enable it at once."),
    (TextMap, details, "Its details."),
    (std::optional<std::string>, internet_protocol, "IPv4."),
    (std::optional<std::string>, network_mode, "NATTED."))
};
/// The only value there is yet.
void must_be(const std::optional<std::string>& value, std::string_view only, std::string_view parameter) {
  if (value && !value->empty() && !same_text_ignoring_case(*value, only))
    throw Error(Fault::unsupported, fmt::format("{} cannot be {}: only {} is supported yet.", parameter, *value, only),
                std::string(parameter));
}
NetworkOfferingAnswer create(Call& call, sql::Transaction& tx, const CreateNetworkOffering& r) {
  if (r.for_vpc) throw Error(Fault::unsupported, "Tiers of VPCs are not supported yet; leave forvpc out.", "forvpc");
  if (!same_text_ignoring_case(r.traffic_type, "Guest"))
    throw Error(Fault::unsupported, "Only offerings for Guest traffic can be made.", "traffictype");
  must_be(r.internet_protocol, "IPv4", "internetprotocol");
  must_be(r.network_mode, "NATTED", "networkmode");
  check_free_name<model::NetworkOffering>(tx, "where name = $1 and removed is null", r.name, {});
  model::NetworkOffering o;
  o.id = call.cloud.new_id<model::NetworkOffering>();
  o.name = r.name;
  o.display_text = r.display_text.value_or(r.name);
  o.guest_type = choice(std::optional(r.guest_ip_type), model::GuestType::isolated, "guestiptype");
  o.traffic = model::Traffic::guest;
  check_between(r.network_rate, 0, 1'000'000, "networkrate");
  for (const auto& entry : r.service_provider_list)
    if (!same_text_ignoring_case(entry.provider, "VirtualRouter"))
      throw Error(Fault::unsupported,
                  fmt::format("The provider {} is not supported; VirtualRouter is.", entry.provider),
                  "serviceproviderlist");
  auto names = r.supported_services;
  for (const auto& entry : r.service_provider_list)
    if (std::ranges::find(names, entry.service) == names.end()) names.push_back(entry.service);
  for (const auto& name : names) {
    if (std::ranges::none_of(router_services, [&](auto known) { return same_text_ignoring_case(known, name); }))
      throw Error(Fault::unsupported,
                  fmt::format("The service {} is not supported; {} are.", name, fmt::join(router_services, ", ")),
                  "supportedservices");
    if (model::offers(o, name)) continue;
    auto& service = o.services.emplace_back();
    service.name =
        *std::ranges::find_if(router_services, [&](auto known) { return same_text_ignoring_case(known, name); });
    for (const auto& entry : r.service_provider_list)
      if (same_text_ignoring_case(entry.service, name) && service.providers.empty())
        service.providers.push_back("VirtualRouter");
    if (service.providers.empty()) service.providers.push_back("VirtualRouter");
    for (const auto& entry : r.service_capability_list)
      if (same_text_ignoring_case(entry.service, name))
        service.capabilities[entry.capabilitytype] = entry.capabilityvalue;
  }
  o.availability = choice(r.availability, model::Availability::optional, "availability");
  o.conserve_mode = r.conserve_mode.value_or(true);
  o.specify_vlan = r.specify_vlan;
  o.specify_ip_ranges = r.specify_ip_ranges;
  o.persistent = r.is_persistent;
  o.egress_open = r.egress_default_policy;
  o.network_rate = r.network_rate.value_or(0);
  o.tags = words(r.tags.value_or(""));
  if (r.service_offering_id) o.service_offering_id = r.service_offering_id->id();
  for (const auto& domain : r.domain_id) o.domain_ids.push_back(domain.id());
  for (const auto& zone : r.zone_id) o.zone_ids.push_back(zone.id());
  o.state = r.enable ? model::EnabledState::enabled : model::EnabledState::disabled;
  o.internet_protocol = "IPv4";
  if (r.network_mode) o.network_mode = "NATTED";
  o.details = r.details;
  o.created = call.cloud.now();
  sql::insert(tx, o);
  call.event_note = o.name;
  return answer(call, tx, o);
}
struct UpdateNetworkOffering {
  FIELDS(UpdateNetworkOffering,
    (std::optional<Operate<model::NetworkOffering>>, id, "The offering."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, display_text, "What it is."),
    (std::optional<std::string>, state, "Enabled or Disabled."),
    (std::optional<std::string>, availability, "Optional or Required."),
    (std::optional<int>, sort_key, "Place in lists."),
    (std::optional<std::string>, tags, "Physical networks must carry them."),
    (std::optional<std::string>, domain_id, "Domains it is kept to from now on, between commas; public for everyone.", .length = 4096),
    (std::optional<std::string>, zone_id, "Zones that have it from now on, between commas; all for all.", .length = 4096))
};
NetworkOfferingAnswer update(Call& call, sql::Transaction& tx, const UpdateNetworkOffering& r) {
  if (!r.id) throw Error(Fault::invalid, "Name the offering: give id.", "id");
  auto o = **r.id;
  if (r.name) check_free_name<model::NetworkOffering>(tx, "where name = $1 and removed is null", *r.name, o.id);
  set(o.name, r.name);
  set(o.display_text, r.display_text);
  o.state = choice(r.state, o.state, "state");
  o.availability = choice(r.availability, o.availability, "availability");
  set(o.sort_key, r.sort_key);
  if (r.tags) o.tags = words(*r.tags);
  move_offer(call, tx, o, r);
  sql::update(tx, o);
  call.event_note = o.name;
  return answer(call, tx, o);
}
struct DeleteNetworkOffering {
  FIELDS(DeleteNetworkOffering, (Operate<model::NetworkOffering>, id, "The offering; no network may have it."))
};
Success remove(Call& call, sql::Transaction& tx, const DeleteNetworkOffering& r) {
  auto o = *r.id;
  if (o.is_default)
    throw Error(Fault::invalid,
                fmt::format("The offering {} came with the cloud and cannot be deleted; disable it.", o.name), "id");
  check_none_left(tx, "network offering", o.name, "networks", "network_offering_id = $1 and removed is null", o.id);
  model::forget_marks(tx, o.id);
  o.removed = call.cloud.now();
  sql::update(tx, o);
  call.event_note = o.name;
  return {true, {}};
}

struct SupportedProvider {
  FIELDS(SupportedProvider,
    (std::string, name, "The provider."),
    (std::string, state, "Enabled."),
    (bool, can_enable_individual_service, "Services can be chosen one by one."))
};
struct SupportedService {
  FIELDS(SupportedService,
    (std::string, name, "The service."),
    (std::vector<SupportedProvider>, provider, "Who can give it.", .keep_empty = true),
    (std::vector<Trait>, capability, "What it can do.", .keep_empty = true))
};
struct ListSupportedServices : Listing {
  using Base = Listing;
  FIELDS(ListSupportedServices,
    (std::optional<std::string>, provider, "Only services of this provider."),
    (std::optional<std::string>, service, "Only this service."))
};
Page<SupportedService> list_services(Call&, sql::Transaction&, const ListSupportedServices& r) {
  Page<SupportedService> page;
  if (r.provider && !same_text_ignoring_case(*r.provider, "VirtualRouter")) return page;
  for (const auto name : router_services)
    if (!r.service || same_text_ignoring_case(*r.service, name))
      page.rows.push_back({std::string(name), {{"VirtualRouter", "Enabled", true}}, {}});
  page.count = std::ssize(page.rows);
  return page;
}
}  // namespace

std::vector<Command> network_offering_commands() {
  return {
      reading<list>({"listNetworkOfferings", "networkoffering", "Lists network offerings.", Audience::everyone}),
      writing<create>({"createNetworkOffering", "networkoffering", "Creates a network offering.", Audience::root,
                       "NETWORK.OFFERING.CREATE"}),
      writing<update>({"updateNetworkOffering", "networkoffering", "Changes a network offering.", Audience::root,
                       "NETWORK.OFFERING.EDIT"}),
      writing<remove>({"deleteNetworkOffering", "", "Deletes an unused network offering.", Audience::root,
                       "NETWORK.OFFERING.REMOVE"}),
      reading<list_services>(
          {"listSupportedNetworkServices", "networkservice", "Lists services networks can have.", Audience::root}),
  };
}

}  // namespace welkin::commands
