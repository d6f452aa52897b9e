// Commands of public addresses and of the rules on them.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "flows/orders.hpp"
#include "model/firewall_rule.hpp"
#include "model/network_offering.hpp"
#include "model/nic.hpp"
#include "model/physical_network.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/public_address.hpp"
#include "model/vlan_range.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;

struct AddressAnswer {
  FIELDS(AddressAnswer,
    (Id<model::PublicAddress>, id, "The address."), (std::string, ip_address, "IPv4."), (std::optional<Time>, allocated, "Since when it is held."), (Id<model::Zone>, zone_id, "Its zone."), (std::string, zone_name, "The zone's name."), (bool, is_source_nat, "Guests leave by it."),
    (std::optional<std::string>, account, "Who holds it."), (Id<model::Domain>, domain_id, "The holder's domain."), (std::optional<std::string>, domain, "By name."), (std::optional<std::string>, domain_path, "By path."), (bool, for_virtual_network, "True: it is a public address."),
    (Id<model::VlanRange>, vlan_id, "Its range.", .admin = true), (std::optional<std::string>, vlan_name, "Tag of its range.", .admin = true), (bool, is_static_nat, "It stands for one instance."), (bool, is_system, "Taken by the cloud itself."), (Id<model::Instance>, virtual_machine_id, "That instance."),
    (std::optional<std::string>, virtual_machine_name, "By name."), (std::optional<std::string>, virtual_machine_display_name, "As its owner calls it."), (std::optional<std::string>, vm_ip_address, "That instance's address."), (Id<model::Network>, associated_network_id, "The network it leads to."),
    (std::optional<std::string>, associated_network_name, "By name."), (Id<model::Network>, network_id, "The network it leads to."), (std::string, state, "Free, Allocated …"), (Id<model::PhysicalNetwork>, physical_network_id, "Who carries it."), (std::vector<Nothing>, tags, "Its tags.", .keep_empty = true),
    (bool, is_portable, "It may move between zones."), (bool, for_display, "Shown to its owner."), (std::optional<std::string>, network_name, "By name."), (bool, has_rules, "Something is forwarded."), (bool, for_system_vms, "Kept for Welkin's own parts."), (bool, has_annotations, "Whether somebody has written a note."))
};

AddressAnswer answer_address(Call& call, sql::Transaction& tx, const model::PublicAddress& row) {
  AddressAnswer out;
  out.id = row.id;
  out.ip_address = row.address;
  out.allocated = row.allocated;
  out.zone_id = row.zone_id;
  if (const auto* zone = call.look(tx, row.zone_id)) out.zone_name = zone->name;
  out.is_source_nat = row.source_nat;
  if (const auto* account = call.look(tx, row.account_id)) out.account = account->name;
  out.domain_id = row.domain_id;
  if (const auto* domain = call.look(tx, row.domain_id)) {
    out.domain = domain->name;
    out.domain_path = model::printed_path(*domain);
  }
  out.for_virtual_network = true;
  if (call.caller.is_root()) {
    out.vlan_id = row.vlan_range_id;
    if (const auto* range = call.look(tx, row.vlan_range_id)) out.vlan_name = "vlan://" + range->vlan;
  }
  out.is_static_nat = row.static_nat;
  out.is_system = row.is_system;
  if (const auto* instance = call.look(tx, row.instance_id)) {
    out.virtual_machine_id = instance->id;
    out.virtual_machine_name = instance->name;
    out.virtual_machine_display_name = instance->display_name;
    out.vm_ip_address = unless_empty(row.guest_address);
  }
  out.associated_network_id = out.network_id = row.network_id;
  if (const auto* network = call.look(tx, row.network_id)) out.associated_network_name = out.network_name = network->name;
  out.state = name_of(row.state);
  out.physical_network_id = row.physical_network_id;
  out.is_portable = row.portable;
  out.for_display = row.display;
  out.for_system_vms = row.for_system;
  out.has_rules = sql::count(tx, "select count(*) from port_forwarding_rules where public_address_id = $1", row.id) > 0;
  return out;
}

