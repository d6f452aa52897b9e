// Commands of guest networks.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/tags.hpp"
#include "flows/orders.hpp"
#include "flows/specs.hpp"
#include "model/cluster.hpp"
#include "model/names.hpp"
#include "model/network_offering.hpp"
#include "model/physical_network.hpp"
#include "model/pod.hpp"
#include "model/public_address.hpp"
#include "model/router.hpp"
#include "model/service_offering.hpp"
#include "model/settings.hpp"
#include "model/vlan_range.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;
using access::Using;

struct ServiceCapabilityAnswer {
  FIELDS(ServiceCapabilityAnswer,
    (std::string, name, "What."),
    (std::string, value, "How."),
    (bool, can_choose_service_capability, "Whether offerings may choose."))
};
struct ProviderOfService {
  FIELDS(ProviderOfService, (std::string, name, "The provider."))
};
struct ServiceAnswer {
  FIELDS(ServiceAnswer,
    (std::string, name, "The service."),
    (std::vector<ProviderOfService>, provider, "Who gives it."),
    (std::vector<ServiceCapabilityAnswer>, capability, "What it can do."))
};

struct NetworkAnswer : UnderWay {
  using Base = UnderWay;
  FIELDS(NetworkAnswer,
    (Id<model::Network>, id, "The network."),
    (std::optional<IconAnswer>, icon, "Its icon, when asked for.", .type = "resourceiconresponse"),
    (std::string, name, "Its name."),
    (std::string, display_text, "What it is."),
    (std::string, broadcast_domain_type, "Vxlan."),
    (std::string, traffic_type, "Guest."),
    (std::optional<std::string>, gateway, "The router's inner address."),
    (std::optional<std::string>, netmask, "Of the network."),
    (std::optional<std::string>, cidr, "Its addresses."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, zone_name, "The zone's name."),
    (Id<model::NetworkOffering>, network_offering_id, "Its services."),
    (std::string, network_offering_name, "By name."),
    (std::string, network_offering_display_text, "What that is."),
    (bool, network_offering_conserve_mode, "Services may share a public address."),
    (std::string, network_offering_availability, "Optional or Required."),
    (bool, is_system, "The cloud's own."),
    (std::string, state, "Allocated, Implemented …"),
    (Id<model::Network>, related, "Itself."),
    (std::optional<std::string>, broadcast_uri, "Its identifier.", .admin = true),
    (std::optional<std::string>, dns1, "First resolver."),
    (std::optional<std::string>, dns2, "Second resolver."),
    (std::string, type, "Isolated, Shared or L2."),
    (std::optional<std::string>, vlan, "Its identifier.", .admin = true),
    (std::string, acl_type, "Account or Domain."),
    (std::optional<bool>, subdomain_access, "Domains beneath may use it."),
    (std::optional<std::string>, account, "Its owner."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (bool, is_default, "Guests of the zone are plugged into it when they name none."),
    (std::vector<ServiceAnswer>, service, "What it gives.", .keep_empty = true),
    (std::optional<std::string>, network_domain, "DNS suffix."),
    (Id<model::PhysicalNetwork>, physical_network_id, "Who carries it."),
    (bool, restart_required, "It must be restarted before changes hold."),
    (bool, specify_vlan, "Its maker names its identifier."),
    (bool, specify_ip_ranges, "Its maker names its addresses."),
    (bool, can_use_for_deploy, "Instances may be plugged into it."),
    (bool, is_persistent, "It stands without instances."),
    (std::vector<TagAnswer>, tags, "Its tags.", .keep_empty = true),
    (TextMap, details, "Its details.", .keep_empty = true),
    (bool, display_network, "Shown to its owner."),
    (bool, streched_l2_subnet, "It spans zones.", .wire = "strechedl2subnet"),
    (bool, redundant_router, "Two routers stand in for each other."),
    (bool, supports_vm_autoscaling, "Instances can be scaled by load: not yet."),
    (Time, created, "When it was made."),
    (bool, egress_default_policy, "Guests may send anything unless a rule says no."),
    (std::string, internet_protocol, "IPv4."),
    (int, public_mtu, "Largest packet outside."),
    (int, private_mtu, "Largest packet inside."),
    (std::optional<std::string>, external_id, "Its name elsewhere."),
    (bool, keep_mac_address_on_public_nic, "A router made anew has the hardware address of the one before: never."),
    (bool, has_annotations, "Whether somebody has written a note."))
};

NetworkAnswer answer_network(Call& call, sql::Transaction& tx, const model::Network& row) {
  NetworkAnswer out;
  out.id = out.related = row.id;
  out.name = row.name;
  out.display_text = row.display_text;
  out.broadcast_domain_type = "Vxlan";
  out.traffic_type = "Guest";
  out.gateway = unless_empty(row.gateway);
  out.cidr = unless_empty(row.cidr);
  if (const auto cidr = model::Cidr::parse(row.cidr)) out.netmask = cidr->netmask().text();
  out.zone_id = row.zone_id;
  const auto* zone = call.look(tx, row.zone_id);
  if (zone) out.zone_name = zone->name;
  out.network_offering_id = row.network_offering_id;
  if (const auto* offering = call.look(tx, row.network_offering_id)) {
    out.network_offering_name = offering->name;
    out.network_offering_display_text = offering->display_text;
    out.network_offering_conserve_mode = offering->conserve_mode;
    out.network_offering_availability = name_of(offering->availability);
    for (const auto& service : offering->services) {
      auto& answer = out.service.emplace_back();
      answer.name = service.name;
      for (const auto& provider : service.providers) answer.provider.push_back({provider});
      for (const auto& [name, value] : service.capabilities) answer.capability.push_back({name, value, false});
    }
    out.specify_vlan = offering->specify_vlan;
    out.specify_ip_ranges = offering->specify_ip_ranges;
    out.is_persistent = offering->persistent;
    out.egress_default_policy = offering->egress_open;
    out.internet_protocol = offering->internet_protocol.empty() ? "IPv4" : offering->internet_protocol;
  }
  out.is_system = row.is_system;
  out.state = name_of(row.state);
  if (row.vni && call.caller.is_root()) {
    out.broadcast_uri = fmt::format("vxlan://{}", row.vni);
    out.vlan = fmt::format("{}", row.vni);
  }
  out.dns1 = unless_empty(row.dns1.empty() && zone ? zone->dns1 : row.dns1);
  out.dns2 = unless_empty(row.dns1.empty() && zone ? zone->dns2 : row.dns2);
  out.type = name_of(row.guest_type);
  out.acl_type = name_of(row.acl_type);
  if (row.acl_type == model::AclType::domain) out.subdomain_access = row.subdomain_access;
  name_owner(call, tx, row.account_id, out);
  name_domain(call, tx, row.domain_id, out);
  out.is_default = row.is_default;
  out.network_domain = unless_empty(row.network_domain);
  out.physical_network_id = row.physical_network_id;
  out.restart_required = row.restart_required;
  out.can_use_for_deploy = row.state != model::NetworkState::destroy && row.state != model::NetworkState::shutdown;
  out.display_network = row.display;
  out.redundant_router = row.redundant;
  out.created = row.created;
  out.public_mtu = row.public_mtu ? row.public_mtu : 1500;
  out.private_mtu = flows::mtu_of(row);
  out.external_id = unless_empty(row.external_id);
  return out;
}

struct ListNetworks : CountedListing {
  using Base = CountedListing;
  FIELDS(ListNetworks,
    (std::optional<See<model::Network>>, id, "Only this network."),
    (std::optional<std::string>, name, "Only networks with this name."),
    (std::optional<See<model::Zone>>, zone_id, "Only networks of this zone."),
    (std::optional<std::string>, type, "Isolated, Shared or L2; all otherwise."),
    (bool, is_system, "Only the cloud's own.", .admin = true),
    (std::optional<model::AclType>, acl_type, "Only networks used so."),
    (std::optional<std::string>, traffic_type, "Guest."),
    (std::optional<See<model::PhysicalNetwork>>, physical_network_id, "Only networks it carries."),
    (std::vector<std::string>, supported_services, "Only networks with all these services."),
    (std::optional<bool>, restart_required, "Only networks to be restarted, or only the others."),
    (bool, for_vpc, "Only tiers of VPCs: there are none yet."),
    (std::optional<bool>, can_use_for_deploy, "Only networks instances may be plugged into."),
    (std::optional<bool>, display_network, "Only networks shown, or only the others.", .admin = true),
    (std::optional<Using<model::NetworkOffering>>, network_offering_id, "Only networks with this offering."),
    (std::optional<std::string>, network_filter, "account, domain, accountdomain, shared or all: whose networks; all when absent."),
    (std::optional<std::int64_t>, vlan, "Only networks with this identifier.", .type = "string", .admin = true),
    (std::optional<bool>, specify_ip_ranges, "Only networks whose maker names the addresses, or only the others."),
    (bool, show_icon, "With icons."))
};
/// By who may plug into a network. `shared` are networks that other accounts have lent: there are none.
void filter_by_use(Where& where, const std::optional<std::string>& filter) {
  const auto is = [&](std::string_view name) { return same_text_ignoring_case(*filter, name); };
  if (!filter || is("all") || is("accountdomain")) return;
  if (is("account")) where.equal("acl_type", model::AclType::account);
  else if (is("domain")) where.equal("acl_type", model::AclType::domain);
  else if (is("shared")) where.nothing();
  else
    throw Error(
        Fault::invalid,
        fmt::format("networkfilter cannot be {}; it is account, domain, accountdomain, shared or all.", *filter),
        "networkfilter");
}
Page<NetworkAnswer> list_networks(Call& call, sql::Transaction& tx, const ListNetworks& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value());
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("zone_id", r.zone_id)
      .equal("acl_type", r.acl_type)
      .equal("physical_network_id", r.physical_network_id);
  where.equal("restart_required", r.restart_required)
      .equal("display", r.display_network)
      .equal("network_offering_id", r.network_offering_id);
  if (r.type && !same_text_ignoring_case(*r.type, "all"))
    where.equal("guest_type", choice(r.type, model::GuestType::isolated, "type"));
  if (r.is_system) where.that("is_system = 1");
  where.tagged(model::TaggedKind::network, r.tags);
  if (r.for_vpc || (r.traffic_type && !same_text_ignoring_case(*r.traffic_type, "Guest"))) where.nothing();
  if (r.can_use_for_deploy && *r.can_use_for_deploy) where.that("state not in ('Shutdown', 'Destroy')");
  filter_by_use(where, r.network_filter);
  where.equal("vni", r.vlan);
  if (r.specify_ip_ranges)
    where.that("network_offering_id in (select id from network_offerings where specify_ip_ranges = $)",
               *r.specify_ip_ranges);
  for (const auto& service : r.supported_services)
    where.that("network_offering_id in (select id from network_offerings where services like $)",
               fmt::format("%\"name\":\"{}\"%", service));
  where.keyword({"name", "display_text"}, r.keyword).that("removed is null");
  auto page = answers_of<model::Network>(tx, where, r, "created desc, id", [&](const auto& row) {
                     return answer_network(call, tx, row);
                   });
  return with_jobs(call, tx, with_tags(call, tx, model::TaggedKind::network, std::move(page)));
}

