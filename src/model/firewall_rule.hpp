// A firewall rule: what may come in by a public address, or leave a network.
#pragma once

#include "model/network_kinds.hpp"
#include "model/nouns.hpp"
#include "sql/rows.hpp"
#include "model/rule_state.hpp"

namespace welkin::model {

struct FirewallRule {
  static constexpr std::string_view table = "firewall_rules";
  static constexpr std::string_view indexes[] = {
      "(network_id)", "(public_address_id)", "(account_id, created)", "(port_forwarding_rule_id)"};
  FIELDS(FirewallRule,
    (Id<FirewallRule>, id, "The rule."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (Id<Network>, network_id, "The guest network it guards."),
    (Id<PublicAddress>, public_address_id, "Where traffic arrives; nil for egress."),
    (Direction, direction, "In or out."),
    (RuleState, state, "How far it has come."),
    (std::string, protocol, "tcp, udp, icmp, all, or a number."),
    (std::optional<int>, first_port, "First port; nothing is all."),
    (std::optional<int>, last_port, "Last port."),
    (std::optional<int>, icmp_type, "-1 is any."),
    (std::optional<int>, icmp_code, "-1 is any."),
    (std::vector<std::string>, source_cidrs, "Where traffic may come from; none is anywhere."),
    (std::vector<std::string>, destination_cidrs, "Where it may go; none is anywhere."),
    (bool, is_system, "The cloud's own."),
    (bool, display, "Users see it."),
    (Id<PortForwardingRule>, port_forwarding_rule_id,
     "The forwarding it was opened for and goes with; may be nil."),
    (Time, created, "When it was made."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::FirewallRule)