struct ListAddresses : TaggedListing {
  using Base = TaggedListing;
  FIELDS(ListAddresses,
    (std::optional<bool>, allocated_only, "Only addresses that are held; true when absent."), (std::optional<std::string>, state, "Only addresses in this state."), (std::optional<See<model::PublicAddress>>, id, "Only this address."), (std::optional<std::string>, ip_address, "Only this address."),
    (std::optional<See<model::VlanRange>>, vlan_id, "Only addresses of this range.", .admin = true), (std::optional<See<model::Zone>>, zone_id, "Only addresses of this zone."), (std::optional<See<model::PhysicalNetwork>>, physical_network_id, "Only addresses carried there.", .admin = true),
    (std::optional<See<model::Network>>, associated_network_id, "Only addresses that lead to this network."), (std::optional<See<model::Network>>, network_id, "Only addresses that lead to this network."), (std::optional<bool>, is_source_nat, "Only addresses guests leave by, or only the others."),
    (std::optional<bool>, is_static_nat, "Only addresses of one instance, or only the others."), (std::optional<bool>, for_virtual_network, "Public addresses; all are."), (std::optional<bool>, for_display, "Only addresses shown, or only the others.", .admin = true))
};
Page<AddressAnswer> list_addresses(Call& call, sql::Transaction& tx, const ListAddresses& r) {
  Where where;
  const bool held = r.allocated_only.value_or(!r.state || !same_text_ignoring_case(*r.state, "Free"));
  if (held || !call.caller.is_root()) where.scope(call, tx, r, r.id.has_value()).that("state <> 'Free'");
  if (r.state) where.equal("state", choice(r.state, model::AddressState::free, "state"));
  where.equal("id", r.id).equal("address", r.ip_address).equal("vlan_range_id", r.vlan_id).equal("zone_id", r.zone_id).equal("physical_network_id", r.physical_network_id);
  where.equal("network_id", r.associated_network_id).equal("network_id", r.network_id).equal("source_nat", r.is_source_nat).equal("static_nat", r.is_static_nat).equal("display", r.for_display);
  where.keyword({"address"}, r.keyword);
  if (!r.tags.empty() || (r.for_virtual_network && !*r.for_virtual_network)) where.that("1 = 0");
  return answers_of<model::PublicAddress>(tx, where, r, "allocated desc, address", [&](const auto& row) { return answer_address(call, tx, row); });
}

/// The network an address or rule belongs to, which must have the service.
model::Network network_with(sql::Transaction& tx, const Id<model::Network>& id, std::string_view service) {
  auto network = sql::need<model::Network>(tx, id);
  if (!model::offers(sql::need<model::NetworkOffering>(tx, network.network_offering_id), service))
    throw Error(Fault::unsupported, fmt::format("The network {} does not offer {}.", network.name, service), network.id.text());
  return network;
}

/// Nothing is led to an instance that is on its way out.
void must_live(const model::Instance& instance) {
  using enum model::InstanceState;
  if (instance.state == destroyed || instance.state == expunging || instance.state == error)
    throw Error(Fault::conflict, fmt::format("The instance {} is {}; nothing can lead to it.", instance.name, name_of(instance.state)), instance.id.text());
}

/// An order for the router of a network; what it changes is put beside it as it was.
flows::RuleOrder rules_of(const Id<model::Network>& network) {
  flows::RuleOrder order;
  order.network = network;
  return order;
}

Begun apply(Call& call, sql::Transaction& tx, const flows::RuleOrder& order, std::string_view what, const Uuid& id) {
  return begin(call, tx, "apply rules", order, what, id);
}

struct AssociateAddress {
  FIELDS(AssociateAddress,
    (std::optional<Using<model::Zone>>, zone_id, "Where; the network's zone otherwise."), (std::optional<Operate<model::Network>>, network_id, "The network it shall lead to."), (std::optional<std::string>, account, "Its holder; needs domainid."),
    (std::optional<See<model::Domain>>, domain_id, "The holder's domain."), (std::optional<std::string>, ip_address, "This very address."), (std::optional<bool>, for_display, "Shown to its owner."), (bool, is_portable, "An address that may move between zones: not supported yet."))
};
Begun associate(Call& call, sql::Transaction& tx, const AssociateAddress& r) {
  if (r.is_portable) throw Error(Fault::unsupported, "Portable addresses are not supported yet.", "isportable");
  if (!r.network_id) throw Error(Fault::invalid, "Name the network that the address shall lead to: give networkid.", "networkid");
  const auto network = network_with(tx, r.network_id->id(), "SourceNat");
  model::AddressTaker taker{network.account_id, network.domain_id, network.id, false, false};
  model::PublicAddress address;
  if (r.ip_address) {
    auto row = sql::first<model::PublicAddress>(tx, "where address = $1 and zone_id = $2", *r.ip_address, network.zone_id);
    if (!row) throw Error(Fault::invalid, fmt::format("{} is not a public address of the zone.", *r.ip_address), "ipaddress");
    model::take_address(tx, *row, taker, call.cloud.now());
    address = *row;
  } else {
    address = model::take_address(tx, network.zone_id, taker, call.cloud.now());
  }
  if (r.for_display) {
    address.display = *r.for_display;
    sql::update(tx, address);
  }
  call.event_note = address.address;
  auto order = rules_of(network.id);
  order.address = address.id;
  order.change = "take";
  auto begun = apply(call, tx, order, "IpAddress", address.id);
  return begun;
}
AddressAnswer one_address(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return answer_address(call, tx, sql::need<model::PublicAddress>(tx, Id<model::PublicAddress>(job.instance_id)));
}

