// Choosing a guest's address.
#include "model/nic.hpp"

#include <unordered_set>

#include "model/addresses.hpp"
#include "model/counters.hpp"
#include "model/network.hpp"
#include "model/router.hpp"
#include "model/vlan_range.hpp"

namespace welkin::model {

namespace {
constexpr int tries_max = 64;
constexpr std::uint64_t scan_max = 1 << 16;

constexpr std::string_view ranges_of_network = "where network_id = $1 and removed is null order by id";
constexpr std::string_view held =
    "select (select count(*) from nics where network_id = $1 and address = $2 and removed is null) + "
    "(select count(*) from routers where network_id = $1 and guest_address = $2 and removed is null)";
constexpr std::string_view all_held =
    "select address from nics where network_id = $1 and removed is null "
    "union all select guest_address from routers where network_id = $1 and removed is null";

std::string sequence_of(const Id<Network>& network) { return "address " + network.text(); }

/// The addresses that guests of the network may have, in order.
std::vector<AddressRange> guest_ranges(sql::Transaction& tx, const Network& network) {
  std::vector<AddressRange> ranges;
  if (network.guest_type == GuestType::shared) {
    const auto rows = sql::all<VlanRange>(tx, ranges_of_network, network.id);
    for (const auto& row : rows) ranges.push_back(range_from(row.first_address, row.last_address, "startip"));
    return ranges;
  }
  const auto& text = network.reserved_cidr.empty() ? network.cidr : network.reserved_cidr;
  if (const auto cidr = Cidr::parse(text)) ranges.push_back(cidr->usable());
  return ranges;
}

std::uint64_t size_of(const std::vector<AddressRange>& ranges) {
  std::uint64_t size = 0;
  for (const auto& range : ranges) size += range.size();
  return size;
}

Ipv4 at(const std::vector<AddressRange>& ranges, std::uint64_t place) {
  for (const auto& range : ranges) {
    if (place < range.size()) return range.at(place);
    place -= range.size();
  }
  return {};
}

bool may_be_held(const Network& network, Ipv4 address) {
  const auto cidr = Cidr::parse(network.cidr);
  return address.text() != network.gateway && (!cidr || cidr->usable().contains(address));
}

bool is_free(sql::Transaction& tx, const Network& network, Ipv4 address) {
  return may_be_held(network, address) && sql::count(tx, held, network.id, address.text()) == 0;
}

std::string wished_address(sql::Transaction& tx, const Network& network, std::string_view wished) {
  const auto address = ipv4_from(wished, "ipaddress");
  const auto cidr = Cidr::parse(network.cidr);
  if (cidr && !cidr->contains(address))
    throw Error(Fault::invalid, fmt::format("The address {} is outside the network {}.", wished,
        network.cidr),
                "ipaddress");
  if (!is_free(tx, network, address))
    throw Error(Fault::conflict, fmt::format("The address {} is taken in the network {}.", wished,
        network.name),
                "ipaddress");
  return address.text();
}

/// For networks so full that turns run into held addresses.
std::optional<Ipv4> first_gap(sql::Transaction& tx, const Network& network,
    const std::vector<AddressRange>& ranges) {
  std::unordered_set<std::string> taken;
  tx.query(all_held, sql::cells(network.id), [&](const sql::Row& row) { taken.emplace(row[0].text); });
  const auto size = std::min(size_of(ranges), scan_max);
  for (std::uint64_t i = 0; i < size; ++i) {
    const auto address = at(ranges, i);
    if (may_be_held(network, address) && !taken.contains(address.text())) return address;
  }
  return std::nullopt;
}
}  // namespace

std::string free_guest_address(sql::Transaction& tx, const Network& network, std::string_view wished) {
  if (!wished.empty()) return wished_address(tx, network, wished);
  const auto ranges = guest_ranges(tx, network);
  const auto size = size_of(ranges);
  for (int i = 0; size > 0 && i < tries_max; ++i) {
    const auto turn = std::uint64_t(next_number(tx, sequence_of(network.id)) - 1);
    const auto address = at(ranges, turn % size);
    if (is_free(tx, network, address)) return address.text();
  }
  if (const auto address = first_gap(tx, network, ranges)) return address->text();
  throw Error(Fault::exhausted, fmt::format("The network {} has no free address.", network.name),
      network.id.text());
}

void forget_guest_addresses(sql::Transaction& tx, const Id<Network>& network) {
  forget_sequence(tx, sequence_of(network));
}

}  // namespace welkin::model
