// Commands of ports that lead from a public address to an instance.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/router_rules.hpp"
#include "commands/tags.hpp"
#include "model/nic.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;

struct ForwardingAnswer : UnderWay {
  using Base = UnderWay;
  FIELDS(ForwardingAnswer,
    (Id<model::PortForwardingRule>, id, "The rule."),
    (std::string, private_port, "First port inside."),
    (std::string, private_end_port, "Last port inside."),
    (std::string, protocol, "tcp or udp."),
    (std::string, public_port, "First port outside."),
    (std::string, public_end_port, "Last port outside."),
    (Id<model::Instance>, virtual_machine_id, "Where it leads."),
    (std::string, virtual_machine_name, "By name."),
    (std::string, virtual_machine_display_name, "As its owner calls it."),
    (Id<model::PublicAddress>, ip_address_id, "Where traffic arrives."),
    (std::string, ip_address, "Where traffic arrives."),
    (std::string, state, "Active …"),
    (std::string, cidr_list, "Where it may come from."),
    (std::vector<TagAnswer>, tags, "Its tags.", .keep_empty = true),
    (std::string, vm_guest_ip, "The instance's address."),
    (Id<model::Network>, network_id, "The network."),
    (std::string, network_name, "By name."),
    (bool, for_display, "Shown to its owner."))
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
  out.cidr_list = joined(row.source_cidrs);
  out.vm_guest_ip = row.guest_address;
  out.network_id = row.network_id;
  if (const auto* network = call.look(tx, row.network_id)) out.network_name = network->name;
  out.for_display = row.display;
  return out;
}

struct ListIpForwardingRules : AccountListing {
  using Base = AccountListing;
  FIELDS(ListIpForwardingRules,
    (std::optional<std::string>, id, "Only this rule; there are none.", .type = "uuid"),
    (std::optional<See<model::PublicAddress>>, ip_address_id, "Only rules of this address."),
    (std::optional<See<model::Instance>>, virtual_machine_id, "Only rules that lead to it."))
};
/// All of a static NAT address leads to its instance; what may come in is for the firewall to say. So there are no such
/// rules.
Page<ForwardingAnswer> list_ip_forwardings(Call&, sql::Transaction&, const ListIpForwardingRules& r) {
  if (r.id) access::refuse_id("id", *r.id);
  return {};
}

struct CreateForwarding {
  FIELDS(CreateForwarding,
    (Operate<model::PublicAddress>, ip_address_id, "Where traffic arrives."),
    (std::string, protocol, "tcp or udp."),
    (int, public_port, "First port outside."),
    (std::optional<int>, public_end_port, "Last port outside."),
    (int, private_port, "First port inside."),
    (std::optional<int>, private_end_port, "Last port inside."),
    (Operate<model::Instance>, virtual_machine_id, "Where it leads."),
    (std::optional<Operate<model::Network>>, network_id, "Accepted; the address's network counts."),
    (std::vector<std::string>, cidr_list, "Where it may come from."),
    (std::optional<bool>, open_firewall, "Open the same ports in the firewall; true when absent."),
    (std::optional<std::string>, vm_guest_ip, "The instance's address."),
    (std::optional<bool>, for_display, "Shown to its owner."))
};
constexpr std::string_view unequal_ranges = "The ranges of ports outside and inside must be as long as each other.";

