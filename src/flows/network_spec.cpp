// Specs of segments and routers.
#include <unordered_map>

#include "flows/specs.hpp"
#include "model/addresses.hpp"
#include "model/firewall_rule.hpp"
#include "model/marks.hpp"
#include "model/names.hpp"
#include "model/physical_network.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/portable_range.hpp"
#include "model/service_offering.hpp"
#include "model/zone.hpp"

namespace welkin::flows {

namespace {
constexpr std::string_view live_rules = "where network_id = $1 and state in ('Add', 'Active') order by created, id";

/// What a router needs to know of a guest. It is told of all its guests at once, so few columns are read of each.
struct Guest {
  static constexpr std::string_view table = model::Instance::table;
  FIELDS(Guest,
    (Id<model::Instance>, id, "The instance."),
    (std::string, name, "Its host name."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (Id<model::ServiceOffering>, service_offering_id, "What was ordered."),
    (std::string, public_keys, "Its SSH keys."),
    (std::string, user_data, "For its first start."),
    (std::string, fresh_password, "Not yet handed over, sealed."))
};
struct GuestNic {
  static constexpr std::string_view table = model::Nic::table;
  FIELDS(GuestNic,
    (Id<model::Nic>, id, "The nic."),
    (Id<model::Instance>, instance_id, "Its instance."),
    (std::string, mac, "Hardware address."),
    (std::string, address, "IPv4 address."),
    (bool, is_default, "The guest's way out."))
};
/// An instance whose nic is plugged into the network.
struct Plugged {
  GuestNic nic;
  const Guest* guest;
};
struct PluggedGuests {
  std::unordered_map<Uuid, Guest> guests;
  std::vector<Plugged> nics;
};

PluggedGuests plugged_into(sql::Transaction& tx, const Id<model::Network>& network, const Id<model::Instance>& except) {
  constexpr std::string_view reserved = "network_id = $1 and removed is null and state = 'Reserved'";
  PluggedGuests out;
  for (auto& guest :
       sql::all<Guest>(tx, fmt::format("where id in (select instance_id from nics where {})", reserved), network))
    out.guests.emplace(guest.id, std::move(guest));
  for (auto& nic : sql::all<GuestNic>(tx, fmt::format("where {} order by created, id", reserved), network))
    if (nic.instance_id != except) out.nics.push_back({nic, &out.guests.at(nic.instance_id)});
  return out;
}

/// Names that many guests share, looked up once.
struct SharedNames {
  sql::Transaction& tx;
  std::map<Uuid, std::string> known = {};

