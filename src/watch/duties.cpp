// The duties of one server.
#include "watch/duties.hpp"

#include <set>

#include "base/log.hpp"
#include "flows/instances.hpp"
#include "flows/orders.hpp"
#include "link/verbs.hpp"
#include "model/audit.hpp"
#include "model/event.hpp"
#include "model/kept_answer.hpp"
#include "model/network_offering.hpp"
#include "model/nic.hpp"
#include "model/settings.hpp"
#include "watch/alarms.hpp"

namespace welkin::watch {

namespace {
constexpr auto silence_max = 30s;
constexpr int begun_in_a_round = 20;
constexpr int swept_at_once = 10'000;
constexpr std::chrono::milliseconds measuring_takes{20'000};
constexpr std::chrono::milliseconds measure_interval_min{5'000};

void tell(sql::Transaction& tx, Cloud& cloud, const model::Instance& instance, std::string_view what) {
  model::Event event;
  event.id = cloud.new_id<model::Event>();
  event.type = "VM.STOP";
  event.level = model::EventLevel::warn;
  event.state = model::EventState::completed;
  event.description = fmt::format("The instance {} {}.", instance.name, what);
  event.user_id = instance.user_id;
  event.account_id = instance.account_id;
  event.domain_id = instance.domain_id;
  event.resource_type = "VirtualMachine";
  event.resource_id = instance.id;
  event.created = cloud.now();
  sql::insert(tx, event);
  alarm(tx, cloud, instance, what);
}

/// What a look at a host has shown to be otherwise than recorded.
struct Difference {
  std::vector<model::Instance> ended;   ///< should run there and do not
  std::vector<model::Instance> strays;  ///< are there and should not
  std::vector<Stranger> strangers;      ///< are there, and nobody knows them or has been told of them

  bool is_none() const { return ended.empty() && strays.empty() && strangers.empty(); }
};

/// A guest whose records have just changed may be seen as it was before.
bool is_settled(Cloud& cloud, const model::Instance& instance) { return cloud.now() - instance.updated > 10s; }

bool is_stray(const model::Instance& instance, const Id<model::Host>& host) {
  using enum model::InstanceState;
  const bool at_rest = instance.state == stopped || instance.state == destroyed || instance.state == error;
  return at_rest || (instance.state == running && instance.host_id != host);
}

Difference compare(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& host, const hypervisor::Sightings& seen) {
  Difference out;
  std::set<Uuid> alive;
  for (const auto& sighting : seen.instances) {
    if (sighting.power != hypervisor::Power::stopped) alive.insert(sighting.id);
    const auto instance = sql::get<model::Instance>(tx, Id<model::Instance>(sighting.id));
    if (!instance || instance->removed)
      out.strangers.push_back({sighting.id, sighting.name});
    else if (is_stray(*instance, host) && is_settled(cloud, *instance))
      out.strays.push_back(*instance);
  }
  for (auto& instance :
       sql::all<model::Instance>(tx, "where host_id = $1 and state = 'Running' and removed is null", host))
    if (!alive.contains(instance.id) && is_settled(cloud, instance)) out.ended.push_back(std::move(instance));
  out.strangers = untold(tx, cloud, host, std::move(out.strangers));
  return out;
}

std::vector<durable::FlowRow> settle(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& host,
                                     const Difference& difference) {
  std::vector<durable::FlowRow> out;
  for (const auto& stranger : difference.strangers) {
    alarm(tx, cloud, host, stranger);
    log::warning("host {} runs {} ({}), which this cloud does not know; it is left alone", host.text(), stranger.name,
                 stranger.id.text());
  }
  for (const auto& instance : difference.ended) {
    tell(tx, cloud, instance, "was found stopped on its host");
    flows::StopOrder order;
    order.instance = instance.id;
    order.forced = true;
    out.push_back(cloud.journeys->begin(tx, "stop instance", order));
  }
  for (const auto& instance : difference.strays) {
    tell(tx, cloud, instance, "was found on a host where it should not be, and is ended there");
    out.push_back(cloud.journeys->begin(tx, "end stray guest", flows::OnHost{instance.id, host}));
  }
  return out;
}

void lose_silent_hosts(sql::Transaction& tx, Cloud& cloud) {
  for (const auto& host : sql::all<model::Host>(
           tx, "where status = 'Up' and agent_id is not null and removed is null and last_pinged < $1",
           Time(cloud.now() - silence_max)))
    host_lost(tx, cloud, host.id);
}

std::vector<durable::FlowRow> expunge_due(sql::Transaction& tx, Cloud& cloud) {
  std::vector<durable::FlowRow> out;
  const auto delay = model::value_of(tx, model::settings::expunge_delay);
  for (const auto& instance : sql::all<model::Instance>(
           tx, "where state = 'Destroyed' and removed is null and destroyed < $1 order by destroyed limit 20",
           Time(cloud.now() - delay))) {
    flows::StopOrder order;
    order.instance = instance.id;
    order.expunges = true;
    out.push_back(cloud.journeys->begin(tx, "expunge instance", order));
  }
  return out;
}

std::vector<durable::FlowRow> idle_networks(sql::Transaction& tx, Cloud& cloud) {
  std::vector<durable::FlowRow> out;
  const auto wait = model::value_of(tx, model::settings::network_gc_wait);
  for (const auto& network : sql::all<model::Network>(
           tx, "where state = 'Implemented' and removed is null and idle_since < $1 order by idle_since limit 20",
           Time(cloud.now() - wait))) {
    const auto offering = sql::get<model::NetworkOffering>(tx, network.network_offering_id);
    if (offering && offering->persistent) continue;
    if (std::ssize(out) == begun_in_a_round) break;
    out.push_back(cloud.journeys->begin(tx, "shut down network", flows::NetworkOrder{network.id, false, false}));
  }
  return out;
}

/// Routers that could not be told of a change, and whose host is there again.
std::vector<durable::FlowRow> routers_behind(sql::Transaction& tx, Cloud& cloud) {
  std::vector<durable::FlowRow> out;
  std::vector<Id<model::Network>> networks;
  tx.query("select n.id from networks n join routers r on r.network_id = n.id join hosts h on h.id = r.host_id "
           "where n.router_behind <> 0 and n.state = 'Implemented' and n.removed is null and h.status = 'Up' limit 20",
           {}, [&](const sql::Row& row) { networks.push_back(*Id<model::Network>::parse(row[0].text)); });
  for (const auto& id : networks) {
    flows::RuleOrder order;
    order.network = id;
    out.push_back(cloud.journeys->begin(tx, "apply rules", order));
  }
  return out;
}

Task<void> measure_one(Cloud& cloud, Id<model::Host> host) {
  const auto seen = co_await link::ask<&hypervisor::Driver::statistics>(
      cloud.agents, host, link::Operation{{}, 0, 0, measuring_takes.count()}, Nothing{});
  cloud.measured.note(host, seen, cloud.now());
}
}  // namespace

void host_heard(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& id, bool hypervisor_answers) {
  const auto now = cloud.now();
  auto host = sql::get<model::Host>(tx, id);
  if (!host || host->removed) return;
  model::note_ping(tx, id, now);
  const bool up = host->status == model::HostStatus::up;
  if (hypervisor_answers == up || host->cpus == 0) return;
  host->status = hypervisor_answers ? model::HostStatus::up : model::HostStatus::alert;
  host->last_pinged = now;
  sql::update(tx, *host);
  log::info("host {} is {}", host->name, name_of(host->status));
  alarm(tx, cloud, *host, hypervisor_answers ? "is up again" : "answers, and its hypervisor does not");
}

void host_lost(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& id) {
  auto host = sql::get<model::Host>(tx, id);
  if (!host || host->removed || host->status != model::HostStatus::up) return;
  host->status = model::HostStatus::alert;
  host->disconnected = cloud.now();
  sql::update(tx, *host);
  log::warning("host {} is lost", host->name);
  alarm(tx, cloud, *host, "is lost: nothing is heard of it");
}

void sighted(Cloud& cloud, const Id<model::Host>& host, const hypervisor::Sightings& seen) {
  const auto differs = [&](sql::Transaction& tx) { return compare(tx, cloud, host, seen); };
  const auto first = sql::read(cloud.database, differs);
  if (first.is_none()) return;
  for (auto& flow :
       sql::write(cloud.database, [&](sql::Transaction& tx) { return settle(tx, cloud, host, differs(tx)); }))
    cloud.journeys->launch(std::move(flow));
}

void round(Cloud& cloud) {
  std::vector<durable::FlowRow> begun;
  cloud.database.write([&](sql::Transaction& tx) {
    begun.clear();
    lose_silent_hosts(tx, cloud);
    for (auto& flow : expunge_due(tx, cloud)) begun.push_back(std::move(flow));
    for (auto& flow : idle_networks(tx, cloud)) begun.push_back(std::move(flow));
  });
  for (auto& flow : begun) cloud.journeys->launch(std::move(flow));
}

std::optional<Duration> measure_interval(Cloud& cloud) {
  const auto wanted = sql::read(
      cloud.database, [](sql::Transaction& tx) { return model::value_of(tx, model::settings::measure_interval); });
  if (wanted <= 0ms) return std::nullopt;
  return std::max(wanted, measure_interval_min);
}

void measure(Cloud& cloud, Duration span) {
  std::vector<Id<model::Host>> hosts;
  cloud.database.read([&](sql::Transaction& tx) {
    hosts.clear();
    tx.query("select id from hosts where status = 'Up' and removed is null order by id", {},
             [&](const sql::Row& row) { hosts.push_back(*Id<model::Host>::parse(row[0].text)); });
  });
  cloud.measured.keep({hosts.begin(), hosts.end()});
  cloud.loop.post([&cloud, hosts, span] {
    for (std::size_t i = 0; i < hosts.size(); ++i)
      cloud.loop.after(span * std::int64_t(i) / std::int64_t(hosts.size()),
                       [&cloud, host = hosts[i]] {
                         start(measure_one(cloud, host), [host](std::exception_ptr error) {
                           if (error) log::debug("host {} was not measured", host.text());
                         });
                       });
  });
}

void sweep(Cloud& cloud) {
  cloud.database.write([&](sql::Transaction& tx) {
    const auto days = model::value_of(tx, model::settings::audit_days);
    model::sweep_answers(tx, cloud.now(), swept_at_once);
    if (days > 0) model::cut_chains(tx, cloud.vault, cloud.now() - std::chrono::days(days), swept_at_once);
  });
}

void catch_up(Cloud& cloud) {
  std::vector<durable::FlowRow> begun =
      sql::write(cloud.database, [&](sql::Transaction& tx) { return routers_behind(tx, cloud); });
  for (auto& flow : begun) cloud.journeys->launch(std::move(flow));
}

}  // namespace welkin::watch