void check_guest_address(const std::optional<std::string>& wished, const std::string& address) {
  if (wished && *wished != address)
    throw Error(Fault::invalid,
                fmt::format("The instance does not have the address {} in the rule's network.", *wished), "vmguestip");
}
/// As the firewall wants them: anywhere is written out.
std::vector<std::string> sources_of(const std::vector<std::string>& cidrs) {
  return cidrs.empty() ? std::vector<std::string>{"0.0.0.0/0"} : cidrs;
}
void check_forwarding_conflict(sql::Transaction& tx, const model::PortForwardingRule& rule) {
  for (const auto& other : sql::all<model::PortForwardingRule>(tx, "where public_address_id = $1 and protocol = $2",
                                                               rule.public_address_id, rule.protocol))
    if (other.id != rule.id &&
        overlap(rule.public_first_port, rule.public_last_port, other.public_first_port, other.public_last_port))
      throw Error(Fault::rule_conflict,
                  fmt::format("Port {} is forwarded already by the rule {}.", other.public_first_port, other.id.text()),
                  "publicport");
}
Begun create_forwarding(Call& call, sql::Transaction& tx, const CreateForwarding& r) {
  const auto& address = *r.ip_address_id;
  if (!address.network_id) throw Error(Fault::invalid, "The address leads to no network.", "ipaddressid");
  const auto network = network_with(tx, address.network_id, "PortForwarding");
  if (address.static_nat)
    throw Error(Fault::rule_conflict,
                fmt::format("All of {} leads to one instance; disable static NAT first.", address.address),
                "ipaddressid");
  const auto nic = sql::first<model::Nic>(tx, "where instance_id = $1 and network_id = $2 and removed is null",
                                          r.virtual_machine_id.id(), network.id);
  if (!nic)
    throw Error(Fault::invalid,
                fmt::format("The instance {} is not plugged into the address's network.", r.virtual_machine_id->name),
                "virtualmachineid");
  check_guest_address(r.vm_guest_ip, nic->address);
  model::PortForwardingRule rule;
  rule.id = call.cloud.new_id<model::PortForwardingRule>();
  rule.account_id = network.account_id;
  rule.domain_id = network.domain_id;
  rule.network_id = network.id;
  rule.public_address_id = address.id;
  rule.instance_id = nic->instance_id;
  rule.guest_address = nic->address;
  rule.protocol = lowered(r.protocol);
  if (rule.protocol != "tcp" && rule.protocol != "udp")
    throw Error(Fault::invalid, fmt::format("The protocol cannot be {}; it is tcp or udp.", r.protocol), "protocol");
  rule.public_first_port = r.public_port;
  rule.public_last_port = r.public_end_port.value_or(r.public_port);
  rule.private_first_port = r.private_port;
  rule.private_last_port = r.private_end_port.value_or(r.private_port + rule.public_last_port - rule.public_first_port);
  for (const auto& [port, name] : {std::pair(rule.public_first_port, "publicport"),
                                   {rule.public_last_port, "publicendport"},
                                   {rule.private_first_port, "privateport"},
                                   {rule.private_last_port, "privateendport"}})
    check_port(port, name);
  if (rule.public_last_port < rule.public_first_port ||
      rule.private_last_port - rule.private_first_port != rule.public_last_port - rule.public_first_port)
    throw Error(Fault::invalid, std::string(unequal_ranges), "privateendport");
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
    opening.source_cidrs = sources_of(r.cidr_list);
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
  const auto rule = sql::need<model::PortForwardingRule>(tx, Id<model::PortForwardingRule>(job.instance_id));
  return with_tags(call, tx, model::TaggedKind::port_forwarding_rule, answer_forwarding(call, tx, rule));
}
struct UpdateForwarding {
  FIELDS(UpdateForwarding,
    (Operate<model::PortForwardingRule>, id, "The rule."),
    (std::optional<Operate<model::Instance>>, virtual_machine_id, "Where it leads from now on."),
    (std::optional<int>, private_port, "First port inside."),
    (std::optional<int>, private_end_port, "Last port inside; as many as outside."),
    (std::optional<std::string>, vm_guest_ip, "The instance's address."),
    (std::optional<std::vector<std::string>>, cidr_list, "Where traffic may come from, from now on."),
    (std::optional<bool>, for_display, "Shown to its owner."))
};
/// What a forwarding opened in the firewall goes with it.
void follow_sources(sql::Transaction& tx, const model::PortForwardingRule& rule, flows::RuleOrder& order) {
  for (auto& opening : sql::all<model::FirewallRule>(tx, "where port_forwarding_rule_id = $1", rule.id)) {
    order.former_rules.push_back(opening);
    opening.source_cidrs = sources_of(rule.source_cidrs);
    sql::update(tx, opening);
  }
}
Begun update_forwarding(Call& call, sql::Transaction& tx, const UpdateForwarding& r) {
  auto rule = *r.id;
  if (r.virtual_machine_id) {
    const auto nic = sql::first<model::Nic>(tx, "where instance_id = $1 and network_id = $2 and removed is null",
                                            r.virtual_machine_id->id(), rule.network_id);
    if (!nic) throw Error(Fault::invalid, "The instance is not plugged into the rule's network.", "virtualmachineid");
    rule.instance_id = nic->instance_id;
    rule.guest_address = nic->address;
  }
  check_guest_address(r.vm_guest_ip, rule.guest_address);
  const auto further = rule.public_last_port - rule.public_first_port;
  check_port(r.private_port, "privateport");
  check_port(r.private_end_port, "privateendport");
  if (r.private_port || r.private_end_port)
    rule.private_first_port = r.private_port ? *r.private_port : *r.private_end_port - further;
  rule.private_last_port = rule.private_first_port + further;
  if (r.private_end_port && *r.private_end_port != rule.private_last_port)
    throw Error(Fault::invalid, std::string(unequal_ranges), "privateendport");
  check_port(rule.private_first_port, "privateport");
  check_port(rule.private_last_port, "privateendport");
  set(rule.display, r.for_display);
  auto order = rules_of(rule.network_id);
  order.former_forwards.push_back(*r.id);
  if (r.cidr_list) {
    for (const auto& cidr : *r.cidr_list) model::cidr_from(cidr, "cidrlist");
    rule.source_cidrs = *r.cidr_list;
    follow_sources(tx, rule, order);
  }
  sql::update(tx, rule);
  return apply(call, tx, order, "PortForwardingRule", rule.id);
}
struct DeleteForwarding {
  FIELDS(DeleteForwarding, (End<model::PortForwardingRule>, id, "The rule."))
};
Begun delete_forwarding(Call& call, sql::Transaction& tx, const DeleteForwarding& r) {
  auto order = rules_of(r.id->network_id);
  order.former_forwards.push_back(*r.id);
  order.former_rules = sql::all<model::FirewallRule>(tx, "where port_forwarding_rule_id = $1", r.id.id());
  revoke(tx, *r.id);
  for (const auto& opening : order.former_rules) revoke(tx, opening);
  return apply(call, tx, order, "PortForwardingRule", r.id.id());
}
struct ListForwardings : TaggedListing {
  using Base = TaggedListing;
  FIELDS(ListForwardings,
    (std::optional<See<model::PortForwardingRule>>, id, "Only this rule."),
    (std::optional<See<model::PublicAddress>>, ip_address_id, "Only rules of this address."),
    (std::optional<See<model::Network>>, network_id, "Only rules of this network."),
    (std::optional<bool>, for_display, "Only rules shown, or only the others.", .admin = true))
};
Page<ForwardingAnswer> list_forwardings(Call& call, sql::Transaction& tx, const ListForwardings& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value())
      .equal("id", r.id)
      .equal("public_address_id", r.ip_address_id)
      .equal("network_id", r.network_id)
      .equal("display", r.for_display);
  where.tagged(model::TaggedKind::port_forwarding_rule, r.tags);
  auto page = answers_of<model::PortForwardingRule>(tx, where, r, "created, id", [&](const auto& row) {
                     return answer_forwarding(call, tx, row);
                   });
  return with_jobs(call, tx, with_tags(call, tx, model::TaggedKind::port_forwarding_rule, std::move(page)));
}
}  // namespace

std::vector<Command> forwarding_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_forwardings>({"listPortForwardingRules", "portforwardingrule", "Lists port forwarding rules.", all}),
      reading<list_ip_forwardings>(
          {"listIpForwardingRules", "ipforwardingrule",
           "Lists rules on static NAT addresses: there are none, since such an address leads to its instance as a whole.",
           all}),
      creation<create_forwarding, one_forwarding>({"createPortForwardingRule", "portforwardingrule",
                                                   "Forwards ports of a public address to an instance.", all,
                                                   "NET.RULEADD", "PortForwardingRule"}),
      journey<update_forwarding, one_forwarding>({"updatePortForwardingRule", "portforwardingrule",
                                                  "Changes where forwarded ports lead.", all, "NET.RULEMODIFY",
                                                  "PortForwardingRule"}),
      journey<delete_forwarding, succeeded>({"deletePortForwardingRule", "", "Ends the forwarding of ports.", all,
                                             "NET.RULEDELETE", "PortForwardingRule"}),
  };
}

}  // namespace welkin::commands