struct CreateNetwork : ForOwner {
  using Base = ForOwner;
  FIELDS(CreateNetwork,
    (std::string, name, "As its owner calls it."),
    (std::optional<std::string>, display_text, "What it is."),
    (Using<model::NetworkOffering>, network_offering_id, "Its services."),
    (Using<model::Zone>, zone_id, "Its zone."),
    (std::optional<See<model::PhysicalNetwork>>, physical_network_id, "Who carries it; the zone's only one when absent."),
    (std::optional<std::string>, gateway, "The router's inner address."),
    (std::optional<std::string>, netmask, "Of the network."),
    (std::optional<std::string>, network_domain, "DNS suffix."),
    (std::optional<std::string>, acl_type, "account; domain for shared networks."),
    (bool, subdomain_access, "Domains beneath may use it."),
    (std::optional<bool>, display_network, "Shown to its owner.", .admin = true),
    (std::optional<std::string>, external_id, "Its name elsewhere."),
    (std::optional<std::int64_t>, vlan, "Its VXLAN identifier, where the offering lets its maker name it.", .type = "string", .admin = true),
    (std::optional<std::string>, dns1, "First resolver."),
    (std::optional<std::string>, dns2, "Second resolver."),
    (std::optional<int>, public_mtu, "Largest packet outside."),
    (std::optional<int>, private_mtu, "Largest packet inside."))
};