struct DisassociateAddress {
  FIELDS(DisassociateAddress, (std::optional<Operate<model::PublicAddress>>, id, "The address."), (std::optional<std::string>, ip_address, "The address, in place of its id."))
};
Begun disassociate(Call& call, sql::Transaction& tx, const DisassociateAddress& r) {
  std::optional<model::PublicAddress> row;
  if (r.id) row = **r.id;
  else if (r.ip_address) {
    row = sql::first<model::PublicAddress>(tx, "where address = $1 and state = 'Allocated'", *r.ip_address);
    if (row) row = access::find<model::PublicAddress>(tx, call.caller, row->id, access::Use::operate, "ipaddress");
  }
  if (!row || row->state != model::AddressState::allocated) throw Error(Fault::invalid, "Name an address that is held: give id or ipaddress.", "id");
  if (row->source_nat) throw Error(Fault::invalid, fmt::format("{} is the address by which the network's guests leave; it goes with the network.", row->address), "id");
  auto order = rules_of(row->network_id);
  order.former_addresses.push_back(*row);
  order.address = row->id;
  order.change = "release";
  order.former_forwards = sql::all<model::PortForwardingRule>(tx, "where public_address_id = $1", row->id);
  order.former_rules = sql::all<model::FirewallRule>(tx, "where public_address_id = $1", row->id);
  for (auto rule : order.former_forwards) {
    rule.state = model::RuleState::revoke;
    sql::update(tx, rule);
  }
  for (auto rule : order.former_rules) {
    rule.state = model::RuleState::revoke;
    sql::update(tx, rule);
  }
  model::move(tx, *row, model::AddressEvent::release);
  call.event_note = row->address;
  return apply(call, tx, order, "IpAddress", row->id);
}

struct EnableStaticNat {
  FIELDS(EnableStaticNat, (Operate<model::PublicAddress>, ip_address_id, "The address."), (Operate<model::Instance>, virtual_machine_id, "The instance it shall stand for."), (std::optional<Operate<model::Network>>, network_id, "Accepted; the address's network counts."), (std::optional<std::string>, vm_guest_ip, "Accepted when it is the nic's."))
};
Success enable_static_nat(Call& call, sql::Transaction& tx, const EnableStaticNat& r) {
  auto address = *r.ip_address_id;
  if (!address.network_id) throw Error(Fault::invalid, "The address leads to no network.", "ipaddressid");
  network_with(tx, address.network_id, "StaticNat");
  if (address.source_nat) throw Error(Fault::invalid, fmt::format("{} is the address by which guests leave; take another one.", address.address), "ipaddressid");
  if (address.static_nat && address.instance_id != r.virtual_machine_id.id()) throw Error(Fault::rule_conflict, fmt::format("{} stands for another instance already.", address.address), "ipaddressid");
  if (sql::count(tx, "select count(*) from port_forwarding_rules where public_address_id = $1", address.id) > 0) throw Error(Fault::rule_conflict, fmt::format("{} has port forwarding rules; delete them first.", address.address), "ipaddressid");
  must_live(*r.virtual_machine_id);
  const auto nic = sql::first<model::Nic>(tx, "where instance_id = $1 and network_id = $2 and removed is null", r.virtual_machine_id.id(), address.network_id);
  if (!nic) throw Error(Fault::invalid, fmt::format("The instance {} is not plugged into the address's network.", r.virtual_machine_id->name), "virtualmachineid");
  if (r.vm_guest_ip && *r.vm_guest_ip != nic->address) throw Error(Fault::invalid, fmt::format("The instance does not have the address {}.", *r.vm_guest_ip), "vmguestip");
  auto order = rules_of(address.network_id);
  order.former_addresses.push_back(address);
  address.static_nat = true;
  address.instance_id = nic->instance_id;
  address.nic_id = nic->id;
  address.guest_address = nic->address;
  sql::update(tx, address);
  call.launches.push_back(call.cloud.journeys->begin(tx, "apply rules", order));
  return {true, {}};
}

struct DisableStaticNat {
  FIELDS(DisableStaticNat, (Operate<model::PublicAddress>, ip_address_id, "The address."))
};
Begun disable_static_nat(Call& call, sql::Transaction& tx, const DisableStaticNat& r) {
  auto address = *r.ip_address_id;
  if (!address.static_nat) throw Error(Fault::invalid, fmt::format("{} stands for no instance.", address.address), "ipaddressid");
  auto order = rules_of(address.network_id);
  order.former_addresses.push_back(address);
  address.static_nat = false;
  address.instance_id = {};
  address.nic_id = {};
  address.guest_address.clear();
  sql::update(tx, address);
  return apply(call, tx, order, "IpAddress", address.id);
}

