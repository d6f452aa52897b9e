// Leases of network identifiers, and the text form of their ranges.
#include "model/physical_network.hpp"

#include <algorithm>
#include <charconv>

#include "model/counters.hpp"

namespace welkin::model {

namespace {
constexpr std::int64_t vni_max = (1 << 24) - 1;
constexpr std::size_t ranges_max = 100;
constexpr int tries_max = 64;

constexpr std::string_view is_taken = "select count(*) from vni_leases where zone_id = $1 and vni = $2";
constexpr std::string_view taken_within =
    "select vni from vni_leases where zone_id = $1 and vni >= $2 and vni <= $3 order by vni";

std::int64_t size_of(const std::vector<VniRange>& ranges) {
  std::int64_t size = 0;
  for (const auto& range : ranges) size += range.last - range.first + 1;
  return size;
}

std::int64_t at(const std::vector<VniRange>& ranges, std::int64_t place) {
  for (const auto& range : ranges) {
    const auto size = range.last - range.first + 1;
    if (place < size) return range.first + place;
    place -= size;
  }
  return 0;
}

/// Where the sequence of the ranges has come to, if that is free.
std::optional<std::int64_t> next_in_turn(sql::Transaction& tx, const PhysicalNetwork& physical,
    std::int64_t size) {
  for (int i = 0; i < tries_max; ++i) {
    const auto turn = next_number(tx, "vni " + physical.id.text()) - 1;
    const auto vni = at(physical.vni_ranges, turn % size);
    if (sql::count(tx, is_taken, physical.zone_id, vni) == 0) return vni;
  }
  return std::nullopt;
}

std::optional<std::int64_t> lowest_gap(sql::Transaction& tx, const Id<Zone>& zone, const VniRange& range) {
  auto free = range.first;
  tx.query(taken_within, sql::cells(zone, range.first, range.last), [&](const sql::Row& row) {
    if (row[0].integer == free) ++free;
  });
  return free <= range.last ? std::optional(free) : std::nullopt;
}

std::int64_t free_vni(sql::Transaction& tx, const PhysicalNetwork& physical) {
  const auto size = size_of(physical.vni_ranges);
  if (size > 0) {
    if (const auto vni = next_in_turn(tx, physical, size)) return *vni;
    for (const auto& range : physical.vni_ranges)
      if (const auto vni = lowest_gap(tx, physical.zone_id, range)) return *vni;
  }
  throw Error(Fault::exhausted,
              fmt::format("The physical network {} has no free identifier; give it a longer range.",
                          physical.name),
              physical.id.text());
}

[[noreturn]] void bad_range(std::string_view text) {
  throw Error(Fault::invalid,
              fmt::format("{} is not a range; write 500-1000 or 500-1000,2000-2100, each from 1 to {}.",
                          text, vni_max),
              "vlan");
}

VniRange parse_range(std::string_view text) {
  const auto dash = text.find('-');
  const auto number = [&](std::string_view part) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (error != std::errc{} || end != part.data() + part.size() || value < 1 || value > vni_max)
      bad_range(text);
    return value;
  };
  VniRange range;
  range.first = number(text.substr(0, dash));
  range.last = dash == std::string_view::npos ? range.first : number(text.substr(dash + 1));
  if (range.last < range.first) bad_range(text);
  return range;
}
}  // namespace

std::int64_t take_vni(sql::Transaction& tx, const PhysicalNetwork& physical, const VniTaker& taker) {
  if (const auto held = sql::first<VniLease>(tx, "where network_id = $1", taker.network)) return held->vni;
  if (taker.wished != 0 && sql::count(tx, is_taken, physical.zone_id, taker.wished) != 0)
    throw Error(Fault::conflict, fmt::format("Another network holds the identifier {}.", taker.wished),
        "vlan");
  VniLease row;
  row.id = taker.lease;
  row.zone_id = physical.zone_id;
  row.physical_network_id = physical.id;
  row.vni = taker.wished != 0 ? taker.wished : free_vni(tx, physical);
  row.network_id = taker.network;
  row.taken = taker.now;
  sql::insert(tx, row);
  return row.vni;
}

std::optional<PhysicalNetwork> public_carrier_of(sql::Transaction& tx, const Id<Zone>& zone) {
  return sql::first<PhysicalNetwork>(
      tx,
      "where zone_id = $1 and removed is null and id in (select physical_network_id from traffic_types where traffic = 'Public') order by created",
      zone);
}

void give_back_vni(sql::Transaction& tx, const Id<Network>& network) {
  for (const auto& lease : sql::all<VniLease>(tx, "where network_id = $1", network))
    sql::erase<VniLease>(tx, lease.id);
}

std::vector<VniRange> parse_vni_ranges(std::string_view text) {
  std::vector<VniRange> ranges;
  while (!text.empty()) {
    if (ranges.size() == ranges_max) bad_range(text);
    const auto comma = text.find(',');
    ranges.push_back(parse_range(text.substr(0, comma)));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  std::ranges::sort(ranges, {}, &VniRange::first);
  for (std::size_t i = 1; i < ranges.size(); ++i)
    if (ranges[i].first <= ranges[i - 1].last)
      throw Error(Fault::invalid,
                  fmt::format("The ranges {}-{} and {}-{} overlap.", ranges[i - 1].first, ranges[i - 1].last,
                              ranges[i].first, ranges[i].last),
                  "vlan");
  return ranges;
}

std::string vni_ranges_text(const std::vector<VniRange>& ranges) {
  std::string out;
  for (const auto& range : ranges)
    out += fmt::format("{}{}-{}", out.empty() ? "" : ",", range.first, range.last);
  return out;
}

}  // namespace welkin::model
