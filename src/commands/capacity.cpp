// listCapacity: what there is, what is promised and what is used.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/places.hpp"

namespace welkin::commands {

namespace {
using access::See;

/// The name of a place, where there is one.
template <class Row>
std::optional<std::string> name_by(sql::Transaction& tx, const Id<Row>& id) {
  const auto row = id ? sql::get<Row>(tx, id) : std::nullopt;
  return row ? std::optional(row->name) : std::nullopt;
}

struct ListCapacity : Listing {
  using Base = Listing;
  FIELDS(ListCapacity,
    (std::optional<See<model::Zone>>, zone_id, "Only of this zone."),
    (std::optional<See<model::Pod>>, pod_id, "Only of this pod."),
    (std::optional<See<model::Cluster>>, cluster_id, "Only of this cluster."),
    (bool, fetch_latest, "Accepted; the figures are always the latest."),
    (std::optional<int>, type, "Only this kind."),
    (std::optional<std::string>, tag, "Only of hosts and pools with this tag."),
    (std::optional<std::string>, sort_by, "usage: also of each pod and cluster in the place, the fullest first."))
};

/// The place that is asked for, or all zones. Places that do not lie in one another are none.
std::vector<model::Place> places_in(sql::Transaction& tx, const ListCapacity& r) {
  model::Place place;
  if (r.cluster_id) place = {(*r.cluster_id)->zone_id, (*r.cluster_id)->pod_id, r.cluster_id->id()};
  if (r.pod_id) {
    if (place.cluster && place.pod != r.pod_id->id()) return {};
    place.zone = (*r.pod_id)->zone_id;
    place.pod = r.pod_id->id();
  } else {
    place.pod = {};  // the answer names what was asked for
  }
  if (r.zone_id) {
    if (place.zone && place.zone != r.zone_id->id()) return {};
    place.zone = r.zone_id->id();
  }
  if (place.zone) return {place};
  std::vector<model::Place> out;
  for (const auto& zone : sql::all<model::Zone>(tx, "where removed is null order by created, id")) out.push_back({zone.id});
  return out;
}

/// With the pods and clusters in them.
std::vector<model::Place> with_parts(sql::Transaction& tx, const std::vector<model::Place>& places) {
  auto out = places;
  for (const auto& place : places) {
    if (place.cluster) continue;
    for (const auto& cluster :
         sql::all<model::Cluster>(tx, "where zone_id = $1 and removed is null order by created, id", place.zone))
      if (!place.pod || cluster.pod_id == place.pod) out.push_back({place.zone, cluster.pod_id, cluster.id});
    if (place.pod) continue;
    for (const auto& pod :
         sql::all<model::Pod>(tx, "where zone_id = $1 and removed is null order by created, id", place.zone))
      out.push_back({place.zone, pod.id});
  }
  return out;
}

bool is_by_usage(const ListCapacity& r) {
  if (!r.sort_by) return false;
  if (same_text_ignoring_case(*r.sort_by, "usage")) return true;
  throw Error(Fault::invalid, fmt::format("Capacities cannot be sorted by {}; sortby is usage.", *r.sort_by), "sortby");
}

bool is_wanted(const ListCapacity& r, const CapacityAnswer& answer) {
  if (r.type && *r.type != answer.type) return false;
  return !r.keyword || lowered(answer.name).contains(lowered(*r.keyword));
}

Page<CapacityAnswer> list_capacity(Call&, sql::Transaction& tx, const ListCapacity& r) {
  const bool by_usage = is_by_usage(r);
  auto places = places_in(tx, r);
  if (by_usage) places = with_parts(tx, places);
  std::vector<CapacityAnswer> all;
  for (const auto& place : places)
    for (auto& answer : capacity_answers(tx, place, r.tag))
      if (is_wanted(r, answer)) all.push_back(std::move(answer));
  if (by_usage)
    std::ranges::stable_sort(all, std::ranges::greater{}, [](const auto& one) {
      return one.capacity_total > 0 ? double(one.capacity_used) / double(one.capacity_total) : 0.0;
    });
  const auto slice = slice_of(r);
  Page<CapacityAnswer> page{std::ssize(all), {}};
  for (auto i = slice.offset; i < std::min(page.count, slice.offset + slice.length); ++i)
    page.rows.push_back(std::move(all[std::size_t(i)]));
  return page;
}
}  // namespace

std::vector<CapacityAnswer> capacity_answers(sql::Transaction& tx, const model::Place& place,
                                             const std::optional<std::string>& tag) {
  CapacityAnswer base;
  base.zone_id = place.zone;
  base.zone_name = name_by(tx, place.zone).value_or("");
  base.pod_id = place.pod;
  base.pod_name = name_by(tx, place.pod);
  base.cluster_id = place.cluster;
  base.cluster_name = name_by(tx, place.cluster);
  base.tag = tag;
  std::vector<CapacityAnswer> out;
  for (const auto& capacity : model::capacities_of(tx, place, tag)) {
    auto& answer = out.emplace_back(base);
    answer.type = std::int16_t(capacity.type);
    answer.name = model::name_of(capacity.type);
    answer.capacity_allocated = answer.capacity_used = capacity.used;
    answer.capacity_total = capacity.total;
    answer.percent_used = fmt::format("{:.2f}", 100 * capacity.share());
  }
  return out;
}

std::vector<Command> capacity_commands() {
  return {reading<list_capacity>(
      {"listCapacity", "capacity", "Answers what there is and what is promised.", Audience::root})};
}

}  // namespace welkin::commands