struct FirewallAnswer {
  FIELDS(FirewallAnswer,
    (Id<model::FirewallRule>, id, "The rule."), (std::string, protocol, "tcp, udp, icmp or all."), (std::optional<int>, start_port, "First port."), (std::optional<int>, end_port, "Last port."), (Id<model::PublicAddress>, ip_address_id, "Where traffic arrives."), (Id<model::Network>, network_id, "The network it guards."),
    (std::optional<std::string>, ip_address, "Where traffic arrives."), (std::string, state, "Active …"), (std::string, cidr_list, "Where it may come from."), (std::optional<int>, icmp_type, "-1 is any."), (std::optional<int>, icmp_code, "-1 is any."), (std::vector<Nothing>, tags, "Its tags.", .keep_empty = true),
    (bool, for_display, "Shown to its owner."), (std::optional<std::string>, dest_cidr_list, "Where it may go."), (std::string, traffic_type, "Ingress or Egress."))
};
FirewallAnswer answer_firewall(Call& call, sql::Transaction& tx, const model::FirewallRule& row) {
  const auto* address = call.look(tx, row.public_address_id);
  const auto text = [](const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, ",")); };
  return {row.id, row.protocol, row.first_port, row.last_port, row.public_address_id, row.network_id, address ? std::optional(address->address) : std::nullopt, std::string(name_of(row.state)), text(row.source_cidrs),
          row.icmp_type, row.icmp_code, {}, row.display, unless_empty(text(row.destination_cidrs)), std::string(name_of(row.direction))};
}

struct CreateFirewallRule {
  FIELDS(CreateFirewallRule,
    (Operate<model::PublicAddress>, ip_address_id, "Where traffic arrives."), (std::string, protocol, "tcp, udp or icmp."), (std::optional<int>, start_port, "First port."), (std::optional<int>, end_port, "Last port; the first when absent."),
    (std::vector<std::string>, cidr_list, "Where it may come from; anywhere when absent."), (std::optional<int>, icmp_type, "-1 is any."), (std::optional<int>, icmp_code, "-1 is any."), (std::optional<bool>, for_display, "Shown to its owner."))
};
struct CreateEgressRule {
  FIELDS(CreateEgressRule,
    (Operate<model::Network>, network_id, "The network that is left."), (std::string, protocol, "tcp, udp, icmp or all."), (std::optional<int>, start_port, "First port."), (std::optional<int>, end_port, "Last port; the first when absent."),
    (std::vector<std::string>, cidr_list, "Which guests; all when absent."), (std::vector<std::string>, dest_cidr_list, "Where they may go; anywhere when absent."), (std::optional<int>, icmp_type, "-1 is any."), (std::optional<int>, icmp_code, "-1 is any."), (std::optional<bool>, for_display, "Shown to its owner."))
};

void check_port(const std::optional<int>& port, std::string_view parameter) {
  if (port && (*port < 1 || *port > 65535)) throw Error(Fault::invalid, fmt::format("{} is not a port; ports are 1 to 65535.", *port), std::string(parameter));
}

std::string lowered(std::string text) {
  for (auto& c : text) if (c >= 'A' && c <= 'Z') c = char(c + 32);
  return text;
}

template <class R>
model::FirewallRule firewall_rule_of(Call& call, const R& r) {
  model::FirewallRule rule;
  rule.id = call.cloud.new_id<model::FirewallRule>();
  rule.protocol = lowered(r.protocol);
  if (!(rule.protocol == "tcp" || rule.protocol == "udp" || rule.protocol == "icmp" || rule.protocol == "all"))
    throw Error(Fault::invalid, fmt::format("The protocol cannot be {}; it is tcp, udp, icmp or all.", r.protocol), "protocol");
  const bool ports = rule.protocol == "tcp" || rule.protocol == "udp";
  if (!ports && (r.start_port || r.end_port)) throw Error(Fault::invalid, fmt::format("{} has no ports; leave startport and endport out.", rule.protocol), "startport");
  check_port(r.start_port, "startport");
  check_port(r.end_port, "endport");
  rule.first_port = r.start_port;
  rule.last_port = r.end_port ? r.end_port : r.start_port;
  if (rule.first_port && *rule.last_port < *rule.first_port) throw Error(Fault::invalid, fmt::format("Port {} comes before port {}.", *rule.last_port, *rule.first_port), "endport");
  if (rule.protocol == "icmp") {
    rule.icmp_type = r.icmp_type.value_or(-1);
    rule.icmp_code = r.icmp_code.value_or(-1);
  }
  for (const auto& cidr : r.cidr_list) model::cidr_from(cidr, "cidrlist");
  rule.source_cidrs = r.cidr_list;
  rule.display = r.for_display.value_or(true);
  rule.state = model::RuleState::add;
  rule.created = call.cloud.now();
  return rule;
}

