// Commands of ranges of portable addresses.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/ranges.hpp"
#include "commands/regions.hpp"
#include "model/portable_range.hpp"
#include "model/vlan_range.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct PortableAddressAnswer {
  FIELDS(PortableAddressAnswer,
    (int, region_id, "Its region's number."),
    (std::string, ip_address, "IPv4."),
    (Id<model::Network>, network_id, "The network it leads to."),
    (Id<model::Account>, account_id, "Who holds it."),
    (Id<model::Domain>, domain_id, "The holder's domain."),
    (std::optional<Time>, allocated, "Since when it is held."),
    (Id<model::Zone>, zone_id, "The zone of its network."),
    (Id<model::PhysicalNetwork>, physical_network_id, "Who carries it there."),
    (std::string, state, "Free, Allocated …"))
};
struct PortableRangeAnswer {
  FIELDS(PortableRangeAnswer,
    (Id<model::PortableRange>, id, "The range."),
    (int, region_id, "Its region's number."),
    (std::string, gateway, "Next hop."),
    (std::string, netmask, "Of the network."),
    (std::string, vlan, "Tag on the wire: untagged."),
    (std::string, start_ip, "First address."),
    (std::string, end_ip, "Last address."),
    (std::vector<PortableAddressAnswer>, portable_ip_address, "Its addresses."))
};

PortableRangeAnswer answer(Call& call, sql::Transaction& tx, const model::PortableRange& range) {
  PortableRangeAnswer out;
  out.id = range.id;
  if (const auto* region = call.look(tx, range.region_id)) out.region_id = region->number;
  out.gateway = range.gateway;
  out.netmask = range.netmask;
  out.vlan = "untagged";
  out.start_ip = range.first_address;
  out.end_ip = range.last_address;
  for (const auto& row : sql::all<model::PublicAddress>(tx, "where portable_range_id = $1 order by number", range.id))
    out.portable_ip_address.push_back({out.region_id, row.address, row.network_id, row.account_id, row.domain_id,
                                       row.allocated, row.zone_id, row.physical_network_id,
                                       std::string(name_of(row.state))});
  return out;
}

struct ListPortableRanges : Listing {
  using Base = Listing;
  FIELDS(ListPortableRanges,
    (std::optional<int>, region_id, "Only ranges of the region of this number."),
    (std::optional<See<model::PortableRange>>, id, "Only this range."))
};
Page<PortableRangeAnswer> list(Call& call, sql::Transaction& tx, const ListPortableRanges& r) {
  Where where;
  where.equal("id", r.id).keyword({"first_address", "last_address", "gateway"}, r.keyword);
  if (r.region_id) where.equal("region_id", region_numbered(tx, *r.region_id, "regionid").id);
  return answers_of<model::PortableRange>(tx, where, r, "created, id",
                                          [&](const auto& range) { return answer(call, tx, range); });
}

void check_apart_from_zones(sql::Transaction& tx, const model::AddressRange& range) {
  for (const auto& other : sql::all<model::VlanRange>(tx, "where removed is null and for_virtual_network = 1"))
    if (range.overlaps(model::range_from(other.first_address, other.last_address, "startip")))
      throw Error(Fault::invalid,
                  fmt::format("The range overlaps {} to {}, which a zone has already.", other.first_address,
                              other.last_address),
                  "startip");
}

struct CreatePortableRange {
  FIELDS(CreatePortableRange,
    (int, region_id, "Its region's number."),
    (std::string, start_ip, "First address."),
    (std::string, end_ip, "Last address."),
    (std::string, gateway, "Next hop."),
    (std::string, netmask, "Of the network."),
    (std::optional<std::string>, vlan, "Tag on the wire: untagged."))
};
PortableRangeAnswer create(Call& call, sql::Transaction& tx, const CreatePortableRange& r) {
  const auto region = region_numbered(tx, r.region_id, "regionid");
  const auto range = checked_range(r.start_ip, r.end_ip, r.gateway, r.netmask, model::portable_range_size_max);
  if (r.vlan && !same_text_ignoring_case(*r.vlan, "untagged") && !same_text_ignoring_case(*r.vlan, "vlan://untagged"))
    throw Error(Fault::unsupported,
                fmt::format("Portable addresses with the tag {} are not supported yet: routers reach the outside "
                            "untagged. Leave vlan out.",
                            *r.vlan),
                "vlan");
  check_apart_from_portable(tx, range);
  check_apart_from_zones(tx, range);
  model::PortableRange row;
  row.id = call.cloud.new_id<model::PortableRange>();
  row.region_id = region.id;
  row.gateway = r.gateway;
  row.netmask = r.netmask;
  row.first_address = range.first.text();
  row.last_address = range.last.text();
  row.created = call.cloud.now();
  sql::insert(tx, row);
  model::add_portable_addresses(tx, row, call.cloud.clock(), call.cloud.random);
  call.touched = row.id;
  call.event_note = fmt::format("{} to {}", row.first_address, row.last_address);
  return answer(call, tx, row);
}

struct DeletePortableRange {
  FIELDS(DeletePortableRange, (Operate<model::PortableRange>, id, "The range; none of its addresses may be held."))
};
Success remove(Call& call, sql::Transaction& tx, const DeletePortableRange& r) {
  const auto& range = *r.id;
  check_none_left(tx, "range from", range.first_address, "public_addresses",
                  "portable_range_id = $1 and state <> 'Free'", range.id);
  for (const auto& address : sql::all<model::PublicAddress>(tx, "where portable_range_id = $1", range.id))
    sql::erase(tx, address.id);
  sql::erase(tx, range.id);
  call.touched = range.id;
  call.event_note = fmt::format("{} to {}", range.first_address, range.last_address);
  return {true, {}};
}
}  // namespace

void check_apart_from_portable(sql::Transaction& tx, const model::AddressRange& range) {
  for (const auto& other : sql::all<model::PortableRange>(tx, ""))
    if (range.overlaps(model::range_from(other.first_address, other.last_address, "startip")))
      throw Error(Fault::invalid,
                  fmt::format("The range overlaps the portable one from {} to {}.", other.first_address,
                              other.last_address),
                  "startip");
}

std::vector<Command> portable_range_commands() {
  constexpr auto root = Audience::root;
  return {
      reading<list>({"listPortableIpRanges", "portableiprange", "Lists ranges of portable addresses.", root, {}, {}, {},
                     "listportableipresponse"}),
      prompt<create>({"createPortableIpRange", "portableiprange", "Adds a range of portable addresses to a region.", root,
                      "PORTABLE.IP.RANGE.CREATE", "PortableIpRange"},
                     true),
      prompt<remove>({"deletePortableIpRange", "", "Removes a range of portable addresses nobody holds.", root,
                      "PORTABLE.IP.RANGE.DELETE", "PortableIpRange", {}, "deleteportablepublicipresponse"}),
  };
}

}  // namespace welkin::commands