/// A physical network may be one domain's own, with what lies beneath it.
bool may_use(sql::Transaction& tx, const model::Account& owner, const model::PhysicalNetwork& row) {
  if (!row.domain_id) return true;
  const auto kept = sql::get<model::Domain>(tx, row.domain_id);
  return kept && sql::need<model::Domain>(tx, owner.domain_id).path.starts_with(kept->path);
}

model::PhysicalNetwork carrier_for(sql::Transaction& tx, const CreateNetwork& r, const model::Account& owner) {
  if (r.physical_network_id) {
    if (!may_use(tx, owner, **r.physical_network_id))
      throw Error(Fault::forbidden, "The physical network belongs to another domain.", "physicalnetworkid");
    return **r.physical_network_id;
  }
  for (auto& row : sql::all<model::PhysicalNetwork>(
           tx, "where zone_id = $1 and removed is null and state = 'Enabled' order by created", r.zone_id.id()))
    if (may_use(tx, owner, row) &&
        sql::count(tx, "select count(*) from traffic_types where physical_network_id = $1 and traffic = 'Guest'",
                   row.id) > 0)
      return row;
  throw Error(Fault::invalid, "No enabled physical network of the zone carries Guest traffic.", "zoneid");
}

/// How names of guests end, in networks of accounts without a domain of their own.
std::string suffix_in(sql::Transaction& tx, const Id<model::Zone>& zone) {
  return model::value_of(tx, model::settings::guest_domain_suffix, {{model::SettingScope::zone, zone}});
}