bool overlap(int a, int b, int c, int d) { return a <= d && c <= b; }

void check_firewall_conflict(sql::Transaction& tx, const model::FirewallRule& rule) {
  const auto others = rule.public_address_id ? sql::all<model::FirewallRule>(tx, "where public_address_id = $1 and state in ('Add', 'Active')", rule.public_address_id)
                                             : sql::all<model::FirewallRule>(tx, "where network_id = $1 and direction = 'Egress' and state in ('Add', 'Active')", rule.network_id);
  for (const auto& other : others) {
    const bool same = other.protocol == rule.protocol && other.first_port == rule.first_port && other.last_port == rule.last_port && other.source_cidrs == rule.source_cidrs &&
                      other.destination_cidrs == rule.destination_cidrs && other.icmp_type == rule.icmp_type && other.icmp_code == rule.icmp_code;
    if (same) throw Error(Fault::rule_conflict, fmt::format("There is such a rule already: {}.", other.id.text()), "startport");
  }
}

Begun insert_firewall(Call& call, sql::Transaction& tx, model::FirewallRule rule, const model::Network& network) {
  rule.account_id = network.account_id;
  rule.domain_id = network.domain_id;
  rule.network_id = network.id;
  check_firewall_conflict(tx, rule);
  sql::insert(tx, rule);
  auto order = rules_of(network.id);
  order.added.push_back(rule.id);
  return apply(call, tx, order, "FirewallRule", rule.id);
}

Begun create_firewall(Call& call, sql::Transaction& tx, const CreateFirewallRule& r) {
  if (!r.ip_address_id->network_id) throw Error(Fault::invalid, "The address leads to no network.", "ipaddressid");
  const auto network = network_with(tx, r.ip_address_id->network_id, "Firewall");
  auto rule = firewall_rule_of(call, r);
  if (rule.protocol == "all") throw Error(Fault::invalid, "The protocol of an ingress rule is tcp, udp or icmp.", "protocol");
  rule.direction = model::Direction::ingress;
  rule.public_address_id = r.ip_address_id.id();
  if (rule.source_cidrs.empty()) rule.source_cidrs = {"0.0.0.0/0"};
  return insert_firewall(call, tx, std::move(rule), network);
}
Begun create_egress(Call& call, sql::Transaction& tx, const CreateEgressRule& r) {
  const auto network = network_with(tx, r.network_id.id(), "Firewall");
  auto rule = firewall_rule_of(call, r);
  rule.direction = model::Direction::egress;
  for (const auto& cidr : r.dest_cidr_list) model::cidr_from(cidr, "destcidrlist");
  rule.destination_cidrs = r.dest_cidr_list;
  return insert_firewall(call, tx, std::move(rule), network);
}
FirewallAnswer one_firewall(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return answer_firewall(call, tx, sql::need<model::FirewallRule>(tx, Id<model::FirewallRule>(job.instance_id)));
}

struct UpdateRule {
  FIELDS(UpdateRule, (Operate<model::FirewallRule>, id, "The rule."), (std::optional<bool>, for_display, "Shown to its owner."))
};
FirewallAnswer update_firewall(Call& call, sql::Transaction& tx, const UpdateRule& r) {
  auto rule = *r.id;
  set(rule.display, r.for_display);
  sql::update(tx, rule);
  call.touched = rule.id;
  return answer_firewall(call, tx, rule);
}
struct DeleteRule {
  FIELDS(DeleteRule, (Operate<model::FirewallRule>, id, "The rule."))
};
Begun delete_firewall(Call& call, sql::Transaction& tx, const DeleteRule& r) {
  auto rule = *r.id;
  auto order = rules_of(rule.network_id);
  order.former_rules.push_back(rule);
  rule.state = model::RuleState::revoke;
  sql::update(tx, rule);
  return apply(call, tx, order, "FirewallRule", rule.id);
}

struct ListFirewallRules : TaggedListing {
  using Base = TaggedListing;
  FIELDS(ListFirewallRules, (std::optional<See<model::FirewallRule>>, id, "Only this rule."), (std::optional<See<model::PublicAddress>>, ip_address_id, "Only rules of this address."), (std::optional<See<model::Network>>, network_id, "Only rules of this network."))
};
template <model::Direction direction>
Page<FirewallAnswer> list_firewall(Call& call, sql::Transaction& tx, const ListFirewallRules& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value()).equal("id", r.id).equal("public_address_id", r.ip_address_id).equal("network_id", r.network_id).equal("direction", direction);
  if (!r.tags.empty()) where.that("1 = 0");
  return answers_of<model::FirewallRule>(tx, where, r, "created, id", [&](const auto& row) { return answer_firewall(call, tx, row); });
}

