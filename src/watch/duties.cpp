// The duties of one server.
#include "watch/duties.hpp"

#include <set>

#include "base/log.hpp"
#include "flows/instances.hpp"
#include "flows/orders.hpp"
#include "model/event.hpp"
#include "model/network_offering.hpp"
#include "model/nic.hpp"
#include "model/settings.hpp"

namespace welkin::watch {

namespace {
constexpr auto silence_max = 30s;
constexpr int begun_in_a_round = 20;

void tell(sql::Transaction& tx, Cloud& cloud, const model::Instance& instance, std::string description) {
  model::Event event;
  event.id = cloud.new_id<model::Event>();
  event.type = "VM.STOP";
  event.level = model::EventLevel::warn;
  event.state = model::EventState::completed;
  event.description = std::move(description);
  event.user_id = instance.user_id;
  event.account_id = instance.account_id;
  event.domain_id = instance.domain_id;
  event.resource_type = "VirtualMachine";
  event.resource_id = instance.id;
  event.created = cloud.now();
  sql::insert(tx, event);
}

void found_stopped(sql::Transaction& tx, Cloud& cloud, model::Instance instance) {
  model::release(tx, instance.host_id, flows::share_of(instance));
  tell(tx, cloud, instance, fmt::format("The instance {} was found stopped on its host.", instance.name));
  for (auto& nic : sql::all<model::Nic>(tx, "where instance_id = $1 and removed is null", instance.id)) {
    nic.state = model::NicState::allocated;
    sql::update(tx, nic);
  }
  instance.last_host_id = instance.host_id;
  instance.host_id = {};
  instance.power = model::PowerState::off;
  instance.power_seen = instance.updated = cloud.now();
  model::move(tx, instance, model::InstanceEvent::found_stopped);
}

void lose_silent_hosts(sql::Transaction& tx, Time now) {
  for (const auto& host : sql::all<model::Host>(tx, "where status = 'Up' and agent_id is not null and removed is null and last_pinged < $1", Time(now - silence_max)))
    host_lost(tx, host.id, now);
}

std::vector<durable::FlowRow> expunge_due(sql::Transaction& tx, Cloud& cloud) {
  std::vector<durable::FlowRow> out;
  const auto delay = model::value_of(tx, model::settings::expunge_delay);
  for (const auto& instance : sql::all<model::Instance>(tx, "where state = 'Destroyed' and removed is null and destroyed < $1 order by destroyed limit 20", Time(cloud.now() - delay))) {
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
  for (const auto& network : sql::all<model::Network>(tx, "where state = 'Implemented' and removed is null and idle_since < $1 order by idle_since limit 20", Time(cloud.now() - wait))) {
    const auto offering = sql::get<model::NetworkOffering>(tx, network.network_offering_id);
    if (offering && offering->persistent) continue;
    if (std::ssize(out) == begun_in_a_round) break;
    out.push_back(cloud.journeys->begin(tx, "shut down network", flows::NetworkOrder{network.id, false, false}));
  }
  return out;
}
}  // namespace

void host_heard(sql::Transaction& tx, const Id<model::Host>& id, bool hypervisor_answers, Time now) {
  auto host = sql::get<model::Host>(tx, id);
  if (!host || host->removed) return;
  model::note_ping(tx, id, now);
  const bool up = host->status == model::HostStatus::up;
  if (hypervisor_answers == up || host->cpus == 0) return;
  host->status = hypervisor_answers ? model::HostStatus::up : model::HostStatus::alert;
  host->last_pinged = now;
  sql::update(tx, *host);
  log::info("host {} is {}", host->name, name_of(host->status));
}

void host_lost(sql::Transaction& tx, const Id<model::Host>& id, Time now) {
  auto host = sql::get<model::Host>(tx, id);
  if (!host || host->removed || host->status != model::HostStatus::up) return;
  host->status = model::HostStatus::alert;
  host->disconnected = now;
  sql::update(tx, *host);
  log::warning("host {} is lost", host->name);
}

void sighted(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& host, const hypervisor::Sightings& seen) {
  std::set<Uuid> alive;
  std::set<Uuid> known;
  for (const auto& sighting : seen.instances) {
    if (sighting.power != hypervisor::Power::stopped) alive.insert(sighting.id);
    known.insert(sighting.id);
  }
  for (const auto& instance : sql::all<model::Instance>(tx, "where host_id = $1 and state = 'Running' and removed is null", host))
    // A guest that was started after the look was taken is not in it.
    if (!alive.contains(instance.id) && cloud.now() - instance.updated > 10s) found_stopped(tx, cloud, instance);
  for (const auto& sighting : seen.instances) {
    if (!alive.contains(sighting.id)) continue;
    const auto instance = sql::get<model::Instance>(tx, Id<model::Instance>(sighting.id));
    if (!instance || instance->removed) log::warning("host {} runs {} ({}), which this cloud does not know; it is left alone", host.text(), sighting.name, sighting.id.text());
  }
}

void round(Cloud& cloud) {
  std::vector<durable::FlowRow> begun;
  cloud.database.write([&](sql::Transaction& tx) {
    begun.clear();
    lose_silent_hosts(tx, cloud.now());
    for (auto& flow : expunge_due(tx, cloud)) begun.push_back(std::move(flow));
    for (auto& flow : idle_networks(tx, cloud)) begun.push_back(std::move(flow));
  });
  for (auto& flow : begun) cloud.journeys->launch(std::move(flow));
}

}  // namespace welkin::watch
