// Raising networks, and what that takes.
#include "flows/networks.hpp"

#include "base/log.hpp"
#include "flows/hands.hpp"
#include "model/names.hpp"
#include "model/physical_network.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/public_address.hpp"
#include "model/counters.hpp"

namespace welkin::flows {

namespace {
using network::Fabric;

constexpr std::string_view router_services[] = {"Dhcp", "Dns", "SourceNat", "StaticNat", "PortForwarding", "Firewall", "UserData", "Lb"};

bool needs_router(const model::NetworkOffering& offering) {
  return std::ranges::any_of(router_services, [&](auto service) { return model::offers(offering, service); });
}

model::Router make_router(sql::Transaction& tx, Cloud& cloud, const model::Network& network, const Id<model::Host>& host) {
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
  return sql::first<model::PublicAddress>(tx, "where network_id = $1 and source_nat = 1 and state in ('Allocating', 'Allocated')", network);
}

/// Segments on all hosts that carry the network: the others must learn of a new one.
struct SegmentOnHost {
  Id<model::Host> host;
  network::SegmentSpec spec;
};

std::vector<SegmentOnHost> segments_of(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& id, const Id<model::Host>& host) {
  const auto network = sql::need<model::Network>(tx, id);
  const auto hosts = hosts_of(tx, id, host);
  std::vector<SegmentOnHost> out;
  for (const auto& each : hosts) out.push_back({each, segment_spec(tx, cloud, network, each, hosts)});
  return out;
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
    const auto segments = look(stage, [&](sql::Transaction& tx) { return segments_of(tx, stage.cloud, prepared.network, order.host); });
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

void record_raise_segments(durable::Stage& stage, sql::Transaction& tx, const NetworksOnHost&, NetworksOnHost& out) {
  for (const auto& network : out.behind) put_router_behind(tx, stage.cloud, network);
}

/// True when an instance other than `except`, or a router that will stay, needs this bridge on the host. The bridge may be another network's by now.
bool is_bridge_needed(sql::Transaction& tx, const Prepared& prepared, const Id<model::Host>& host, const Id<model::Instance>& except) {
  const auto network = sql::first<model::Network>(tx, "where bridge = $1 and removed is null", prepared.segment.bridge);
  if (!network) return false;
  const auto here = sql::count(tx, "select count(*) from nics n join instances i on i.id = n.instance_id where n.network_id = $1 and "
                                   "n.removed is null and n.state = 'Reserved' and i.host_id = $2 and i.id <> $3",
                               network->id, host, except);
  const auto router = router_of(tx, network->id);
  const bool never_stood = router && router->state == model::RouterState::starting && !is_needed(tx, network->id, except);
  return here > 0 || (router && router->host_id == host && !never_stood);
}

Task<void> remove_unneeded(durable::Stage& stage, const NetworksOnHost& order, int part) {
  for (const auto& prepared : order.networks) {
    auto name = prepared.segment;
    const bool needed = name.bridge.empty() || look(stage, [&](sql::Transaction& tx) {
      name.revision = stage.cloud.revision();
      return is_bridge_needed(tx, prepared, order.host, order.instance);
    });
    if (!needed) co_await ask<&Fabric::remove_segment>(stage, order.host, name, part);
    ++part;
  }
}

void withdraw_nics(durable::Stage&, sql::Transaction& tx, const NetworksOnHost& order) {
  if (!order.instance) return;
  for (auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null", order.instance)) {
    nic.state = model::NicState::allocated;
    sql::update(tx, nic);
  }
}

/// Routers that were made and never came to stand go, with their bridge, when nobody needs them.
Task<void> remove_stillborn(durable::Stage& stage, const NetworksOnHost& order, int part) {
  for (const auto& prepared : order.networks) {
    auto router = prepared.router_name;
    auto segment = prepared.segment;
    const bool stays = !prepared.router || look(stage, [&](sql::Transaction& tx) {
      router.revision = segment.revision = stage.cloud.revision();
      const auto row = sql::get<model::Router>(tx, prepared.router);
      return row && (row->state != model::RouterState::starting || is_needed(tx, prepared.network, order.instance));
    });
    if (!stays) {
      co_await ask<&Fabric::remove_router>(stage, prepared.router_host, router, part);
      const bool elsewhere = prepared.router_host != order.host && !look(stage, [&](sql::Transaction& tx) { return is_bridge_needed(tx, prepared, prepared.router_host, order.instance); });
      if (elsewhere) co_await ask<&Fabric::remove_segment>(stage, prepared.router_host, segment, part + 1);
    }
    part += 2;
  }
}

/// Lifts the guard; bridges that no other instance and no router needs there go too.
Task<void> undo_raise_segments(durable::Stage& stage, NetworksOnHost order, NetworksOnHost) {
  network::GuardSpec nothing;
  nothing.instance = order.instance;
  if (order.instance) co_await ask<&Fabric::guard>(stage, order.host, nothing, 0);
  co_await remove_stillborn(stage, order, 1 + int(order.networks.size()));
  co_await remove_unneeded(stage, order, 1);
}

Task<NetworksOnHost> act_leave_segments(durable::Stage& stage, NetworksOnHost order) {
  co_await remove_unneeded(stage, order, 0);
  co_return order;
}
Task<void> leave_segments_at_last(durable::Stage& stage, NetworksOnHost order, NetworksOnHost) { co_await remove_unneeded(stage, order, 0); }
bool always(const NetworksOnHost&) { return true; }

struct RouterOnHost {
  Id<model::Host> host;
  network::RouterSpec spec;
};

std::optional<RouterOnHost> router_on_host(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& id, const Id<model::Instance>& except) {
  const auto network = sql::need<model::Network>(tx, id);
  const auto router = router_of(tx, id);
  if (!router || !router->host_id) return std::nullopt;
  return RouterOnHost{router->host_id, router_spec(tx, cloud, network, *router, except)};
}

Task<void> ensure_routers(durable::Stage& stage, const NetworksOnHost& order, Id<model::Instance> except) {
  int part = 0;
  for (const auto& prepared : order.networks) {
    const auto router = look(stage, [&](sql::Transaction& tx) { return router_on_host(tx, stage.cloud, prepared.network, except); });
    if (router) co_await ask<&Fabric::ensure_router>(stage, router->host, router->spec, part++);
  }
}

Task<NetworksOnHost> act_raise_routers(durable::Stage& stage, NetworksOnHost order) {
  co_await ensure_routers(stage, order, {});
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
    for (auto& address : sql::all<model::PublicAddress>(tx, "where network_id = $1 and state = 'Allocating'", prepared.network))
      model::move(tx, address, model::AddressEvent::taken);
  }
}

/// A router that nobody needs goes, unless it stood before; others forget the instance.
Task<void> undo_raise_routers(durable::Stage& stage, NetworksOnHost order, NetworksOnHost) {
  int part = 0;
  for (const auto& prepared : order.networks) {
    if (!prepared.router) continue;
    auto name = prepared.router_name;
    const bool stays = look(stage, [&](sql::Transaction& tx) {
      name.revision = stage.cloud.revision();
      const auto router = sql::get<model::Router>(tx, prepared.router);
      if (!router) return false;
      const bool stood = router->state != model::RouterState::starting && !prepared.raised;
      return stood || is_needed(tx, prepared.network, order.instance);
    });
    if (!stays) {
      co_await ask<&Fabric::remove_router>(stage, prepared.router_host, name, part++);
      continue;
    }
    const auto other = look(stage, [&](sql::Transaction& tx) { return router_on_host(tx, stage.cloud, prepared.network, order.instance); });
    if (other) co_await ask<&Fabric::ensure_router>(stage, other->host, other->spec, part++);
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

/// Answers those that could not be told.
Task<NetworksOnHost> act_refresh_routers(durable::Stage& stage, NetworksOnHost order) {
  NetworksOnHost behind;
  int part = 0;
  for (const auto& prepared : order.networks) {
    ++part;
    const auto router = look(stage, [&](sql::Transaction& tx) { return router_on_host(tx, stage.cloud, prepared.network, {}); });
    if (!router) continue;
    try {
      co_await ask<&Fabric::ensure_router>(stage, router->host, router->spec, part);
    } catch (const Error& error) {
      log::warning("a router on host {} will be told later: {}", router->host.text(), error.message);
      behind.networks.push_back(prepared);
    }
  }
  co_return behind;
}

void record_refresh_routers(durable::Stage& stage, sql::Transaction& tx, const NetworksOnHost&, NetworksOnHost& behind) {
  for (const auto& prepared : behind.networks) put_router_behind(tx, stage.cloud, prepared.network);
}
}  // namespace

bool is_needed(sql::Transaction& tx, const Id<model::Network>& network, const Id<model::Instance>& except) {
  return sql::count(tx, "select count(*) from nics where network_id = $1 and removed is null and state = 'Reserved' and instance_id <> $2",
                    network, except ? except.text() : std::string("-")) > 0;
}

Prepared prepare_network(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& id, const Id<model::Host>& host) {
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

std::vector<Prepared> unplug_for_good(sql::Transaction& tx, Cloud& cloud, const Id<model::Instance>& instance) {
  std::vector<Prepared> out;
  for (auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null", instance)) {
    Prepared left;
    left.network = nic.network_id;
    out.push_back(left);
    nic.removed = cloud.now();
    nic.state = model::NicState::allocated;
    sql::update(tx, nic);
    put_router_behind(tx, cloud, nic.network_id);
  }
  for (const auto& rule : sql::all<model::PortForwardingRule>(tx, "where instance_id = $1", instance)) sql::erase(tx, rule.id);
  for (auto& address : sql::all<model::PublicAddress>(tx, "where instance_id = $1", instance)) {
    address.static_nat = false;
    address.instance_id = {};
    address.nic_id = {};
    address.guest_address.clear();
    sql::update(tx, address);
  }
  return out;
}

void put_router_behind(sql::Transaction& tx, Cloud& cloud, const Id<model::Network>& id) {
  auto network = sql::need<model::Network>(tx, id);
  const bool stands = network.state == model::NetworkState::implemented || network.state == model::NetworkState::implementing;
  if (!stands) return;
  network.router_behind = cloud.revision();
  sql::update(tx, network);
}

void give_back_network(sql::Transaction& tx, Cloud& cloud, const Prepared& prepared, const Id<model::Instance>& except) {
  if (is_needed(tx, prepared.network, except)) return put_router_behind(tx, cloud, prepared.network);
  auto network = sql::need<model::Network>(tx, prepared.network);
  if (network.state != model::NetworkState::implementing) {
    // It stands, by another's work: the duties take it down in time.
    if (!network.idle_since) network.idle_since = cloud.now();
    network.router_behind = cloud.revision();
    return sql::update(tx, network);
  }
  for (auto& address : sql::all<model::PublicAddress>(tx, "where network_id = $1 and state = 'Allocating'", network.id)) model::free_address(tx, address);
  if (const auto router = router_of(tx, network.id)) sql::erase(tx, router->id);
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
  for (const auto& segment : look(stage, [&](sql::Transaction& tx) { return segments_of(tx, stage.cloud, network, {}); }))
    all = co_await tell_segment(stage, segment, false, part++) && all;
  co_return all;
}

const durable::Step<NetworksOnHost, NetworksOnHost> raise_segments{
    .name = "raise segments", .act = act_raise_segments, .record = record_raise_segments, .undo = undo_raise_segments, .withdraw = withdraw_nics};
const durable::Step<NetworksOnHost, NetworksOnHost> leave_segments{
    .name = "leave segments", .act = act_leave_segments, .undo = leave_segments_at_last, .may_owe = always};
const durable::Step<NetworksOnHost, NetworksOnHost> raise_routers{.name = "raise routers",
                                                                  .act = act_raise_routers,
                                                                  .record = record_raise_routers,
                                                                  .undo = undo_raise_routers,
                                                                  .unrecord = unrecord_raise_routers,
                                                                  .withdraw = withdraw_nics};
const durable::Step<NetworksOnHost, NetworksOnHost> refresh_routers{.name = "refresh routers", .act = act_refresh_routers, .record = record_refresh_routers};

}  // namespace welkin::flows
