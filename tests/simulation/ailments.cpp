// What must hold whenever a cloud is at rest.
#include "flows/instances.hpp"
#include "flows/specs.hpp"
#include "model/account.hpp"
#include "model/domain.hpp"
#include "model/firewall_rule.hpp"
#include "model/holding.hpp"
#include "model/physical_network.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/public_address.hpp"
#include "model/tables.hpp"
#include "world.hpp"

namespace welkin::simulation {

namespace {

/// All that is looked at, read once.
struct Records {
  std::vector<model::Instance> instances;
  std::vector<model::Volume> volumes;
  std::vector<model::Network> networks;
  std::vector<model::Nic> nics;
  std::vector<model::Router> routers;
};

class Examination {
 public:
  Examination(World& world, sql::Transaction& tx) : world_(world), tx_(tx) {
    records_.instances = sql::all<model::Instance>(tx, "where removed is null order by id");
    records_.volumes = sql::all<model::Volume>(tx, "where removed is null order by id");
    records_.networks = sql::all<model::Network>(tx, "where removed is null order by id");
    records_.nics = sql::all<model::Nic>(tx, "where removed is null order by id");
    records_.routers = sql::all<model::Router>(tx, "where removed is null order by id");
  }

  std::vector<std::string> findings() {
    look_at_work();
    look_at_states();
    for (const auto& [id, host] : world_.hosts) {
      look_at_guests(Id<model::Host>(id), *host);
      look_at_reservations(Id<model::Host>(id));
      look_at_pools(*host);
      look_at_network(Id<model::Host>(id), *host);
    }
    look_at_rules();
    look_at_addresses();
    look_at_holdings();
    look_at_totals();
    look_at_affinities();
    look_at_marks();
    return std::move(findings_);
  }

 private:
  template <class... Args>
  void say(fmt::format_string<Args...> text, Args&&... args) {
    findings_.push_back(fmt::format(text, std::forward<Args>(args)...));
  }
  void say_if(std::int64_t found, std::string_view what) {
    if (found) say("{} {}", found, what);
  }

  void look_at_holdings() {
    for (const auto& account : sql::all<model::Account>(tx_, "order by id")) {
      auto kept = model::held_by_account(tx_, account.id);
      const auto counted = model::counted_anew(tx_, account.id);
      kept.domain_id = counted.domain_id;
      if (kept != counted)
        say("the account {} holds {}, and is said to hold {}", account.name, to_json(counted), to_json(kept));
    }
  }

  void look_at_totals() {
    std::vector<Uuid> ids;
    for (const auto& domain : sql::all<model::Domain>(tx_, "order by id")) ids.push_back(domain.id);
    const auto summed = model::held_beneath(tx_, ids), followed = world_.cloud().totals.held_beneath(tx_, ids);
    for (const auto& id : ids)
      if (summed.at(id).figures() != followed.at(id).figures())
        say("the domain {} holds {}, and is shown to hold {}", id.text(), to_json(summed.at(id)),
            to_json(followed.at(id)));
  }

  void look_at_affinities() {
    say_if(sql::count(tx_,
                      "select count(*) from affinity_groups g join affinity_members a on a.group_id = g.id "
                      "join affinity_members b on b.group_id = g.id and b.id > a.id "
                      "join instances i on i.id = a.instance_id join instances j on j.id = b.instance_id "
                      "where (g.kind = 'host anti-affinity' and i.host_id = j.host_id) "
                      "or (g.kind = 'host affinity' and i.host_id <> j.host_id)"),
           "pairs of instances run where their affinity group forbids it");
    say_if(sql::count(tx_, "select count(*) from affinity_members where instance_id not in "
                           "(select id from instances where removed is null) or "
                           "group_id not in (select id from affinity_groups)"),
           "memberships in affinity groups have outlived their instances");
  }

  /// Marks go with their things; each is looked for in all tables that ids may lie in.
  void look_at_marks() {
    std::string things;
    for (const auto& table : model::tables()) {
      if (!table.shape().by_name("id")) continue;
      const bool ends = table.shape().by_name("removed") != nullptr;
      things += fmt::format("{}select id from {}{}", things.empty() ? "" : " union all ", table.table,
                            ends ? " where removed is null" : "");
    }
    for (const auto& [table, column] : {std::pair("tags", "resource_id"), std::pair("annotations", "entity_id"),
                                        std::pair("resource_details", "resource_id"), std::pair("icons", "resource_id")})
      say_if(sql::count(tx_, fmt::format("select count(*) from {} where {} not in ({})", table, column, things)),
             fmt::format("{} have outlived their things", table));
  }

