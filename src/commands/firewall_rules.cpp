// Commands of what may come in by a public address, and of what may leave a network.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/router_rules.hpp"
#include "commands/tags.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;

struct FirewallAnswer : UnderWay {
  using Base = UnderWay;
  FIELDS(FirewallAnswer,
    (Id<model::FirewallRule>, id, "The rule."),
    (std::string, protocol, "tcp, udp, icmp or all."),
    (std::optional<int>, start_port, "First port."),
    (std::optional<int>, end_port, "Last port."),
    (Id<model::PublicAddress>, ip_address_id, "Where traffic arrives."),
    (Id<model::Network>, network_id, "The network it guards."),
    (std::optional<std::string>, ip_address, "Where traffic arrives."),
    (std::string, state, "Active …"),
    (std::string, cidr_list, "Where it may come from."),
    (std::optional<int>, icmp_type, "-1 is any."),
    (std::optional<int>, icmp_code, "-1 is any."),
    (std::vector<TagAnswer>, tags, "Its tags.", .keep_empty = true),
    (bool, for_display, "Shown to its owner."),
    (std::optional<std::string>, dest_cidr_list, "Where it may go."),
    (std::string, traffic_type, "Ingress or Egress."))
};
FirewallAnswer answer_firewall(Call& call, sql::Transaction& tx, const model::FirewallRule& row) {
  const auto* address = call.look(tx, row.public_address_id);
  return {{},
          row.id,
          row.protocol,
          row.first_port,
          row.last_port,
          row.public_address_id,
          row.network_id,
          address ? std::optional(address->address) : std::nullopt,
          std::string(name_of(row.state)),
          joined(row.source_cidrs),
          row.icmp_type,
          row.icmp_code,
          {},
          row.display,
          unless_empty(joined(row.destination_cidrs)),
          std::string(name_of(row.direction))};
}

struct CreateFirewallRule {
  FIELDS(CreateFirewallRule,
    (Operate<model::PublicAddress>, ip_address_id, "Where traffic arrives."),
    (std::string, protocol, "tcp, udp or icmp."),
    (std::optional<int>, start_port, "First port."),
    (std::optional<int>, end_port, "Last port; the first when absent."),
    (std::vector<std::string>, cidr_list, "Where it may come from; anywhere when absent."),
    (std::optional<int>, icmp_type, "-1 is any."),
    (std::optional<int>, icmp_code, "-1 is any."),
    (std::optional<bool>, for_display, "Shown to its owner."),
    (std::optional<std::string>, type, "user."))
};
struct CreateEgressRule {
  FIELDS(CreateEgressRule,
    (Operate<model::Network>, network_id, "The network that is left."),
    (std::string, protocol, "tcp, udp, icmp or all."),
    (std::optional<int>, start_port, "First port."),
    (std::optional<int>, end_port, "Last port; the first when absent."),
    (std::vector<std::string>, cidr_list, "Which guests; all when absent."),
    (std::vector<std::string>, dest_cidr_list, "Where they may go; anywhere when absent."),
    (std::optional<int>, icmp_type, "-1 is any."),
    (std::optional<int>, icmp_code, "-1 is any."),
    (std::optional<bool>, for_display, "Shown to its owner."),
    (std::optional<std::string>, type, "user."))
};

