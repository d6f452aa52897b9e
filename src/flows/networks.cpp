// Raising networks, and what that takes.
#include "flows/networks.hpp"

#include "base/log.hpp"
#include "flows/hands.hpp"
#include "model/names.hpp"
#include "model/physical_network.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/public_address.hpp"
#include "model/counters.hpp"
#include "model/marks.hpp"

namespace welkin::flows {

namespace {
using network::Fabric;

constexpr std::string_view router_services[] = {"Dhcp",           "Dns",      "SourceNat", "StaticNat",
                                                "PortForwarding", "Firewall", "UserData",  "Lb"};

bool needs_router(const model::NetworkOffering& offering) {
  return std::ranges::any_of(router_services, [&](auto service) { return model::offers(offering, service); });
}

model::Router make_router(sql::Transaction& tx, Cloud& cloud, const model::Network& network,
                          const Id<model::Host>& host) {
  model::Router router;
  router.id = cloud.new_id<model::Router>();
  router.account_id = network.account_id;
  router.domain_id = network.domain_id;
  router.name = model::router_name(model::next_number(tx, "machine"));
  router.zone_id = network.zone_id;
  router.pod_id = sql::need<model::Host>(tx, host).pod_id;
  router.network_id = network.id;
  router.host_id = host;
  router.service_offering_id = sql::need<model::NetworkOffering>(tx, network.network_offering_id).service_offering_id;
  router.state = model::RouterState::starting;
  router.namespace_name = model::namespace_name(cloud.tag, router.id);
  router.guest_link = model::inner_link_name(cloud.tag, router.id);
  router.public_link = model::outer_link_name(cloud.tag, router.id);
  router.guest_mac = model::random_mac(cloud.random);
  router.public_mac = model::random_mac(cloud.random);
  router.guest_address = network.gateway;
  router.version = cloud.version;
  router.created = cloud.now();
  sql::insert(tx, router);
  return router;
}

std::optional<model::PublicAddress> source_nat_of(sql::Transaction& tx, const Id<model::Network>& network) {
  return sql::first<model::PublicAddress>(
      tx, "where network_id = $1 and source_nat = 1 and state in ('Allocating', 'Allocated')", network);
}

/// Segments on all hosts that carry the network: the others must learn of a new one.
struct SegmentOnHost {
  Id<model::Host> host;
  network::SegmentSpec spec;
};

std::vector<SegmentOnHost> segments_of(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& id,
                                       const Id<model::Host>& host, bool all) {
  const auto network = sql::need<model::Network>(tx, id);
  const auto carriers = carriers_of(tx, id, host);
  std::vector<SegmentOnHost> out;
  for (const auto& each : carriers)
    if (all || each.id == host) out.push_back({each.id, segment_spec(cloud, network, each.id, carriers)});
  return out;
}

/// The host carries the network already, whatever becomes of the instance: the other hosts know it.
bool carries(sql::Transaction& tx, const Id<model::Network>& network, const Id<model::Host>& host,
             const Id<model::Instance>& instance) {
  if (is_needed(tx, network, instance, host)) return true;
  const auto router = router_of(tx, network);
  return router && router->host_id == host && router->state == model::RouterState::running;
}

/// Answers whether the host has been told; throws when it `must` be.
Task<bool> tell_segment(durable::Stage& stage, SegmentOnHost segment, bool must, int part) {
  try {
    co_await ask<&Fabric::ensure_segment>(stage, segment.host, segment.spec, part);
    co_return true;
  } catch (const Error& error) {
    if (must || !error.worth_retrying()) throw;
    log::warning("host {} will be told of a network later: {}", segment.host.text(), error.message);
  }
  co_return false;
}

/// The instance's own host must be told; another that cannot be reached shall not keep it from starting.
Task<NetworksOnHost> act_raise_segments(durable::Stage& stage, NetworksOnHost order) {
  int part = 0;
  for (const auto& prepared : order.networks) {
    const auto segments = look(stage, [&](sql::Transaction& tx) {
      const bool newcomer = !carries(tx, prepared.network, order.host, order.instance);
      return segments_of(tx, stage.cloud, prepared.network, order.host, newcomer);
    });
    for (const auto& segment : segments) {
      const bool told = co_await tell_segment(stage, segment, segment.host == order.host, part++);
      if (!told) order.behind.push_back(prepared.network);
    }
  }
  if (order.instance) {
    const auto guard = look(stage, [&](sql::Transaction& tx) { return guard_spec(tx, stage.cloud, order.instance); });
    co_await ask<&Fabric::guard>(stage, order.host, guard, part++);
  }
  co_return order;
}

void record_behind(durable::Stage& stage, sql::Transaction& tx, const NetworksOnHost&, NetworksOnHost& out) {
  for (const auto& network : out.behind) put_router_behind(tx, stage.cloud, network);
}

/// The instance whose needs do not count while its step is undone; in an owed undo all needs count.
Id<model::Instance> leaver(const durable::Stage& stage, const NetworksOnHost& order) {
  return stage.late ? Id<model::Instance>() : order.instance;
}

/// True when an instance other than `except`, or a router that will stay, needs this bridge on the host. The bridge may be
/// another network's by now.
bool is_bridge_needed(sql::Transaction& tx, const Prepared& prepared, const Id<model::Host>& host,
                      const Id<model::Instance>& except) {
  const auto network = sql::first<model::Network>(tx, "where bridge = $1 and removed is null", prepared.segment.bridge);
  if (!network) return false;
  const auto router = router_of(tx, network->id);
  const bool never_stood =
      router && router->state == model::RouterState::starting && !is_needed(tx, network->id, except);
  return is_needed(tx, network->id, except, host) || (router && router->host_id == host && !never_stood);
}

Task<void> remove_unneeded(durable::Stage& stage, const Prepared& prepared, Id<model::Host> host,
                           Id<model::Instance> except, int part) {
  auto name = prepared.segment;
  const bool needed = name.bridge.empty() || look(stage, [&](sql::Transaction& tx) {
    name.revision = stage.cloud.revision();
    return is_bridge_needed(tx, prepared, host, except);
  });
  if (!needed) co_await ask<&Fabric::remove_segment>(stage, host, name, part);
}

void withdraw_nics(durable::Stage&, sql::Transaction& tx, const NetworksOnHost& order) { unplug(tx, order.instance); }

/// A router that was made and never came to stand goes when nobody needs it, and its bridge with it.
Task<void> remove_stillborn(durable::Stage& stage, const Prepared& prepared, Id<model::Host> host,
                            Id<model::Instance> except, int part) {
  auto router = prepared.router_name;
  const bool stays = !prepared.router || look(stage, [&](sql::Transaction& tx) {
    router.revision = stage.cloud.revision();
    const auto row = sql::get<model::Router>(tx, prepared.router);
    return row && (row->state != model::RouterState::starting || is_needed(tx, prepared.network, except));
  });
  if (stays) co_return;
  co_await ask<&Fabric::remove_router>(stage, prepared.router_host, router, part);
  if (prepared.router_host != host) co_await remove_unneeded(stage, prepared, prepared.router_host, except, part + 1);
}

/// Lifts the guard; routers that never stood and bridges that nobody else needs there go too.
Task<void> undo_raise_segments(durable::Stage& stage, NetworksOnHost order, NetworksOnHost) {
  const auto except = leaver(stage, order);
  const bool is_home = stage.late && look(stage, [&](sql::Transaction& tx) {
    const auto instance = sql::get<model::Instance>(tx, order.instance);
    return instance && instance->host_id == order.host;
  });
  network::GuardSpec nothing;
  nothing.instance = order.instance;
  if (order.instance && !is_home) co_await ask<&Fabric::guard>(stage, order.host, nothing, 0);
  int part = 1;
  for (const auto& prepared : order.networks) {
    co_await remove_stillborn(stage, prepared, order.host, except, part);
    co_await remove_unneeded(stage, prepared, order.host, except, part + 2);
    part += 3;
  }
}

Task<void> leave_segments_at_last(durable::Stage& stage, NetworksOnHost order, NetworksOnHost) {
  int part = 0;
  for (const auto& prepared : order.networks)
    co_await remove_unneeded(stage, prepared, order.host, leaver(stage, order), part++);
}
Task<NetworksOnHost> act_leave_segments(durable::Stage& stage, NetworksOnHost order) {
  co_await leave_segments_at_last(stage, order, {});
  co_return order;
}
bool always(const NetworksOnHost&) { return true; }

struct RouterOnHost {
  Id<model::Host> host;
  network::RouterSpec spec;
};

std::optional<RouterOnHost> router_on_host(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& id,
                                           const Id<model::Instance>& except) {
  const auto network = sql::need<model::Network>(tx, id);
  const auto router = router_of(tx, id);
  if (!router || !router->host_id) return std::nullopt;
  return RouterOnHost{router->host_id, router_spec(tx, cloud, network, *router, except)};
}

Task<NetworksOnHost> act_raise_routers(durable::Stage& stage, NetworksOnHost order) {
  int part = 0;
  for (const auto& prepared : order.networks) {
    const auto router =
        look(stage, [&](sql::Transaction& tx) { return router_on_host(tx, stage.cloud, prepared.network, {}); });
    if (router) co_await ask<&Fabric::ensure_router>(stage, router->host, router->spec, part++);
  }
  co_return order;
}

void record_raise_routers(durable::Stage& stage, sql::Transaction& tx, const NetworksOnHost& order, NetworksOnHost&) {
  for (const auto& prepared : order.networks) {
    auto network = sql::need<model::Network>(tx, prepared.network);
    if (network.state == model::NetworkState::implementing) {
      network.idle_since = order.instance ? std::nullopt : std::optional(stage.cloud.now());
      model::move(tx, network, model::NetworkEvent::succeeded);
    }
    auto router = router_of(tx, prepared.network);
    if (router && router->state == model::RouterState::starting) model::move(tx, *router, model::RouterEvent::started);
    for (auto& address :
         sql::all<model::PublicAddress>(tx, "where network_id = $1 and state = 'Allocating'", prepared.network))
      model::move(tx, address, model::AddressEvent::taken);
  }
}

/// Routers that stay forget the instance. Those that go are removed when their segments are.
Task<void> undo_raise_routers(durable::Stage& stage, NetworksOnHost order, NetworksOnHost) {
  const auto except = leaver(stage, order);
  int part = 0;
  for (const auto& prepared : order.networks) {
    const auto router = look(stage, [&](sql::Transaction& tx) -> std::optional<RouterOnHost> {
      const auto row = sql::get<model::Router>(tx, prepared.router);
      const bool stood = row && row->state != model::RouterState::starting && !prepared.raised;
      const bool stays = stood || (row && is_needed(tx, prepared.network, except));
      return stays ? router_on_host(tx, stage.cloud, prepared.network, except) : std::nullopt;
    });
    if (router) co_await ask<&Fabric::ensure_router>(stage, router->host, router->spec, part++);
  }
}

void unrecord_raise_routers(durable::Stage&, sql::Transaction& tx, const NetworksOnHost& order, const NetworksOnHost&) {
  for (const auto& prepared : order.networks) {
    if (is_needed(tx, prepared.network, order.instance)) continue;
    auto network = sql::need<model::Network>(tx, prepared.network);
    if (!prepared.raised || network.state != model::NetworkState::implemented) continue;
    network.state = model::NetworkState::implementing;
    network.idle_since.reset();
    sql::update(tx, network);
    if (prepared.address) {
      auto address = sql::need<model::PublicAddress>(tx, prepared.address);
      if (address.state == model::AddressState::allocated) {
        address.state = model::AddressState::allocating;
        sql::update(tx, address);
      }
    }
    if (auto router = router_of(tx, prepared.network)) {
      router->state = model::RouterState::starting;
      sql::update(tx, *router);
    }
  }
}

Task<NetworksOnHost> act_refresh_routers(durable::Stage& stage, NetworksOnHost order) {
  int part = 0;
  for (const auto& prepared : order.networks) {
    const auto router =
        look(stage, [&](sql::Transaction& tx) { return router_on_host(tx, stage.cloud, prepared.network, {}); });
    if (!router) continue;
    try {
      co_await ask<&Fabric::ensure_router>(stage, router->host, router->spec, part++);
    } catch (const Error& error) {
      log::warning("a router on host {} will be told later: {}", router->host.text(), error.message);
      order.behind.push_back(prepared.network);
    }
  }
  co_return order;
}
}  // namespace

bool is_needed(sql::Transaction& tx, const Id<model::Network>& network, const Id<model::Instance>& except,
               const Id<model::Host>& host) {
  // A nil id is null in a statement, and nothing is unequal to null.
  const auto text = [](const Uuid& id) { return id ? id.text() : std::string(); };
  return sql::count(
             tx,
             "select 1 from nics n join instances i on i.id = n.instance_id where n.network_id = $1 and n.removed is null and "
             "n.state = 'Reserved' and i.id <> $2 and (cast($3 as text) = '' or i.host_id = $3) limit 1",
             network, text(except), text(host)) > 0;
}

Prepared prepare_network(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& id,
                         const Id<model::Host>& host) {
  auto network = sql::need<model::Network>(tx, id);
  Prepared out;
  out.network = id;
  const auto offering = sql::need<model::NetworkOffering>(tx, network.network_offering_id);
  if (network.state == model::NetworkState::allocated) {
    out.raised = true;
    model::move(tx, network, model::NetworkEvent::implement);
  }
  if (network.vni == 0) {
    const auto physical = sql::need<model::PhysicalNetwork>(tx, network.physical_network_id);
    network.vni = model::take_vni(tx, physical, {id, cloud.new_id<model::VniLease>(), cloud.now()});
    out.leased = true;
  }
  network.bridge = model::bridge_name(cloud.tag, network.vni);
  network.idle_since.reset();
  out.segment = segment_name(cloud, network);
  auto router = router_of(tx, id);
  if (needs_router(offering) && !router) router = make_router(tx, cloud, network, host);
  if (router) {
    out.router = router->id;
    out.router_host = router->host_id;
    out.router_name = router_name(cloud, *router);
  }
  if (model::offers(offering, "SourceNat") && !source_nat_of(tx, id)) {
    model::AddressTaker taker{network.account_id, network.domain_id, id, true, false};
    auto address = model::take_address(tx, network.zone_id, taker, cloud.now());
    if (network.state == model::NetworkState::implementing) {
      address.state = model::AddressState::allocating;
      sql::update(tx, address);
    }
    out.address = address.id;
  }
  sql::update(tx, network);
  return out;
}

void unplug(sql::Transaction& tx, const Id<model::Instance>& instance) {
  for (auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null", instance)) {
    nic.state = model::NicState::allocated;
    sql::update(tx, nic);
  }
}

std::vector<Prepared> unplug_for_good(sql::Transaction& tx, Cloud& cloud, const Id<model::Instance>& instance) {
  std::vector<Prepared> out;
  for (auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null", instance)) {
    Prepared left;
    left.network = nic.network_id;
    out.push_back(left);
    model::forget_marks(tx, nic.id);
    nic.removed = cloud.now();
    nic.state = model::NicState::allocated;
    sql::update(tx, nic);
    put_router_behind(tx, cloud, nic.network_id);
  }
  for (const auto& rule : sql::all<model::PortForwardingRule>(tx, "where instance_id = $1", instance)) {
    sql::erase(tx, rule.id);
    model::forget_marks(tx, rule.id);
  }
  for (auto& address : sql::all<model::PublicAddress>(tx, "where instance_id = $1", instance)) {
    model::end_static_nat(address);
    sql::update(tx, address);
  }
  return out;
}

void put_router_behind(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& id) {
  auto network = sql::need<model::Network>(tx, id);
  const bool stands =
      network.state == model::NetworkState::implemented || network.state == model::NetworkState::implementing;
  if (!stands) return;
  network.router_behind = cloud.revision();
  sql::update(tx, network);
}

void give_back_network(sql::Transaction& tx, Cloud& cloud, const Prepared& prepared,
                       const Id<model::Instance>& except) {
  if (is_needed(tx, prepared.network, except)) return put_router_behind(tx, cloud, prepared.network);
  auto network = sql::need<model::Network>(tx, prepared.network);
  if (network.state != model::NetworkState::implementing) {
    // It stands, by another's work: the duties take it down in time.
    if (!network.idle_since) network.idle_since = cloud.now();
    network.router_behind = cloud.revision();
    return sql::update(tx, network);
  }
  for (auto& address : sql::all<model::PublicAddress>(tx, "where network_id = $1 and state = 'Allocating'", network.id))
    model::free_address(tx, address);
  if (const auto router = router_of(tx, network.id)) forget_router(tx, *router);
  model::give_back_vni(tx, network.id);
  network.vni = 0;
  network.bridge.clear();
  network.state = model::NetworkState::allocated;
  network.router_behind = 0;
  sql::update(tx, network);
}

Task<bool> tell_segments(durable::Stage& stage, Id<model::Network> network) {
  bool all = true;
  int part = 1;
  for (const auto& segment :
       look(stage, [&](sql::Transaction& tx) { return segments_of(tx, stage.cloud, network, {}, true); }))
    all = co_await tell_segment(stage, segment, false, part++) && all;
  co_return all;
}

const durable::Step<NetworksOnHost, NetworksOnHost> raise_segments{.name = "raise segments",
                                                                   .act = act_raise_segments,
                                                                   .record = record_behind,
                                                                   .undo = undo_raise_segments,
                                                                   .withdraw = withdraw_nics};
const durable::Step<NetworksOnHost, NetworksOnHost> leave_segments{
    .name = "leave segments", .act = act_leave_segments, .undo = leave_segments_at_last, .may_owe = always};
const durable::Step<NetworksOnHost, NetworksOnHost> raise_routers{.name = "raise routers",
                                                                  .act = act_raise_routers,
                                                                  .record = record_raise_routers,
                                                                  .undo = undo_raise_routers,
                                                                  .unrecord = unrecord_raise_routers,
                                                                  .withdraw = withdraw_nics};
const durable::Step<NetworksOnHost, NetworksOnHost> refresh_routers{
    .name = "refresh routers", .act = act_refresh_routers, .record = record_behind};

}  // namespace welkin::flows