  void look_at_work() {
    say_if(sql::count(tx_, "select count(*) from flows where state in ('running', 'unwinding')"),
           "journeys are under way");
    say_if(sql::count(tx_, "select count(*) from steps where state = 'owed'"), "undo steps are owed");
    say_if(sql::count(tx_, "select count(*) from jobs where status = 0"), "jobs have not ended");
  }

  void look_at_states() {
    for (const auto& instance : records_.instances) {
      using enum model::InstanceState;
      if (instance.state != running && instance.state != stopped && instance.state != destroyed &&
          instance.state != error)
        say("the instance {} is {}", instance.name, name_of(instance.state));
      if ((instance.state == running) != bool(instance.host_id))
        say("the instance {} is {} and its host is '{}'", instance.name, name_of(instance.state),
            instance.host_id.text());
    }
    for (const auto& volume : records_.volumes) {
      using enum model::VolumeState;
      if (volume.state != allocated && volume.state != ready && volume.state != destroyed)
        say("the volume {} is {}", volume.name, name_of(volume.state));
      // One that was destroyed may never have lain anywhere.
      if (volume.state != destroyed && (volume.state == allocated) != volume.path.empty())
        say("the volume {} is {} at '{}'", volume.name, name_of(volume.state), volume.path);
    }
    for (const auto& network : records_.networks) {
      using enum model::NetworkState;
      if (network.state != allocated && network.state != implemented)
        say("the network {} is {}", network.name, name_of(network.state));
      if ((network.state == allocated) != (network.vni == 0))
        say("the network {} is {} and has the identifier {}", network.name, name_of(network.state), network.vni);
    }
    for (const auto& router : records_.routers)
      if (router.state != model::RouterState::running) say("the router {} is {}", router.name, name_of(router.state));
    for (const auto& nic : records_.nics) {
      const auto instance = sql::get<model::Instance>(tx_, nic.instance_id);
      if (!instance || instance->removed) say("the nic {} belongs to nobody", nic.address);
      else if ((nic.state == model::NicState::reserved) != (instance->state == model::InstanceState::running))
        say("the nic {} of {} is {}, its instance {}", nic.address, instance->name, name_of(nic.state),
            name_of(instance->state));
    }
  }

  void look_at_guests(const Id<model::Host>& id, const Host& host) {
    std::set<Uuid> there;
    for (const auto& guest : host.hypervisor.snapshot().instances) {
      there.insert(guest.spec.id);
      const auto row = std::ranges::find(records_.instances, Id<model::Instance>(guest.spec.id), &model::Instance::id);
      const bool wanted =
          row != records_.instances.end() && row->state == model::InstanceState::running && row->host_id == id;
      if (!wanted)
        say("a host has the guest {}, which is {} in the records", guest.spec.name,
            row == records_.instances.end() ? "absent" : std::string(name_of(row->state)));
      if (!wanted) continue;
      if (guest.power != hypervisor::Power::running) say("the guest {} is off on its host", guest.spec.name);
      std::set<Uuid> disks, wished;
      for (const auto& disk : guest.spec.disks) disks.insert(disk.id);
      for (const auto& volume : records_.volumes)
        if (volume.instance_id == row->id) wished.insert(volume.id);
      if (disks != wished)
        say("the guest {} has {} disks, {} in the records", guest.spec.name, disks.size(), wished.size());
    }
    for (const auto& instance : records_.instances)
      if (instance.host_id == id && !there.contains(instance.id))
        say("the instance {} is not on its host", instance.name);
  }

  void look_at_reservations(const Id<model::Host>& id) {
    const auto host = sql::need<model::Host>(tx_, id);
    std::int64_t instances = 0, mhz = 0, memory = 0;
    for (const auto& instance : records_.instances) {
      if (instance.host_id != id) continue;
      const auto share = flows::share_of(instance);
      ++instances;
      mhz += share.cpu_mhz;
      memory += share.memory_bytes;
    }
    if (host.instances_reserved != instances || host.cpu_mhz_reserved != mhz || host.memory_reserved_bytes != memory)
      say("the host {} has promised {} instances, {} MHz, {} bytes; {}, {}, {} are needed", host.name,
          host.instances_reserved, host.cpu_mhz_reserved, host.memory_reserved_bytes, instances, mhz, memory);
  }