void set_addresses(sql::Transaction& tx, model::Network& row, const CreateNetwork& r) {
  if (row.guest_type == model::GuestType::l2) {
    if (r.gateway || r.netmask)
      throw Error(Fault::invalid, "A network of layer 2 has no addresses; leave gateway and netmask out.", "gateway");
    return;
  }
  if (r.gateway.has_value() != r.netmask.has_value())
    throw Error(Fault::invalid, "gateway and netmask belong together; give both or neither.",
                r.gateway ? "netmask" : "gateway");
  if (r.gateway) {
    const auto gateway = model::ipv4_from(*r.gateway, "gateway");
    const auto cidr = model::Cidr::around(gateway, model::prefix_from(*r.netmask, "netmask"));
    if (cidr.prefix < 16 || cidr.prefix > 29)
      throw Error(Fault::invalid,
                  fmt::format("The network {} cannot be used; its prefix must be 16 to 29.", cidr.text()), "netmask");
    if (!cidr.usable().contains(gateway))
      throw Error(Fault::invalid, fmt::format("{} cannot be a gateway within {}.", *r.gateway, cidr.text()), "gateway");
    row.cidr = cidr.text();
    row.gateway = gateway.text();
    return;
  }
  const auto cidr = model::cidr_from(r.zone_id->guest_cidr, "guestcidraddress");
  row.cidr = cidr.text();
  row.gateway = cidr.usable().first.text();
  (void)tx;
}

