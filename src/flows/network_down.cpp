// Networks taken down, made anew, and rules applied to their routers.
#include "flows/hands.hpp"
#include "flows/networks.hpp"
#include "model/alert.hpp"
#include "model/firewall_rule.hpp"
#include "model/physical_network.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/marks.hpp"

namespace welkin::flows {

namespace {
template <class Rule>
void erase_rule(sql::Transaction& tx, const Id<Rule>& id) {
  sql::erase(tx, id);
  model::forget_marks(tx, id);
}

using network::Fabric;

struct Standing {
  model::Network network;
  std::optional<model::Router> router;
  std::vector<Carrier> hosts;
};

Standing standing_of(sql::Transaction& tx, const Id<model::Network>& id) {
  return {sql::need<model::Network>(tx, id), router_of(tx, id), carriers_of(tx, id, {})};
}

/// Where a network without a router is made to stand: a host that is up.
Id<model::Host> some_host(sql::Transaction& tx, const model::Network& network) {
  if (const auto router = router_of(tx, network.id); router && router->host_id) return router->host_id;
  const auto host = sql::first<model::Host>(
      tx,
      "where zone_id = $1 and status = 'Up' and resource_state = 'Enabled' and removed is null order by instances_reserved, id",
      network.zone_id);
  if (!host)
    throw Error(Fault::exhausted,
                fmt::format("The network {} cannot stand: no host of its zone is up and enabled.", network.name),
                network.id.text());
  return host->id;
}

Task<NetworkOrder> act_lower(durable::Stage& stage, NetworkOrder order) {
  const auto standing = look(stage, [&](sql::Transaction& tx) { return standing_of(tx, order.network); });
  int part = 0;
  if (standing.router && standing.router->host_id)
    co_await ask<&Fabric::remove_router>(stage, standing.router->host_id, router_name(stage.cloud, *standing.router),
                                         part++);
  if (!standing.network.bridge.empty() && !order.clean)
    for (const auto& host : standing.hosts)
      co_await ask<&Fabric::remove_segment>(stage, host.id, segment_name(stage.cloud, standing.network), part++);
  co_return order;
}

void record_lower(durable::Stage& stage, sql::Transaction& tx, const NetworkOrder& order, NetworkOrder&) {
  if (order.clean) return;
  auto network = sql::need<model::Network>(tx, order.network);
  if (const auto router = router_of(tx, order.network)) forget_router(tx, *router);
  model::give_back_vni(tx, order.network);
  network.vni = 0;
  network.bridge.clear();
  network.idle_since.reset();
  network.router_behind = 0;
  network.restart_required = false;
  if (order.removes) {
    for (auto& address : sql::all<model::PublicAddress>(tx, "where network_id = $1", order.network))
      model::free_address(tx, address);
    for (const auto& rule : sql::all<model::FirewallRule>(tx, "where network_id = $1", order.network))
      erase_rule(tx, rule.id);
    for (const auto& rule : sql::all<model::PortForwardingRule>(tx, "where network_id = $1", order.network))
      erase_rule(tx, rule.id);
    model::forget_marks(tx, network.id);
    network.state = model::NetworkState::destroy;
    network.removed = stage.cloud.now();
  } else {
    network.state = model::NetworkState::allocated;
  }
  sql::update(tx, network);
}

/// Closes the network to newcomers; opens it again if it cannot be taken down.
void take_closing(durable::Stage&, sql::Transaction& tx, const NetworkOrder& order, NetworkOrder& out) {
  auto network = sql::need<model::Network>(tx, order.network);
  if (is_needed(tx, order.network, {}))
    throw Error(Fault::in_use, fmt::format("The network {} has running instances; stop them first.", network.name),
                network.id.text());
  if (network.state == model::NetworkState::implemented || network.state == model::NetworkState::implementing) {
    network.state = model::NetworkState::shutdown;
    sql::update(tx, network);
  }
  out = order;
}

void give_back_closing(durable::Stage& stage, sql::Transaction& tx, const NetworkOrder& order, const NetworkOrder&) {
  auto network = sql::need<model::Network>(tx, order.network);
  if (network.state != model::NetworkState::shutdown) return;
  network.state = model::NetworkState::implemented;
  network.router_behind = stage.cloud.revision();  // some of it may be gone
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

void unrecord_preparing(durable::Stage& stage, sql::Transaction& tx, const NetworkOrder&, const NetworksOnHost& out) {
  for (const auto& prepared : out.networks) give_back_network(tx, stage.cloud, prepared, {});
}

Task<RuleOrder> act_apply(durable::Stage& stage, RuleOrder order) {
  const auto standing = look(stage, [&](sql::Transaction& tx) { return standing_of(tx, order.network); });
  if (!standing.router || standing.network.state != model::NetworkState::implemented) co_return order;
  const auto host = standing.router->host_id;
  if (standing.network.router_behind) {
    const bool all_told = co_await tell_segments(stage, order.network);
    if (all_told) order.settles = standing.network.router_behind;
  }
  const auto spec = look(stage, [&](sql::Transaction& tx) {
    return router_spec(tx, stage.cloud, standing.network, *standing.router, {});
  });
  co_await ask<&Fabric::ensure_router>(stage, host, spec);
  co_return order;
}

void record_apply(durable::Stage& stage, sql::Transaction& tx, const RuleOrder& order, RuleOrder& out) {
  for (auto& rule : sql::all<model::FirewallRule>(
           tx, "where network_id = $1 and state in ('Add', 'Revoke', 'Deleting')", order.network)) {
    if (rule.state != model::RuleState::add) erase_rule(tx, rule.id);
    else model::move(tx, rule, model::RuleEvent::applied);
  }
  for (auto& rule : sql::all<model::PortForwardingRule>(
           tx, "where network_id = $1 and state in ('Add', 'Revoke', 'Deleting')", order.network)) {
    if (rule.state != model::RuleState::add) erase_rule(tx, rule.id);
    else model::move(tx, rule, model::RuleEvent::applied);
  }
  auto network = sql::need<model::Network>(tx, order.network);
  // A router that is just being made may have been told of less. A debt that was made while this one was paid stays.
  const bool making = network.state == model::NetworkState::implementing;
  const bool settled = out.settles != 0 && network.router_behind == out.settles;
  if (making || settled) {
    network.router_behind = making ? stage.cloud.revision() : 0;
    sql::update(tx, network);
  }
  if (order.change != "release") return;
  auto address = sql::need<model::PublicAddress>(tx, order.address);
  model::free_address(tx, address);
}

/// The router lacks something, and the duties bring it when its host is there.
void leave_behind(durable::Stage& stage, sql::Transaction& tx, const Id<model::Network>& network) {
  put_router_behind(tx, stage.cloud, network);
  const auto router = router_of(tx, network);
  if (!router) return;
  model::Alarm alarm{.type = model::alert_type("ALERT.SERVICE.DOMAINROUTER"), .about = router->id};
  alarm.zone = router->zone_id;
  alarm.pod = router->pod_id;
  alarm.subject = fmt::format("The router {} could not be brought up to date; it is tried again.", router->name);
  model::raise(tx, stage.cloud.vault, stage.cloud.clock(), stage.cloud.random, alarm);
}

void give_back_restart(durable::Stage& stage, sql::Transaction& tx, const NetworkOrder& order, const NetworkOrder&) {
  leave_behind(stage, tx, order.network);
}

/// Puts rows back as they were, without what leads to instances that are gone by now.
template <class Row>
void restore(sql::Transaction& tx, std::vector<Row> former) {
  for (auto& row : former) {
    const auto now = sql::get<Row>(tx, row.id);
    if (!now) continue;
    if constexpr (requires { row.generation; }) row.generation = now->generation;
    if constexpr (requires { row.nic_id; }) {
      const auto nic = sql::get<model::Nic>(tx, row.nic_id);
      if (row.nic_id && (!nic || nic->removed)) model::end_static_nat(row);
    }
    if constexpr (requires { row.public_first_port; }) {
      const auto instance = sql::get<model::Instance>(tx, row.instance_id);
      if (!instance || instance->removed) {
        erase_rule(tx, row.id);
        continue;
      }
    }
    sql::update(tx, row);
  }
}

void give_back_rules(durable::Stage& stage, sql::Transaction& tx, const RuleOrder& order, const RuleOrder&) {
  leave_behind(stage, tx, order.network);
  for (const auto& id : order.added) {
    erase_rule(tx, Id<model::FirewallRule>(id));
    erase_rule(tx, Id<model::PortForwardingRule>(id));
  }
  restore(tx, order.former_rules);
  restore(tx, order.former_forwards);
  restore(tx, order.former_addresses);
  if (order.change != "take") return;
  auto address = sql::need<model::PublicAddress>(tx, order.address);
  if (address.state == model::AddressState::allocated && address.network_id == order.network)
    model::free_address(tx, address);
}

const durable::Step<NetworkOrder, NetworksOnHost> prepare_alone{
    .name = "prepare network", .record = record_preparing, .unrecord = unrecord_preparing};
const durable::Step<RuleOrder, RuleOrder> apply_to_router{
    .name = "apply to router", .act = act_apply, .record = record_apply};
}  // namespace

const durable::Step<NetworkOrder, NetworkOrder> lower_network{
    .name = "lower network", .act = act_lower, .record = record_lower};

const durable::Claim<NetworkOrder, NetworkOrder> claim_closing{.take = take_closing, .give_back = give_back_closing};
const durable::Claim<NetworkOrder, NetworkOrder> claim_restart{.give_back = give_back_restart};
const durable::Claim<RuleOrder, RuleOrder> claim_rules{.give_back = give_back_rules};

std::vector<durable::AnyStep> network_steps() {
  return {durable::any_step(raise_segments), durable::any_step(raise_routers), durable::any_step(leave_segments),
          durable::any_step(prepare_alone)};
}

Task<NetworkOrder> restart_network(durable::Flow& flow, NetworkOrder order) {
  if (order.clean) co_await flow.run(lower_network, order);
  auto prepared = co_await flow.run(prepare_alone, order);
  prepared = co_await flow.run(raise_segments, prepared);
  co_await flow.run(raise_routers, prepared);
  co_return order;
}

Task<NetworkOrder> shut_down_network(durable::Flow& flow, NetworkOrder order) {
  co_await flow.run(lower_network, order);
  co_return order;
}

Task<RuleOrder> apply_rules(durable::Flow& flow, RuleOrder order) {
  co_await flow.run(apply_to_router, order);
  co_return order;
}

}  // namespace welkin::flows
