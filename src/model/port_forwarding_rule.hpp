// A port forwarding rule: ports of a public address that lead to a guest.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"
#include "model/rule_state.hpp"

namespace welkin::model {

struct PortForwardingRule {
  static constexpr std::string_view table = "port_forwarding_rules";
  static constexpr std::string_view indexes[] = {
      "(network_id)", "(public_address_id)", "(instance_id)", "(account_id, created)"};
  FIELDS(PortForwardingRule,
    (Id<PortForwardingRule>, id, "The rule."),
    (std::int64_t, generation, "Grows with each change."),
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (Id<Network>, network_id, "The guest network it leads into."),
    (Id<PublicAddress>, public_address_id, "Where traffic arrives."),
    (Id<Instance>, instance_id, "The guest it leads to."),
    (std::string, guest_address, "That guest's address."),
    (RuleState, state, "How far it has come."),
    (std::string, protocol, "tcp or udp."),
    (int, public_first_port, "First port outside."),
    (int, public_last_port, "Last port outside."),
    (int, private_first_port, "First port inside; ranges keep their order."),
    (int, private_last_port, "Last port inside."),
    (std::vector<std::string>, source_cidrs, "Where traffic may come from; none is anywhere."),
    (bool, display, "Users see it."),
    (Time, created, "When it was made."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::PortForwardingRule)