void check_mtu(const std::optional<int>& mtu, std::string_view parameter) {
  if (mtu && (*mtu < 68 || *mtu > 9000))
    throw Error(Fault::invalid, fmt::format("An MTU of {} is not possible; 68 to 9000 are.", *mtu),
                std::string(parameter));
}

NetworkAnswer create_network(Call& call, sql::Transaction& tx, const CreateNetwork& r) {
  const auto owner = owner_of(tx, call, r);
  const auto& offering = *r.network_offering_id;
  if (offering.state != model::EnabledState::enabled)
    throw Error(Fault::invalid, fmt::format("The network offering {} is not enabled.", offering.name),
                "networkofferingid");
  if (offering.for_vpc)
    throw Error(Fault::unsupported, "Tiers of VPCs are not supported yet; choose an offering that is not for VPCs.",
                "networkofferingid");
  if (offering.guest_type == model::GuestType::shared)
    throw Error(Fault::unsupported,
                "Shared networks are not supported yet; choose an offering for isolated or layer 2 networks.",
                "networkofferingid");
  if (r.zone_id->allocation_state == model::AllocationState::disabled && !call.caller.is_root())
    throw Error(Fault::forbidden, "The zone is disabled.", "zoneid");
  model::Network row;
  row.id = call.cloud.new_id<model::Network>();
  row.account_id = owner.id;
  row.domain_id = owner.domain_id;
  row.name = r.name;
  row.display_text = r.display_text.value_or(r.name);
  row.zone_id = r.zone_id.id();
  row.network_offering_id = offering.id;
  const auto carrier = carrier_for(tx, r, owner);
  row.physical_network_id = carrier.id;
  row.traffic = model::Traffic::guest;
  row.guest_type = offering.guest_type;
  row.acl_type = model::AclType::account;
  set_addresses(tx, row, r);
  if (r.network_domain && !model::is_domain_name(*r.network_domain))
    throw Error(Fault::invalid, fmt::format("{} cannot be a DNS suffix.", *r.network_domain), "networkdomain");
  row.network_domain = r.network_domain.value_or(
      owner.network_domain.empty() ? fmt::format("cs{}.{}", owner.number, suffix_in(tx, row.zone_id))
                                   : owner.network_domain);
  check_address(r.dns1, "dns1");
  check_address(r.dns2, "dns2");
  row.dns1 = r.dns1.value_or("");
  row.dns2 = r.dns2.value_or("");
  check_mtu(r.public_mtu, "publicmtu");
  check_mtu(r.private_mtu, "privatemtu");
  row.public_mtu = r.public_mtu.value_or(0);
  row.private_mtu = r.private_mtu.value_or(0);
  row.display = r.display_network.value_or(true);
  row.external_id = r.external_id.value_or("");
  row.created = call.cloud.now();
  if (r.vlan) {
    if (!offering.specify_vlan)
      throw Error(Fault::invalid, "The offering does not let the maker name the identifier; leave vlan out.", "vlan");
    row.vni = model::take_vni(tx, carrier, {row.id, call.cloud.new_id<model::VniLease>(), row.created, *r.vlan});
    row.bridge = model::bridge_name(call.cloud.tag, row.vni);
  }
  sql::insert(tx, row);
  call.event_note = row.name;
  if (offering.persistent)
    call.launches.push_back(
        call.cloud.journeys->begin(tx, "restart network", flows::NetworkOrder{row.id, false, false}));
  return answer_network(call, tx, row);
}