  bool is_destroyed(const Uuid& id) const {
    return std::ranges::any_of(records_.volumes, [&](const auto& volume) {
      return volume.id == id && volume.state == model::VolumeState::destroyed;
    });
  }

  void look_at_pools(const Host& host) {
    for (const auto& pool : host.pools.snapshot().pools) {
      std::int64_t promised = 0;
      std::map<Uuid, std::int64_t> wished, there;
      for (const auto& volume : records_.volumes) {
        if (volume.pool_id != pool.spec.id) continue;
        promised += volume.bytes;
        if (volume.state != model::VolumeState::destroyed) wished[volume.id] = volume.bytes;
      }
      // What is destroyed may be gone already, or wait.
      for (const auto& volume : pool.volumes)
        if (!is_destroyed(volume.id)) there[volume.id] = volume.bytes;
      const auto row = sql::get<model::StoragePool>(tx_, Id<model::StoragePool>(pool.spec.id));
      if (!row) continue;
      if (row->reserved_bytes != promised)
        say("the pool {} has promised {} bytes, {} are needed", row->name, row->reserved_bytes, promised);
      if (wished != there)
        say("the pool {} has {} volumes, {} in the records, or other sizes", row->name, there.size(), wished.size());
    }
  }

  void look_at_network(const Id<model::Host>& id, const Host& host) {
    const auto seen = host.fabric.snapshot();
    std::set<std::string> bridges, routers, guarded;
    for (const auto& network : records_.networks) {
      if (network.bridge.empty()) continue;
      const auto carriers = flows::carriers_of(tx_, network.id, {});
      if (std::ranges::find(carriers, id, &flows::Carrier::id) != carriers.end()) bridges.insert(network.bridge);
    }
    for (const auto& router : records_.routers)
      if (router.host_id == id) routers.insert(router.namespace_name);
    for (const auto& instance : records_.instances)
      if (instance.host_id == id) guarded.insert(instance.id.text());
    compare("bridges", bridges, seen.segments, [](const auto& segment) { return segment.bridge; });
    compare("routers", routers, seen.routers, [](const auto& router) { return router.name; });
    compare("guards", guarded, seen.guards, [](const auto& guard) { return guard.instance.text(); });
    for (const auto& segment : seen.segments) look_at_peers(id, segment);
    for (const auto& router : seen.routers) look_at_router(router);
  }

  void look_at_peers(const Id<model::Host>& id, const network::SegmentSpec& segment) {
    const auto network = std::ranges::find(records_.networks, segment.bridge, &model::Network::bridge);
    if (network == records_.networks.end()) return;
    const auto wished = flows::segment_spec(world_.cloud(), *network, id, flows::carriers_of(tx_, network->id, {}));
    if (!std::ranges::all_of(wished.peers, [&](const auto& peer) {
          return std::ranges::find(segment.peers, peer) != segment.peers.end();
        }))
      say("the network {} does not reach all its hosts", network->name);
  }

  void look_at_router(network::RouterSpec there) {
    const auto router = std::ranges::find(records_.routers, there.name, &model::Router::namespace_name);
    if (router == records_.routers.end()) return;
    const auto network = sql::need<model::Network>(tx_, router->network_id);
    auto wished = flows::router_spec(tx_, world_.cloud(), network, *router, {});
    wished.revision = there.revision = 0;
    if (to_json(wished) != to_json(there))
      say("the router of {} is not as the records say:\n  {}\n  {}", network.name, to_json(there), to_json(wished));
  }

  template <class Things, class Name>
  void compare(std::string_view what, const std::set<std::string>& wished, const Things& things, Name name) {
    std::set<std::string> there;
    for (const auto& thing : things) there.insert(name(thing));
    for (const auto& each : there)
      if (!wished.contains(each)) say("{}: {} is too much", what, each);
    for (const auto& each : wished)
      if (!there.contains(each)) say("{}: {} is missing", what, each);
  }

  void look_at_rules() {
    say_if(sql::count(tx_, "select count(*) from firewall_rules where state in ('Revoke', 'Deleting')"),
           "firewall rules wait to go");
    say_if(sql::count(tx_, "select count(*) from port_forwarding_rules where state in ('Revoke', 'Deleting')"),
           "port forwards wait to go");
    say_if(
        sql::count(
            tx_,
            "select count(*) from port_forwarding_rules r join networks n on n.id = r.network_id where r.state = 'Add' and n.state = 'Implemented'"),
        "port forwards wait to come");
    say_if(
        sql::count(
            tx_,
            "select count(*) from firewall_rules r join networks n on n.id = r.network_id where r.state = 'Add' and n.state = 'Implemented'"),
        "firewall rules wait to come");
    say_if(
        sql::count(
            tx_,
            "select count(*) from port_forwarding_rules r join networks n on n.id = r.network_id where n.removed is not null"),
        "port forwards belong to no network");
  }