struct ForwardingAnswer {
  FIELDS(ForwardingAnswer,
    (Id<model::PortForwardingRule>, id, "The rule."), (std::string, private_port, "First port inside."), (std::string, private_end_port, "Last port inside."), (std::string, protocol, "tcp or udp."), (std::string, public_port, "First port outside."), (std::string, public_end_port, "Last port outside."),
    (Id<model::Instance>, virtual_machine_id, "Where it leads."), (std::string, virtual_machine_name, "By name."), (std::string, virtual_machine_display_name, "As its owner calls it."), (Id<model::PublicAddress>, ip_address_id, "Where traffic arrives."), (std::string, ip_address, "Where traffic arrives."),
    (std::string, state, "Active …"), (std::string, cidr_list, "Where it may come from."), (std::vector<Nothing>, tags, "Its tags.", .keep_empty = true), (std::string, vm_guest_ip, "The instance's address."), (Id<model::Network>, network_id, "The network."), (std::string, network_name, "By name."), (bool, for_display, "Shown to its owner."))
};
ForwardingAnswer answer_forwarding(Call& call, sql::Transaction& tx, const model::PortForwardingRule& row) {
  ForwardingAnswer out;
  out.id = row.id;
  out.private_port = fmt::format("{}", row.private_first_port);
  out.private_end_port = fmt::format("{}", row.private_last_port);
  out.protocol = row.protocol;
  out.public_port = fmt::format("{}", row.public_first_port);
  out.public_end_port = fmt::format("{}", row.public_last_port);
  out.virtual_machine_id = row.instance_id;
  if (const auto* instance = call.look(tx, row.instance_id)) {
    out.virtual_machine_name = instance->name;
    out.virtual_machine_display_name = instance->display_name;
  }
  out.ip_address_id = row.public_address_id;
  if (const auto* address = call.look(tx, row.public_address_id)) out.ip_address = address->address;
  out.state = name_of(row.state);
  out.cidr_list = fmt::format("{}", fmt::join(row.source_cidrs, ","));
  out.vm_guest_ip = row.guest_address;
  out.network_id = row.network_id;
  if (const auto* network = call.look(tx, row.network_id)) out.network_name = network->name;
  out.for_display = row.display;
  return out;
}

struct ListIpForwardingRules : AccountListing {
  using Base = AccountListing;
  FIELDS(ListIpForwardingRules, (std::optional<See<model::PublicAddress>>, ip_address_id, "Only rules of this address."), (std::optional<See<model::Instance>>, virtual_machine_id, "Only rules that lead to it."))
};
/// All of a static NAT address leads to its instance; what may come in is for the firewall to say. So there are no such rules.
Page<ForwardingAnswer> list_ip_forwardings(Call&, sql::Transaction&, const ListIpForwardingRules&) { return {}; }