struct UpdateNetwork {
  FIELDS(UpdateNetwork,
    (Operate<model::Network>, id, "The network."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, display_text, "What it is."),
    (std::optional<std::string>, network_domain, "DNS suffix."),
    (std::optional<bool>, display_network, "Shown to its owner.", .admin = true),
    (std::optional<std::string>, dns1, "First resolver."),
    (std::optional<std::string>, dns2, "Second resolver."),
    (std::optional<int>, private_mtu, "Largest packet inside."),
    (std::optional<int>, public_mtu, "Largest packet outside."))
};
Begun update_network(Call& call, sql::Transaction& tx, const UpdateNetwork& r) {
  auto row = *r.id;
  set(row.name, r.name);
  set(row.display_text, r.display_text);
  if (r.network_domain && !model::is_domain_name(*r.network_domain))
    throw Error(Fault::invalid, fmt::format("{} cannot be a DNS suffix.", *r.network_domain), "networkdomain");
  set(row.network_domain, r.network_domain);
  set(row.display, r.display_network);
  check_address(r.dns1, "dns1");
  check_address(r.dns2, "dns2");
  set(row.dns1, r.dns1);
  set(row.dns2, r.dns2);
  check_mtu(r.private_mtu, "privatemtu");
  check_mtu(r.public_mtu, "publicmtu");
  set(row.private_mtu, r.private_mtu);
  set(row.public_mtu, r.public_mtu);
  sql::update(tx, row);
  flows::RuleOrder order;
  order.network = row.id;
  return begin(call, tx, "apply rules", order, "Network", row.id);
}
NetworkAnswer one_network(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  const auto network = sql::need<model::Network>(tx, Id<model::Network>(job.instance_id));
  return with_tags(call, tx, model::TaggedKind::network, answer_network(call, tx, network));
}

struct DeleteNetwork {
  FIELDS(DeleteNetwork,
    (End<model::Network>, id, "The network; no instance may be plugged into it."),
    (bool, forced, "Accepted; a network that is in use stays."))
};
Begun delete_network(Call& call, sql::Transaction& tx, const DeleteNetwork& r) {
  const auto plugged = sql::count(tx, "select count(*) from nics where network_id = $1 and removed is null", r.id.id());
  if (plugged > 0)
    throw Error(Fault::in_use,
                fmt::format("The network {} still has {} nics of instances; expunge those first.", r.id->name, plugged),
                r.id.id().text());
  return begin(call, tx, "shut down network", flows::NetworkOrder{r.id.id(), false, true}, "Network", r.id.id());
}

struct RestartNetwork {
  FIELDS(RestartNetwork,
    (Operate<model::Network>, id, "The network."),
    (bool, cleanup, "Make its router anew, not only as it should be."),
    (bool, make_redundant, "A second router: not supported yet."),
    (bool, live_patch, "Accepted; routers are never behind."))
};
Begun restart_network(Call& call, sql::Transaction& tx, const RestartNetwork& r) {
  if (r.make_redundant) throw Error(Fault::unsupported, "Redundant routers are not supported yet.", "makeredundant");
  if (r.id->state != model::NetworkState::implemented)
    throw Error(
        Fault::conflict,
        fmt::format("The network {} is {}; only one that stands can be restarted.", r.id->name, name_of(r.id->state)),
        r.id.id().text());
  return begin(call, tx, "restart network", flows::NetworkOrder{r.id.id(), r.cleanup, false}, "Network", r.id.id());
}
}  // namespace

std::vector<Command> network_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_networks>({"listNetworks", "network", "Lists networks.", all}),
      writing<create_network>({"createNetwork", "network", "Creates a network; it is raised with its first instance.",
                               all, "NETWORK.CREATE"}),
      journey<update_network, one_network>(
          {"updateNetwork", "network", "Changes a network.", all, "NETWORK.UPDATE", "Network"}),
      journey<delete_network, succeeded>({"deleteNetwork", "", "Deletes a network.", all, "NETWORK.DELETE", "Network"}),
      journey<restart_network, succeeded>({"restartNetwork", "",
                                           "Brings a network's router up to the records, or makes it anew.", all,
                                           "NETWORK.RESTART", "Network"}),
  };
}

}  // namespace welkin::commands