  void look_at_addresses() {
    say_if(sql::count(tx_, "select count(*) from public_addresses where state not in ('Free', 'Allocated')"),
           "addresses are on their way");
    say_if(
        sql::count(
            tx_,
            "select count(*) from public_addresses a join networks n on n.id = a.network_id where n.removed is not null and a.state <> 'Free'"),
        "addresses belong to no network");
    say_if(
        sql::count(
            tx_,
            "select count(*) from public_addresses a left join nics n on n.id = a.nic_id where a.static_nat = 1 and (n.id is null or n.removed is not null)"),
        "static NATs lead nowhere");
    say_if(
        sql::count(
            tx_,
            "select count(*) from vni_leases l left join networks n on n.id = l.network_id where n.id is null or n.vni <> l.vni or n.removed is not null"),
        "network identifiers are leased to nobody");
    say_if(
        sql::count(
            tx_,
            "select count(*) from (select network_id, address from nics where removed is null group by network_id, address having count(*) > 1) as twins"),
        "guest addresses are given twice");
  }

  World& world_;
  sql::Transaction& tx_;
  Records records_;
  std::vector<std::string> findings_;
};

/// Rows of a table as texts, without what changes by itself.
template <class T>
void print(std::vector<std::string>& out, sql::Transaction& tx, std::string_view rest,
           std::initializer_list<std::string_view> left_out) {
  const auto& shape = shape_of<T>();
  tx.query(fmt::format("{} {}", sql::detail::statements_of<T>().select, rest), {}, [&](const sql::Row& row) {
    std::string text(T::table);
    for (std::size_t i = 0; i < shape.fields.size(); ++i) {
      const auto name = shape.fields[i].name;
      if (std::ranges::find(left_out, name) != left_out.end() || row[i].is_null()) continue;
      text += fmt::format(" {}={}", name,
                          row[i].kind == Cell::Kind::text ? std::string(row[i].text) : std::to_string(row[i].integer));
    }
    out.push_back(std::move(text));
  });
}
}  // namespace

std::vector<std::string> ailments(World& world) {
  return world.read([&](sql::Transaction& tx) { return Examination(world, tx).findings(); });
}

std::vector<std::string> standing(World& world) {
  std::vector<std::string> out;
  world.read([&](sql::Transaction& tx) {
    print<model::Instance>(out, tx, "where removed is null and state <> 'Error' order by id",
                           {"generation", "updated", "power_seen", "last_host_id"});
    print<model::Volume>(out, tx, "where removed is null order by id",
                         {"generation", "updated", "hypervisor", "format", "physical_bytes"});
    print<model::Network>(out, tx, "where removed is null order by id",
                          {"generation", "idle_since", "updated", "router_behind"});
    print<model::Nic>(out, tx, "where removed is null order by id", {"generation"});
    print<model::Router>(out, tx, "where removed is null order by id", {"generation"});
    print<model::PublicAddress>(out, tx, "where state <> 'Free' order by id", {"generation"});
    print<model::FirewallRule>(out, tx, "order by id", {"generation"});
    print<model::PortForwardingRule>(out, tx, "order by id", {"generation"});
    print<model::VniLease>(out, tx, "order by id", {});
    return 0;
  });
  for (const auto& [id, host] : world.hosts) {
    for (const auto& guest : host->hypervisor.snapshot().instances) out.push_back("guest " + to_json(guest.spec));
    for (const auto& pool : host->pools.snapshot().pools)
      for (const auto& volume : pool.volumes) out.push_back("disk " + to_json(volume));
    auto fabric = host->fabric.snapshot();
    for (auto& router : fabric.routers) router.revision = 0;
    for (const auto& segment : fabric.segments) out.push_back("segment " + segment.bridge);
    for (const auto& router : fabric.routers) out.push_back("router " + to_json(router));
    for (const auto& guard : fabric.guards) out.push_back("guard " + to_json(guard));
  }
  return out;
}

}  // namespace welkin::simulation
