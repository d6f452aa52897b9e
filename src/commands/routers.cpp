// Commands of routers.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "flows/orders.hpp"
#include "flows/specs.hpp"
#include "model/cluster.hpp"
#include "model/network_offering.hpp"
#include "model/pod.hpp"
#include "model/public_address.hpp"
#include "model/router.hpp"
#include "model/service_offering.hpp"
#include "model/vlan_range.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct RouterNic {
  FIELDS(RouterNic,
    (Id<model::Network>, network_id, "Its network."),
    (std::optional<std::string>, network_name, "By name."),
    (std::optional<std::string>, netmask, "Of that network."),
    (std::optional<std::string>, gateway, "Next hop."),
    (std::optional<std::string>, ip_address, "Its address."),
    (std::optional<std::string>, isolation_uri, "How its network is kept apart."),
    (std::optional<std::string>, broadcast_uri, "How its network is kept apart."),
    (std::string, traffic_type, "Guest or Public."),
    (std::optional<std::string>, type, "Isolated …"),
    (bool, is_default, "The router's way out."),
    (std::string, mac_address, "Hardware address."),
    (std::optional<int>, mtu, "Largest packet."),
    (bool, enabled, "Its link is up."))
};
struct RouterAnswer : UnderWay {
  using Base = UnderWay;
  FIELDS(RouterAnswer,
    (Id<model::Router>, id, "The router."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, zone_name, "The zone's name."),
    (std::optional<std::string>, dns1, "First resolver it asks."),
    (std::optional<std::string>, dns2, "Second resolver it asks."),
    (std::optional<std::string>, network_domain, "DNS suffix."),
    (std::optional<std::string>, gateway, "Next hop outside."),
    (std::string, name, "Its name."),
    (Id<model::Pod>, pod_id, "Its pod."),
    (std::optional<std::string>, pod_name, "The pod's name."),
    (Id<model::Host>, host_id, "Where it stands."),
    (std::optional<std::string>, host_name, "By name."),
    (std::optional<std::string>, host_control_state, "Whether that host takes new work."),
    (std::optional<std::string>, hypervisor, "Of that host."),
    (std::optional<std::string>, arch, "Of that host."),
    (std::optional<std::string>, public_ip, "Its outer address."),
    (std::string, public_mac_address, "Of its outer side."),
    (std::optional<std::string>, public_netmask, "Of the public network."),
    (Id<model::Network>, public_network_id, "The public network."),
    (std::vector<RouterNic>, nic, "Its sides.", .keep_empty = true),
    (std::string, guest_ip_address, "Its inner address."),
    (std::string, guest_mac_address, "Of its inner side."),
    (std::optional<std::string>, guest_netmask, "Of the guest network."),
    (Id<model::Network>, guest_network_id, "The network it serves."),
    (std::string, guest_network_name, "By name."),
    (Time, created, "When it was made."),
    (std::string, state, "Running …"),
    (std::optional<std::string>, account, "Owner of its network."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (Id<model::ServiceOffering>, service_offering_id, "Its size."),
    (std::optional<std::string>, service_offering_name, "By name."),
    (bool, is_redundant_router, "It has a twin."),
    (std::string, redundant_state, "Which of the twins it is."),
    (std::string, version, "Of the agent that built it."),
    (std::string, role, "VIRTUAL_ROUTER."),
    (bool, requires_upgrade, "Never: routers are processes of the agent."),
    (bool, health_checks_failed, "Something was wrong when it was last looked at."),
    (std::string, software_version, "Of the agent that built it."),
    (bool, has_annotations, "Whether somebody has written a note."))
};
/// Its side within the network it serves.
void add_inner_side(const model::Router& row, const model::Network& network, RouterAnswer& out) {
  auto& side = out.nic.emplace_back();
  side.network_id = network.id;
  side.network_name = out.guest_network_name = network.name;
  if (const auto cidr = model::Cidr::parse(network.cidr)) side.netmask = out.guest_netmask = cidr->netmask().text();
  side.ip_address = unless_empty(row.guest_address);
  if (network.vni) side.isolation_uri = side.broadcast_uri = fmt::format("vxlan://{}", network.vni);
  side.traffic_type = "Guest";
  side.type = std::string(name_of(network.guest_type));
  side.mac_address = row.guest_mac;
  side.mtu = flows::mtu_of(network);
  side.enabled = true;
}
/// Its side towards the outside, if it has one.
void add_outer_side(Call& call, sql::Transaction& tx, const model::Router& row, RouterAnswer& out) {
  const auto address = sql::first<model::PublicAddress>(tx, "where network_id = $1 and source_nat = 1", row.network_id);
  if (!address) return;
  auto& side = out.nic.emplace_back();
  if (const auto* range = call.look(tx, address->vlan_range_id)) {
    side.network_id = out.public_network_id = range->network_id;
    side.netmask = out.public_netmask = range->netmask;
    side.gateway = out.gateway = range->gateway;
    side.isolation_uri = side.broadcast_uri = "vlan://" + range->vlan;
  }
  side.ip_address = out.public_ip = address->address;
  side.traffic_type = "Public";
  side.mac_address = row.public_mac;
  side.is_default = side.enabled = true;
}
RouterAnswer answer_router(Call& call, sql::Transaction& tx, const model::Router& row) {
  RouterAnswer out;
  out.id = row.id;
  out.zone_id = row.zone_id;
  if (const auto* zone = call.look(tx, row.zone_id)) {
    out.zone_name = zone->name;
    out.dns1 = unless_empty(zone->dns1);
    out.dns2 = unless_empty(zone->dns2);
  }
  out.name = row.name;
  out.pod_id = row.pod_id;
  if (const auto* pod = call.look(tx, row.pod_id)) out.pod_name = pod->name;
  out.host_id = row.host_id;
  if (const auto* host = call.look(tx, row.host_id)) {
    out.host_name = host->name;
    out.host_control_state = std::string(name_of(host->resource_state));
    out.arch = std::string(name_of(host->arch));
    out.hypervisor = std::string(name_of(host->hypervisor));
  }
  out.public_mac_address = row.public_mac;
  out.guest_ip_address = row.guest_address;
  out.guest_mac_address = row.guest_mac;
  out.guest_network_id = row.network_id;
  if (const auto* network = call.look(tx, row.network_id)) {
    out.network_domain = unless_empty(network->network_domain);
    add_inner_side(row, *network, out);
  }
  add_outer_side(call, tx, row, out);
  out.created = row.created;
  out.state = name_of(row.state);
  name_owner(call, tx, row.account_id, out);
  name_domain(call, tx, row.domain_id, out);
  out.service_offering_id = row.service_offering_id;
  if (const auto* offering = call.look(tx, row.service_offering_id)) out.service_offering_name = offering->name;
  out.is_redundant_router = row.redundant;
  out.redundant_state = name_of(row.redundant_state);
  out.version = out.software_version = row.version;
  out.role = name_of(row.role);
  out.health_checks_failed = !row.ailments.empty();
  return out;
}
struct ListRouters : AccountListing {
  using Base = AccountListing;
  FIELDS(ListRouters,
    (std::optional<See<model::Router>>, id, "Only this router."),
    (std::optional<std::string>, name, "Only routers with this name."),
    (std::optional<See<model::Host>>, host_id, "Only routers of this host.", .admin = true),
    (std::optional<See<model::Pod>>, pod_id, "Only routers of this pod.", .admin = true),
    (std::optional<model::RouterState>, state, "Only routers in this state."),
    (std::optional<See<model::Zone>>, zone_id, "Only routers of this zone."),
    (std::optional<See<model::Network>>, network_id, "Only routers of this network."),
    (bool, for_vpc, "Only routers of VPCs: there are none yet."),
    (std::optional<See<model::Cluster>>, cluster_id, "Only routers on hosts of this cluster.", .admin = true),
    (std::optional<model::Arch>, arch, "Only routers on hosts of this architecture."),
    (std::optional<std::string>, version, "Only routers built by this version."),
    (std::optional<bool>, health_checks_failed, "Only routers with something wrong, or only the others."))
};
Page<RouterAnswer> list_routers(Call& call, sql::Transaction& tx, const ListRouters& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value())
      .equal("id", r.id)
      .equal("name", r.name)
      .equal("host_id", r.host_id)
      .equal("pod_id", r.pod_id)
      .equal("state", r.state);
  where.equal("zone_id", r.zone_id)
      .equal("network_id", r.network_id)
      .keyword({"name"}, r.keyword)
      .that("removed is null");
  where.equal("version", r.version);
  if (r.cluster_id) where.that("host_id in (select id from hosts where cluster_id = $)", r.cluster_id->id());
  if (r.arch) where.that("host_id in (select id from hosts where arch = $)", *r.arch);
  if (r.health_checks_failed) where.that(*r.health_checks_failed ? "ailments <> '[]'" : "ailments = '[]'");
  if (r.for_vpc) where.nothing();
  return with_jobs(call, tx, answers_of<model::Router>(tx, where, r, "created, id", [&](const auto& row) {
                     return answer_router(call, tx, row);
                   }));
}
struct RebootRouter {
  FIELDS(RebootRouter, (Operate<model::Router>, id, "The router."), (bool, forced, "Accepted; it is always made anew."))
};
Begun reboot_router(Call& call, sql::Transaction& tx, const RebootRouter& r) {
  return begin(call, tx, "restart network", flows::NetworkOrder{r.id->network_id, true, false}, "DomainRouter",
               r.id.id());
}
RouterAnswer one_router(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return answer_router(call, tx, sql::need<model::Router>(tx, Id<model::Router>(job.instance_id)));
}
}  // namespace

std::vector<Command> router_commands() {
  return {
      reading<list_routers>({"listRouters", "router", "Lists routers.", Audience::admins}),
      journey<reboot_router, one_router>(
          {"rebootRouter", "router", "Makes a router anew.", Audience::admins, "ROUTER.REBOOT", "DomainRouter"}),
  };
}

}  // namespace welkin::commands
