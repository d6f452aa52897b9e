// Alarms of hosts, guests and capacities.
#include "watch/alarms.hpp"

#include "model/alert.hpp"
#include "model/capacity.hpp"
#include "model/settings.hpp"

namespace welkin::watch {

namespace {
namespace settings = model::settings;
using model::Alarm;
using model::CapacityType;

void raise(sql::Transaction& tx, Cloud& cloud, const Alarm& alarm) {
  model::raise(tx, cloud.vault, cloud.clock(), cloud.random, alarm);
}

template <class Row>
std::string name_by(sql::Transaction& tx, const Id<Row>& id) {
  const auto row = sql::get<Row>(tx, id);
  return row ? row->name : id.text();
}

Alarm alarm_of(sql::Transaction& tx, const Id<model::Host>& host, const Stranger& stranger) {
  Alarm out{.type = model::alert_type("ALERT.TYPE.SYNC"), .about = stranger.id};
  std::string name = host.text();
  if (const auto row = sql::get<model::Host>(tx, host)) {
    out.zone = row->zone_id;
    out.pod = row->pod_id;
    out.cluster = row->cluster_id;
    name = row->name;
  }
  out.subject = fmt::format("The host {} runs {} ({}), which this cloud does not know; it is left alone.", name,
                            stranger.name, stranger.id.text());
  return out;
}
}  // namespace

void alarm(sql::Transaction& tx, Cloud& cloud, const model::Host& host, std::string_view what) {
  Alarm alarm{.type = model::alert_type("ALERT.COMPUTE.HOST"), .about = host.id};
  alarm.zone = host.zone_id;
  alarm.pod = host.pod_id;
  alarm.cluster = host.cluster_id;
  alarm.subject = fmt::format("The host {} {}.", host.name, what);
  const auto guests = sql::count(
      tx, "select count(*) from instances where host_id = $1 and state = 'Running' and removed is null", host.id);
  alarm.content = fmt::format("{} It is in the zone {}, the pod {} and the cluster {}. By the records {} instances run there.",
                              alarm.subject, name_by(tx, host.zone_id), name_by(tx, host.pod_id),
                              name_by(tx, host.cluster_id), guests);
  raise(tx, cloud, alarm);
}

void alarm(sql::Transaction& tx, Cloud& cloud, const model::Instance& instance, std::string_view what) {
  Alarm alarm{.type = model::alert_type("ALERT.USERVM"), .about = instance.id};
  alarm.zone = instance.zone_id;
  alarm.subject = fmt::format("The instance {} ({}) {}.", instance.name, instance.id.text(), what);
  raise(tx, cloud, alarm);
}

std::vector<Stranger> untold(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& host, std::vector<Stranger> seen) {
  std::erase_if(seen, [&](const auto& one) { return model::is_raised(tx, cloud.now(), alarm_of(tx, host, one)); });
  return seen;
}

void alarm(sql::Transaction& tx, Cloud& cloud, const Id<model::Host>& host, const Stranger& stranger) {
  raise(tx, cloud, alarm_of(tx, host, stranger));
}

namespace {
struct Threshold {
  CapacityType capacity;
  model::AlertType alert;
  const model::KnownSetting<double>& share;
  std::string_view what;  ///< begins "… of the cluster"
};
const Threshold of_clusters[] = {
    {CapacityType::memory, model::alert_type("ALERT.MEMORY"), settings::memory_alarm, "memory"},
    {CapacityType::cpu, model::alert_type("ALERT.CPU"), settings::cpu_alarm, "processor speed"},
    {CapacityType::storage, model::alert_type("ALERT.STORAGE"), settings::storage_alarm, "used storage"},
    {CapacityType::storage_allocated, model::alert_type("ALERT.STORAGE.ALLOCATED"), settings::promised_storage_alarm,
     "promised storage"},
    {CapacityType::local_storage, model::alert_type("ALERT.STORAGE.LOCAL"), settings::local_storage_alarm,
     "hosts' own storage"},
};
const Threshold of_zones[] = {
    {CapacityType::public_addresses, model::alert_type("ALERT.NETWORK.PUBLICIP"), settings::address_alarm,
     "public addresses"},
    {CapacityType::vlans, model::alert_type("ALERT.NETWORK.VLAN"), settings::vlan_alarm, "VLANs"},
    {CapacityType::secondary_storage, model::alert_type("ALERT.STORAGE.SECONDARY"), settings::store_alarm,
     "image stores"},
};

/// What there is to tell of a place called `name`.
void weigh(sql::Transaction& tx, const model::Place& place, const std::string& name, std::span<const Threshold> thresholds,
           std::vector<Alarm>& out) {
  for (const auto& capacity : model::capacities_of(tx, place))
    for (const auto& threshold : thresholds) {
      if (threshold.capacity != capacity.type) continue;
      const auto most = model::value_of(
          tx, threshold.share, {{model::SettingScope::cluster, place.cluster}, {model::SettingScope::zone, place.zone}});
      if (capacity.share() <= most) continue;
      Alarm alarm{.type = threshold.alert, .about = place.cluster ? Uuid(place.cluster) : Uuid(place.zone)};
      alarm.zone = place.zone;
      alarm.pod = place.pod;
      alarm.cluster = place.cluster;
      alarm.subject = fmt::format("{} runs short of {}: more than {:.0f}% is taken.", name, threshold.what, 100 * most);
      alarm.content = fmt::format("{} It has {}, and {} of them ({:.2f}%) are used or promised.", alarm.subject,
                                  capacity.total, capacity.used, 100 * capacity.share());
      out.push_back(std::move(alarm));
    }
}

std::vector<Alarm> short_of(sql::Transaction& tx, Time now) {
  std::vector<Alarm> out;
  for (const auto& zone : sql::all<model::Zone>(tx, "where removed is null"))
    weigh(tx, {zone.id}, fmt::format("The zone {}", zone.name), of_zones, out);
  for (const auto& cluster : sql::all<model::Cluster>(tx, "where removed is null"))
    weigh(tx, {cluster.zone_id, cluster.pod_id, cluster.id}, fmt::format("The cluster {}", cluster.name), of_clusters, out);
  std::erase_if(out, [&](const auto& alarm) { return model::is_raised(tx, now, alarm); });
  return out;
}
}  // namespace

Duration weigh_capacity(Cloud& cloud) {
  Duration rest{};
  const auto alarms = sql::read(cloud.database, [&](sql::Transaction& tx) {
    rest = model::value_of(tx, settings::capacity_check_period);
    return short_of(tx, cloud.now());
  });
  if (!alarms.empty())
    cloud.database.write([&](sql::Transaction& tx) {
      for (const auto& alarm : alarms) raise(tx, cloud, alarm);
    });
  return rest;
}

}  // namespace welkin::watch