template <class R>
model::FirewallRule firewall_rule_of(Call& call, const R& r) {
  model::FirewallRule rule;
  rule.id = call.cloud.new_id<model::FirewallRule>();
  rule.protocol = lowered(r.protocol);
  if (!(rule.protocol == "tcp" || rule.protocol == "udp" || rule.protocol == "icmp" || rule.protocol == "all"))
    throw Error(Fault::invalid, fmt::format("The protocol cannot be {}; it is tcp, udp, icmp or all.", r.protocol),
                "protocol");
  if (r.type && !same_text_ignoring_case(*r.type, "user"))
    throw Error(Fault::unsupported,
                fmt::format("Rules of the type {} are not made by requests; leave type out, or say user.", *r.type),
                "type");
  const bool ports = rule.protocol == "tcp" || rule.protocol == "udp";
  if (!ports && (r.start_port || r.end_port))
    throw Error(Fault::invalid, fmt::format("{} has no ports; leave startport and endport out.", rule.protocol),
                "startport");
  check_port(r.start_port, "startport");
  check_port(r.end_port, "endport");
  rule.first_port = r.start_port;
  rule.last_port = r.end_port ? r.end_port : r.start_port;
  if (rule.first_port && *rule.last_port < *rule.first_port)
    throw Error(Fault::invalid, fmt::format("Port {} comes before port {}.", *rule.last_port, *rule.first_port),
                "endport");
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


void check_firewall_conflict(sql::Transaction& tx, const model::FirewallRule& rule) {
  const auto others =
      rule.public_address_id
          ? sql::all<model::FirewallRule>(tx, "where public_address_id = $1 and state in ('Add', 'Active')",
                                          rule.public_address_id)
          : sql::all<model::FirewallRule>(
                tx, "where network_id = $1 and direction = 'Egress' and state in ('Add', 'Active')", rule.network_id);
  for (const auto& other : others) {
    const bool same = other.protocol == rule.protocol && other.first_port == rule.first_port &&
                      other.last_port == rule.last_port && other.source_cidrs == rule.source_cidrs &&
                      other.destination_cidrs == rule.destination_cidrs && other.icmp_type == rule.icmp_type &&
                      other.icmp_code == rule.icmp_code;
    if (same)
      throw Error(Fault::rule_conflict, fmt::format("There is such a rule already: {}.", other.id.text()), "startport");
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
  if (rule.protocol == "all")
    throw Error(Fault::invalid, "The protocol of an ingress rule is tcp, udp or icmp.", "protocol");
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
  FIELDS(UpdateRule,
    (Operate<model::FirewallRule>, id, "The rule."),
    (std::optional<bool>, for_display, "Shown to its owner."))
};
FirewallAnswer update_firewall(Call& call, sql::Transaction& tx, const UpdateRule& r) {
  auto rule = *r.id;
  set(rule.display, r.for_display);
  sql::update(tx, rule);
  call.touched = rule.id;
  return with_tags(call, tx, model::TaggedKind::firewall_rule, answer_firewall(call, tx, rule));
}
struct DeleteRule {
  FIELDS(DeleteRule, (End<model::FirewallRule>, id, "The rule."))
};
Begun delete_firewall(Call& call, sql::Transaction& tx, const DeleteRule& r) {
  auto order = rules_of(r.id->network_id);
  order.former_rules.push_back(*r.id);
  revoke(tx, *r.id);
  return apply(call, tx, order, "FirewallRule", r.id.id());
}

struct ListFirewallRules : TaggedListing {
  using Base = TaggedListing;
  FIELDS(ListFirewallRules,
    (std::optional<See<model::FirewallRule>>, id, "Only this rule."),
    (std::optional<See<model::PublicAddress>>, ip_address_id, "Only rules of this address."),
    (std::optional<See<model::Network>>, network_id, "Only rules of this network."),
    (std::optional<bool>, for_display, "Only rules shown, or only the others.", .admin = true))
};
template <model::Direction direction>
Page<FirewallAnswer> list_firewall(Call& call, sql::Transaction& tx, const ListFirewallRules& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value())
      .equal("id", r.id)
      .equal("public_address_id", r.ip_address_id)
      .equal("network_id", r.network_id)
      .equal("direction", direction)
      .equal("display", r.for_display);
  where.tagged(model::TaggedKind::firewall_rule, r.tags);
  auto page = answers_of<model::FirewallRule>(tx, where, r, "created, id", [&](const auto& row) {
                     return answer_firewall(call, tx, row);
                   });
  return with_jobs(call, tx, with_tags(call, tx, model::TaggedKind::firewall_rule, std::move(page)));
}

}  // namespace

std::vector<Command> firewall_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_firewall<model::Direction::ingress>>(
          {"listFirewallRules", "firewallrule", "Lists what may come in.", all}),
      creation<create_firewall, one_firewall>({"createFirewallRule", "firewallrule",
                                               "Lets traffic come in by a public address.", all, "FIREWALL.OPEN",
                                               "FirewallRule"}),
      prompt<update_firewall>({"updateFirewallRule", "firewallrule", "Changes whether a rule is shown.", all,
                               "FIREWALL.UPDATE", "FirewallRule"}),
      journey<delete_firewall, succeeded>(
          {"deleteFirewallRule", "", "Closes what a rule opened.", all, "FIREWALL.CLOSE", "FirewallRule"}),
      reading<list_firewall<model::Direction::egress>>(
          {"listEgressFirewallRules", "firewallrule", "Lists exceptions for what leaves.", all}),
      creation<create_egress, one_firewall>({"createEgressFirewallRule", "firewallrule",
                                             "Makes an exception for what leaves a network.", all,
                                             "FIREWALL.EGRESS.OPEN", "FirewallRule"}),
      prompt<update_firewall>({"updateEgressFirewallRule", "firewallrule", "Changes whether a rule is shown.", all,
                               "FIREWALL.EGRESS.UPDATE", "FirewallRule"}),
      journey<delete_firewall, succeeded>({"deleteEgressFirewallRule", "", "Ends an exception for what leaves.", all,
                                           "FIREWALL.EGRESS.CLOSE", "FirewallRule"}),
  };
}

}  // namespace welkin::commands