struct CreateForwarding {
  FIELDS(CreateForwarding,
    (Operate<model::PublicAddress>, ip_address_id, "Where traffic arrives."), (std::string, protocol, "tcp or udp."), (int, public_port, "First port outside."), (std::optional<int>, public_end_port, "Last port outside."), (int, private_port, "First port inside."), (std::optional<int>, private_end_port, "Last port inside."),
    (Operate<model::Instance>, virtual_machine_id, "Where it leads."), (std::optional<Operate<model::Network>>, network_id, "Accepted; the address's network counts."), (std::vector<std::string>, cidr_list, "Where it may come from."), (std::optional<bool>, open_firewall, "Open the same ports in the firewall; true when absent."),
    (std::optional<std::string>, vm_guest_ip, "The instance's address."), (std::optional<bool>, for_display, "Shown to its owner."))
};
void check_forwarding_conflict(sql::Transaction& tx, const model::PortForwardingRule& rule) {
  for (const auto& other : sql::all<model::PortForwardingRule>(tx, "where public_address_id = $1 and protocol = $2", rule.public_address_id, rule.protocol))
    if (other.id != rule.id && overlap(rule.public_first_port, rule.public_last_port, other.public_first_port, other.public_last_port))
      throw Error(Fault::rule_conflict, fmt::format("Port {} is forwarded already by the rule {}.", other.public_first_port, other.id.text()), "publicport");
}
Begun create_forwarding(Call& call, sql::Transaction& tx, const CreateForwarding& r) {
  const auto& address = *r.ip_address_id;
  if (!address.network_id) throw Error(Fault::invalid, "The address leads to no network.", "ipaddressid");
  const auto network = network_with(tx, address.network_id, "PortForwarding");
  if (address.static_nat) throw Error(Fault::rule_conflict, fmt::format("All of {} leads to one instance; disable static NAT first.", address.address), "ipaddressid");
  const auto nic = sql::first<model::Nic>(tx, "where instance_id = $1 and network_id = $2 and removed is null", r.virtual_machine_id.id(), network.id);
  if (!nic) throw Error(Fault::invalid, fmt::format("The instance {} is not plugged into the address's network.", r.virtual_machine_id->name), "virtualmachineid");
  model::PortForwardingRule rule;
  rule.id = call.cloud.new_id<model::PortForwardingRule>();
  rule.account_id = network.account_id;
  rule.domain_id = network.domain_id;
  rule.network_id = network.id;
  rule.public_address_id = address.id;
  rule.instance_id = nic->instance_id;
  rule.guest_address = nic->address;
  rule.protocol = lowered(r.protocol);
  if (rule.protocol != "tcp" && rule.protocol != "udp") throw Error(Fault::invalid, fmt::format("The protocol cannot be {}; it is tcp or udp.", r.protocol), "protocol");
  rule.public_first_port = r.public_port;
  rule.public_last_port = r.public_end_port.value_or(r.public_port);
  rule.private_first_port = r.private_port;
  rule.private_last_port = r.private_end_port.value_or(r.private_port + rule.public_last_port - rule.public_first_port);
  for (const auto& [port, name] : {std::pair(rule.public_first_port, "publicport"), {rule.public_last_port, "publicendport"}, {rule.private_first_port, "privateport"}, {rule.private_last_port, "privateendport"}}) check_port(port, name);
  if (rule.public_last_port < rule.public_first_port || rule.private_last_port - rule.private_first_port != rule.public_last_port - rule.public_first_port)
    throw Error(Fault::invalid, "The ranges of ports outside and inside must be as long as each other.", "privateendport");
  for (const auto& cidr : r.cidr_list) model::cidr_from(cidr, "cidrlist");
  rule.source_cidrs = r.cidr_list;
  rule.state = model::RuleState::add;
  rule.display = r.for_display.value_or(true);
  rule.created = call.cloud.now();
  check_forwarding_conflict(tx, rule);
  sql::insert(tx, rule);
  std::vector<Uuid> added = {rule.id};
  if (r.open_firewall.value_or(true)) {
    model::FirewallRule opening;
    opening.id = call.cloud.new_id<model::FirewallRule>();
    opening.account_id = rule.account_id;
    opening.domain_id = rule.domain_id;
    opening.network_id = rule.network_id;
    opening.public_address_id = rule.public_address_id;
    opening.direction = model::Direction::ingress;
    opening.state = model::RuleState::add;
    opening.protocol = rule.protocol;
    opening.first_port = rule.public_first_port;
    opening.last_port = rule.public_last_port;
    opening.source_cidrs = r.cidr_list.empty() ? std::vector<std::string>{"0.0.0.0/0"} : r.cidr_list;
    opening.display = rule.display;
    opening.port_forwarding_rule_id = rule.id;
    opening.created = rule.created;
    sql::insert(tx, opening);
    added.push_back(opening.id);
  }
  auto order = rules_of(network.id);
  order.added = std::move(added);
  return apply(call, tx, order, "PortForwardingRule", rule.id);
}
ForwardingAnswer one_forwarding(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return answer_forwarding(call, tx, sql::need<model::PortForwardingRule>(tx, Id<model::PortForwardingRule>(job.instance_id)));
}
struct UpdateForwarding {
  FIELDS(UpdateForwarding,
    (Operate<model::PortForwardingRule>, id, "The rule."), (std::optional<Operate<model::Instance>>, virtual_machine_id, "Where it leads from now on."), (std::optional<int>, private_port, "First port inside."), (std::optional<bool>, for_display, "Shown to its owner."))
};
Begun update_forwarding(Call& call, sql::Transaction& tx, const UpdateForwarding& r) {
  auto rule = *r.id;
  if (r.virtual_machine_id) {
    const auto nic = sql::first<model::Nic>(tx, "where instance_id = $1 and network_id = $2 and removed is null", r.virtual_machine_id->id(), rule.network_id);
    if (!nic) throw Error(Fault::invalid, "The instance is not plugged into the rule's network.", "virtualmachineid");
    rule.instance_id = nic->instance_id;
    rule.guest_address = nic->address;
  }
  if (r.private_port) {
    check_port(r.private_port, "privateport");
    rule.private_last_port = *r.private_port + rule.private_last_port - rule.private_first_port;
    rule.private_first_port = *r.private_port;
  }
  set(rule.display, r.for_display);
  sql::update(tx, rule);
  auto order = rules_of(rule.network_id);
  order.former_forwards.push_back(*r.id);
  return apply(call, tx, order, "PortForwardingRule", rule.id);
}
struct DeleteForwarding {
  FIELDS(DeleteForwarding, (Operate<model::PortForwardingRule>, id, "The rule."))
};
Begun delete_forwarding(Call& call, sql::Transaction& tx, const DeleteForwarding& r) {
  auto rule = *r.id;
  auto order = rules_of(rule.network_id);
  order.former_forwards.push_back(rule);
  order.former_rules = sql::all<model::FirewallRule>(tx, "where port_forwarding_rule_id = $1", rule.id);
  rule.state = model::RuleState::revoke;
  sql::update(tx, rule);
  for (auto opening : order.former_rules) {
    opening.state = model::RuleState::revoke;
    sql::update(tx, opening);
  }
  return apply(call, tx, order, "PortForwardingRule", rule.id);
}
struct ListForwardings : TaggedListing {
  using Base = TaggedListing;
  FIELDS(ListForwardings, (std::optional<See<model::PortForwardingRule>>, id, "Only this rule."), (std::optional<See<model::PublicAddress>>, ip_address_id, "Only rules of this address."), (std::optional<See<model::Network>>, network_id, "Only rules of this network."))
};
Page<ForwardingAnswer> list_forwardings(Call& call, sql::Transaction& tx, const ListForwardings& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value()).equal("id", r.id).equal("public_address_id", r.ip_address_id).equal("network_id", r.network_id);
  if (!r.tags.empty()) where.that("1 = 0");
  return answers_of<model::PortForwardingRule>(tx, where, r, "created, id", [&](const auto& row) { return answer_forwarding(call, tx, row); });
}
}  // namespace