  template <class T>
  const std::string& of(const Id<T>& id) {
    const auto [at, fresh] = known.try_emplace(id);
    if (!fresh) return at->second;
    if (const auto row = sql::get<T>(tx, id)) at->second = row->name;
    return at->second;
  }
};

network::GuestData guest_data(SharedNames& names, Cloud& cloud, const Plugged& plugged, const std::string& source_nat) {
  const auto& instance = *plugged.guest;
  network::GuestData data;
  data.address = plugged.nic.address;
  data.metadata = {{"instance-id", instance.id.text()},
                   {"vm-id", instance.id.text()},
                   {"local-hostname", instance.name},
                   {"local-ipv4", plugged.nic.address},
                   {"public-hostname", source_nat},
                   {"public-ipv4", source_nat},
                   {"availability-zone", names.of(instance.zone_id)},
                   {"service-offering", names.of(instance.service_offering_id)},
                   {"cloud-identifier", "CloudStack-{" + cloud.tag + "}"}};
  if (!instance.public_keys.empty()) data.metadata["public-keys"] = instance.public_keys;
  data.user_data = instance.user_data;
  data.password = cloud.vault.open_sealed(instance.fresh_password);
  return data;
}

network::FirewallRule firewall_rule(const model::FirewallRule& rule, const std::string& address) {
  return {address,
          rule.protocol,
          rule.first_port.value_or(0),
          rule.last_port.value_or(rule.first_port.value_or(0)),
          rule.icmp_type.value_or(-1),
          rule.icmp_code.value_or(-1),
          rule.source_cidrs,
          rule.destination_cidrs};
}

void add_outside(sql::Transaction& tx, network::RouterSpec& spec, const model::Network& network,
                 const model::Router& router) {
  const auto host = sql::need<model::Host>(tx, router.host_id);
  std::map<Id<model::PublicAddress>, std::string> addresses;
  for (const auto& address : sql::all<model::PublicAddress>(
           tx, "where network_id = $1 and state in ('Allocating', 'Allocated') order by source_nat desc, address",
           network.id)) {
    const auto around = model::surroundings_of(tx, address);
    addresses[address.id] = address.address;
    // The first is the one that guests leave by; others may lie in other networks.
    if (spec.public_gateway.empty()) spec.public_gateway = around.gateway;
    spec.public_addresses.push_back(
        {address.address, model::prefix_from(around.netmask, "netmask"), address.source_nat});
    if (address.static_nat) spec.static_nats.push_back({address.address, address.guest_address});
  }
  if (spec.public_addresses.empty()) return;
  spec.public_bridge = host.outside_bridge;
  spec.public_link = router.public_link;
  spec.public_mac = router.public_mac;
  for (const auto& rule : sql::all<model::PortForwardingRule>(tx, live_rules, network.id))
    spec.port_forwards.push_back({addresses[rule.public_address_id], rule.protocol, rule.public_first_port,
                                  rule.public_last_port, rule.guest_address, rule.private_first_port,
                                  rule.private_last_port});
  for (const auto& rule : sql::all<model::FirewallRule>(tx, live_rules, network.id)) {
    if (rule.direction == model::Direction::ingress)
      spec.ingress.push_back(firewall_rule(rule, addresses[rule.public_address_id]));
    else
      spec.egress.push_back(firewall_rule(rule, {}));
  }
}

std::vector<std::string> resolvers_of(sql::Transaction& tx, const model::Network& network) {
  const auto zone = sql::need<model::Zone>(tx, network.zone_id);
  std::vector<std::string> out;
  for (const auto& dns :
       {network.dns1.empty() ? zone.dns1 : network.dns1, network.dns1.empty() ? zone.dns2 : network.dns2})
    if (!dns.empty()) out.push_back(dns);
  return out;
}
}  // namespace

std::vector<Carrier> carriers_of(sql::Transaction& tx, const Id<model::Network>& network, const Id<model::Host>& also) {
  return sql::all<Carrier>(
      tx,
      "where id in (select cast($2 as text) union select host_id from routers where network_id = $1 and removed is null "
      "union select i.host_id from nics n join instances i on i.id = n.instance_id where n.network_id = $1 and "
      "n.removed is null and n.state = 'Reserved') order by id",
      network, also);
}

network::SegmentName segment_name(Cloud& cloud, const model::Network& network) {
  return {network.bridge, model::tunnel_name(cloud.tag, network.vni), cloud.revision()};
}

network::SegmentSpec segment_spec(Cloud& cloud, const model::Network& network, const Id<model::Host>& host,
                                  const std::vector<Carrier>& carriers) {
  network::SegmentSpec spec;
  spec.revision = cloud.revision();
  spec.bridge = network.bridge;
  spec.vni = network.vni;
  spec.mtu = mtu_of(network);
  for (const auto& carrier : carriers) {
    if (carrier.id == host)
      spec.local = carrier.tunnel_address;
    else
      spec.peers.push_back(carrier.tunnel_address);
  }
  if (!spec.peers.empty()) spec.tunnel = model::tunnel_name(cloud.tag, network.vni);
  return spec;
}

std::optional<model::Router> router_of(sql::Transaction& tx, const Id<model::Network>& network) {
  return sql::first<model::Router>(tx, "where network_id = $1 and removed is null order by created", network);
}
void forget_router(sql::Transaction& tx, const model::Router& router) {
  model::forget_marks(tx, router.id);
  sql::erase(tx, router.id);
}

network::RouterName router_name(Cloud& cloud, const model::Router& router) {
  return {router.namespace_name, router.guest_link, router.public_link, cloud.revision()};
}

network::RouterSpec router_spec(sql::Transaction& tx, Cloud& cloud, const model::Network& network,
                                const model::Router& router, const Id<model::Instance>& except) {
  const auto offering = sql::need<model::NetworkOffering>(tx, network.network_offering_id);
  network::RouterSpec spec;
  spec.revision = cloud.revision();
  spec.name = router.namespace_name;
  spec.guest_bridge = network.bridge;
  spec.guest_link = router.guest_link;
  spec.guest_mac = router.guest_mac;
  spec.gateway = router.guest_address;
  spec.cidr = network.cidr;
  spec.mtu = mtu_of(network);
  spec.domain = network.network_domain;
  spec.dns = resolvers_of(tx, network);
  spec.dhcp = model::offers(offering, "Dhcp");
  spec.dns_service = model::offers(offering, "Dns");
  spec.source_nat = model::offers(offering, "SourceNat");
  spec.metadata = model::offers(offering, "UserData");
  spec.egress_open = offering.egress_open;
  add_outside(tx, spec, network, router);
  const auto outward = spec.public_addresses.empty() ? std::string() : spec.public_addresses.front().address;
  SharedNames names{tx};
  const auto plugged_guests = plugged_into(tx, network.id, except);
  for (const auto& plugged : plugged_guests.nics) {
    spec.leases.push_back({plugged.nic.mac, plugged.nic.address, plugged.guest->name, plugged.nic.is_default});
    spec.guests.push_back(guest_data(names, cloud, plugged, outward));
  }
  return spec;
}

}  // namespace welkin::flows
