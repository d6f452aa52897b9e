// The order of rules: of accounts' roles, and of roles in projects.
#pragma once

#include "commands/tenants.hpp"

namespace welkin::commands {

/// Gives a role's rules the places in which `order` names them. Throws `invalid` unless it names each once.
template <class Rule>
void reorder(sql::Transaction& tx, std::vector<Rule> rules, const std::vector<std::string>& order) {
  if (order.size() != rules.size())
    bad(fmt::format("The role has {} rules, and the order names {}; name each once.", rules.size(), order.size()),
        "ruleorder");
  for (auto& rule : rules) {
    const auto at = std::ranges::find(order, rule.id.text());
    if (at == order.end()) bad(fmt::format("The order lacks the rule {}.", rule.id.text()), "ruleorder");
    rule.place = int(at - order.begin());
    sql::update(tx, rule);
  }
}

}  // namespace welkin::commands
