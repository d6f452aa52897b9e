// What commands share that change what a network's router does: addresses, static NAT, firewall, port forwarding.
#pragma once

#include "commands/command.hpp"
#include "flows/orders.hpp"

namespace welkin::commands {

/// The network an address or rule belongs to. Throws `unsupported` when it does not offer the service.
model::Network network_with(sql::Transaction& tx, const Id<model::Network>& id, std::string_view service);

/// Throws `conflict` for an instance that is on its way out: nothing is led to it.
void must_live(const model::Instance& instance);

/// An order for the router of a network; what is changed is put into it as it was.
flows::RuleOrder rules_of(const Id<model::Network>& network);
Begun apply(Call& call, sql::Transaction& tx, const flows::RuleOrder& order, std::string_view what, const Uuid& id);

/// The rule goes when the router has let go of it.
template <class Rule>
void revoke(sql::Transaction& tx, Rule rule) {
  rule.state = model::RuleState::revoke;
  sql::update(tx, rule);
}

/// Throws `invalid` for what is no port.
void check_port(const std::optional<int>& port, std::string_view parameter);
/// Ranges of ports, ends included.
inline bool overlap(int first, int last, int other_first, int other_last) {
  return first <= other_last && other_first <= last;
}

}  // namespace welkin::commands
