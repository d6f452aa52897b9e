// Networks taken down, made anew, and rules applied to their routers.
#include "flows/hands.hpp"
#include "flows/networks.hpp"
#include "model/firewall_rule.hpp"
#include "model/physical_network.hpp"
#include "model/port_forwarding_rule.hpp"

namespace welkin::flows {

namespace {
using network::Fabric;

struct Standing {
  model::Network network;
  std::optional<model::Router> router;
  std::vector<Id<model::Host>> hosts;
};

Standing standing_of(sql::Transaction& tx, const Id<model::Network>& id) {
  return {sql::need<model::Network>(tx, id), router_of(tx, id), hosts_of(tx, id, {})};
}

/// Where a network without a router is made to stand: a host that is up.
Id<model::Host> some_host(sql::Transaction& tx, const model::Network& network) {
  if (const auto router = router_of(tx, network.id); router && router->host_id) return router->host_id;
  const auto host = sql::first<model::Host>(
      tx, "where zone_id = $1 and status = 'Up' and resource_state = 'Enabled' and removed is null order by instances_reserved, id", network.zone_id);
  if (!host)
    throw Error(Fault::exhausted, fmt::format("The network {} cannot stand: no host of its zone is up and enabled.", network.name), network.id.text());
  return host->id;
}

Task<NetworkOrder> act_lower(durable::Stage& stage, NetworkOrder order) {
  const auto standing = look(stage, [&](sql::Transaction& tx) { return standing_of(tx, order.network); });
  int part = 0;
  if (standing.router && standing.router->host_id)
    co_await ask<&Fabric::remove_router>(stage, standing.router->host_id, router_name(*standing.router), part++);
  if (!standing.network.bridge.empty() && !order.clean)
    for (const auto& host : standing.hosts)
      co_await ask<&Fabric::remove_segment>(stage, host, segment_name(stage.cloud, standing.network), part++);
  co_return order;
}

void record_lower(durable::Stage& stage, sql::Transaction& tx, const NetworkOrder& order, NetworkOrder&) {
  if (order.clean) return;
  auto network = sql::need<model::Network>(tx, order.network);
  if (auto router = router_of(tx, order.network)) sql::erase(tx, router->id);
  model::give_back_vni(tx, order.network);
  network.vni = 0;
  network.bridge.clear();
  network.idle_since.reset();
  network.restart_required = false;
  if (order.removes) {
    for (auto& address : sql::all<model::PublicAddress>(tx, "where network_id = $1", order.network)) model::free_address(tx, address);
    for (const auto& rule : sql::all<model::FirewallRule>(tx, "where network_id = $1", order.network)) sql::erase(tx, rule.id);
    for (const auto& rule : sql::all<model::PortForwardingRule>(tx, "where network_id = $1", order.network)) sql::erase(tx, rule.id);
    network.state = model::NetworkState::destroy;
    network.removed = stage.cloud.now();
  } else {
    network.state = model::NetworkState::allocated;
  }
  sql::update(tx, network);
}

/// Closes the network to newcomers; opens it again if it cannot be taken down.
void record_closing(durable::Stage&, sql::Transaction& tx, const NetworkOrder& order, NetworkOrder& out) {
  auto network = sql::need<model::Network>(tx, order.network);
  if (is_needed(tx, order.network, {}))
    throw Error(Fault::in_use, fmt::format("The network {} has running instances; stop them first.", network.name), network.id.text());
  if (network.state == model::NetworkState::implemented || network.state == model::NetworkState::implementing) {
    network.state = model::NetworkState::shutdown;
    sql::update(tx, network);
  }
  out = order;
}

void unrecord_closing(durable::Stage&, sql::Transaction& tx, const NetworkOrder& order, const NetworkOrder&) {
  auto network = sql::need<model::Network>(tx, order.network);
  if (network.state != model::NetworkState::shutdown) return;
  network.state = model::NetworkState::implemented;
  sql::update(tx, network);
}

void record_preparing(durable::Stage& stage, sql::Transaction& tx, const NetworkOrder& order, NetworksOnHost& out) {
  auto network = sql::need<model::Network>(tx, order.network);
  out = {};
  out.host = some_host(tx, network);
  out.networks.push_back(prepare_network(tx, stage.cloud, order.network, out.host));
  network = sql::need<model::Network>(tx, order.network);
  network.restart_required = false;
  sql::update(tx, network);
}

void unrecord_preparing(durable::Stage&, sql::Transaction& tx, const NetworkOrder&, const NetworksOnHost& out) {
  for (const auto& prepared : out.networks) give_back_network(tx, prepared, {});
}

Task<void> undo_apply(durable::Stage& stage, RuleOrder order, RuleOrder) {
  const auto standing = look(stage, [&](sql::Transaction& tx) { return standing_of(tx, order.network); });
  if (!standing.router || standing.network.state != model::NetworkState::implemented) co_return;
  const auto spec = look(stage, [&](sql::Transaction& tx) { return router_spec(tx, stage.cloud, standing.network, *standing.router, {}); });
  co_await ask<&Fabric::ensure_router>(stage, standing.router->host_id, spec);
}

Task<RuleOrder> act_apply(durable::Stage& stage, RuleOrder order) {
  co_await undo_apply(stage, order, order);
  co_return order;
}

void record_apply(durable::Stage& stage, sql::Transaction& tx, const RuleOrder& order, RuleOrder&) {
  for (auto& rule : sql::all<model::FirewallRule>(tx, "where network_id = $1 and state in ('Add', 'Revoke', 'Deleting')", order.network)) {
    if (rule.state != model::RuleState::add) sql::erase(tx, rule.id);
    else model::move(tx, rule, model::RuleEvent::applied);
  }
  for (auto& rule : sql::all<model::PortForwardingRule>(tx, "where network_id = $1 and state in ('Add', 'Revoke', 'Deleting')", order.network)) {
    if (rule.state != model::RuleState::add) sql::erase(tx, rule.id);
    else model::move(tx, rule, model::RuleEvent::applied);
  }
  if (order.change != "release") return;
  auto address = sql::need<model::PublicAddress>(tx, order.address);
  model::free_address(tx, address);
  (void)stage;
}

void unrecord_rules(durable::Stage&, sql::Transaction& tx, const RuleOrder& order, const RuleOrder&) {
  for (const auto& id : order.added) {
    sql::erase(tx, Id<model::FirewallRule>(id));
    sql::erase(tx, Id<model::PortForwardingRule>(id));
  }
  if (!order.address) return;
  auto address = sql::need<model::PublicAddress>(tx, order.address);
  if (order.change == "static nat") {
    address.static_nat = false;
    address.instance_id = {};
    address.nic_id = {};
    address.guest_address.clear();
  } else if (order.change == "no static nat") {
    address.static_nat = true;
  } else if (order.change == "release") {
    address.state = model::AddressState::allocated;
  }
  sql::update(tx, address);
}

const durable::Step<NetworkOrder, NetworkOrder> close_network{.name = "close network", .record = record_closing, .unrecord = unrecord_closing};
const durable::Step<NetworkOrder, NetworksOnHost> prepare_alone{.name = "prepare network", .record = record_preparing, .unrecord = unrecord_preparing};
// Undone last, when the records are as they were: the router follows them.
const durable::Step<RuleOrder, RuleOrder> restore_router{.name = "restore router", .undo = undo_apply};
const durable::Step<RuleOrder, RuleOrder> keep_rules{.name = "keep rules", .unrecord = unrecord_rules};
const durable::Step<RuleOrder, RuleOrder> apply_to_router{.name = "apply to router", .act = act_apply, .record = record_apply};
}  // namespace

const durable::Step<NetworkOrder, NetworkOrder> lower_network{.name = "lower network", .act = act_lower, .record = record_lower};

std::vector<durable::AnyStep> network_steps() {
  return {durable::any_step(raise_segments), durable::any_step(raise_routers), durable::any_step(close_network),
          durable::any_step(prepare_alone),  durable::any_step(restore_router), durable::any_step(keep_rules)};
}

Task<NetworkOrder> restart_network(durable::Flow& flow, NetworkOrder order) {
  if (order.clean) co_await flow.run(lower_network, order);
  auto prepared = co_await flow.run(prepare_alone, order);
  prepared = co_await flow.run(raise_segments, prepared);
  co_await flow.run(raise_routers, prepared);
  co_return order;
}

Task<NetworkOrder> shut_down_network(durable::Flow& flow, NetworkOrder order) {
  co_await flow.run(close_network, order);
  co_await flow.run(lower_network, order);
  co_return order;
}

Task<RuleOrder> apply_rules(durable::Flow& flow, RuleOrder order) {
  co_await flow.run(restore_router, order);
  co_await flow.run(keep_rules, order);
  co_await flow.run(apply_to_router, order);
  co_return order;
}

}  // namespace welkin::flows