std::vector<Command> address_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_addresses>({"listPublicIpAddresses", "publicipaddress", "Lists public addresses.", all}),
      creation<associate, one_address>({"associateIpAddress", "ipaddress", "Takes a public address for a network.", all, "NET.IPASSIGN", "IpAddress"}),
      journey<disassociate, succeeded>({"disassociateIpAddress", "", "Gives a public address back.", all, "NET.IPRELEASE", "IpAddress"}),
      writing<enable_static_nat>({"enableStaticNat", "", "Lets a public address stand for one instance.", all, "STATICNAT.ENABLE"}),
      journey<disable_static_nat, succeeded>({"disableStaticNat", "", "Ends that a public address stands for an instance.", all, "STATICNAT.DISABLE", "IpAddress"}),
      reading<list_firewall<model::Direction::ingress>>({"listFirewallRules", "firewallrule", "Lists what may come in.", all}),
      creation<create_firewall, one_firewall>({"createFirewallRule", "firewallrule", "Lets traffic come in by a public address.", all, "FIREWALL.OPEN", "FirewallRule"}),
      prompt<update_firewall>({"updateFirewallRule", "firewallrule", "Changes whether a rule is shown.", all, "FIREWALL.UPDATE", "FirewallRule"}),
      journey<delete_firewall, succeeded>({"deleteFirewallRule", "", "Closes what a rule opened.", all, "FIREWALL.CLOSE", "FirewallRule"}),
      reading<list_firewall<model::Direction::egress>>({"listEgressFirewallRules", "firewallrule", "Lists exceptions for what leaves.", all}),
      creation<create_egress, one_firewall>({"createEgressFirewallRule", "firewallrule", "Makes an exception for what leaves a network.", all, "FIREWALL.EGRESS.OPEN", "FirewallRule"}),
      prompt<update_firewall>({"updateEgressFirewallRule", "firewallrule", "Changes whether a rule is shown.", all, "FIREWALL.EGRESS.UPDATE", "FirewallRule"}),
      journey<delete_firewall, succeeded>({"deleteEgressFirewallRule", "", "Ends an exception for what leaves.", all, "FIREWALL.EGRESS.CLOSE", "FirewallRule"}),
      reading<list_forwardings>({"listPortForwardingRules", "portforwardingrule", "Lists port forwarding rules.", all}),
      reading<list_ip_forwardings>({"listIpForwardingRules", "ipforwardingrule", "Lists rules on static NAT addresses: there are none, since such an address leads to its instance as a whole.", all}),
      creation<create_forwarding, one_forwarding>({"createPortForwardingRule", "portforwardingrule", "Forwards ports of a public address to an instance.", all, "NET.RULEADD", "PortForwardingRule"}),
      journey<update_forwarding, one_forwarding>({"updatePortForwardingRule", "portforwardingrule", "Changes where forwarded ports lead.", all, "NET.RULEMODIFY", "PortForwardingRule"}),
      journey<delete_forwarding, succeeded>({"deletePortForwardingRule", "", "Ends the forwarding of ports.", all, "NET.RULEDELETE", "PortForwardingRule"}),
  };
}

}  // namespace welkin::commands
