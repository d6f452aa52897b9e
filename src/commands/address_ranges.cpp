// Commands of ranges of public addresses.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/ranges.hpp"
#include "model/physical_network.hpp"
#include "model/pod.hpp"
#include "model/public_address.hpp"
#include "model/vlan_range.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct VlanAnswer {
  FIELDS(VlanAnswer,
    (Id<model::VlanRange>, id, "The range."),
    (bool, for_virtual_network, "Public addresses."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, vlan, "Tag on the wire."),
    (std::optional<std::string>, account, "The only account that may use it."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The only domain that may use it."),
    (std::optional<std::string>, domain, "That domain's name."),
    (std::optional<std::string>, domain_path, "By path."),
    (Id<model::Pod>, pod_id, "The only pod that uses it."),
    (std::optional<std::string>, pod_name, "By name."),
    (std::string, description, "Tag on the wire."),
    (std::string, gateway, "Next hop."),
    (std::string, netmask, "Of the network."),
    (std::string, cidr, "The network."),
    (std::string, start_ip, "First address."),
    (std::string, end_ip, "Last address."),
    (Id<model::Network>, network_id, "The shared network they belong to."),
    (Id<model::PhysicalNetwork>, physical_network_id, "Who carries it."),
    (bool, for_system_vms, "Kept for Welkin's own parts."))
};
VlanAnswer answer_vlan(Call& call, sql::Transaction& tx, const model::VlanRange& row) {
  VlanAnswer out;
  out.id = row.id;
  out.for_virtual_network = row.for_virtual_network;
  out.zone_id = row.zone_id;
  out.vlan = out.description = "vlan://" + (row.vlan.empty() ? std::string("untagged") : row.vlan);
  name_owner(call, tx, row.account_id, out);
  name_domain(call, tx, row.domain_id, out);
  out.pod_id = row.pod_id;
  if (const auto* pod = call.look(tx, row.pod_id)) out.pod_name = pod->name;
  out.gateway = row.gateway;
  out.netmask = row.netmask;
  out.cidr =
      model::Cidr::around(model::ipv4_from(row.gateway, "gateway"), model::prefix_from(row.netmask, "netmask")).text();
  out.start_ip = row.first_address;
  out.end_ip = row.last_address;
  out.network_id = row.network_id;
  out.physical_network_id = row.physical_network_id;
  out.for_system_vms = row.for_system;
  return out;
}
struct ListVlans : Listing {
  using Base = Listing;
  FIELDS(ListVlans,
    (std::optional<See<model::VlanRange>>, id, "Only this range."),
    (std::optional<std::string>, vlan, "Only ranges with this tag."),
    (std::optional<See<model::Zone>>, zone_id, "Only ranges of this zone."),
    (std::optional<See<model::Network>>, network_id, "Only ranges of this network."),
    (std::optional<bool>, for_virtual_network, "Only public ranges, or only the others."),
    (std::optional<See<model::PhysicalNetwork>>, physical_network_id, "Only ranges carried there."),
    (std::optional<See<model::Pod>>, pod_id, "Only ranges of this pod."),
    (std::optional<std::string>, account, "Only ranges kept to this account; needs domainid."),
    (std::optional<See<model::Domain>>, domain_id, "Only ranges kept to this domain."),
    (std::optional<See<model::Project>>, project_id, "Only ranges kept to this project."))
};
Page<VlanAnswer> list_vlans(Call& call, sql::Transaction& tx, const ListVlans& r) {
  Where where;
  where.equal("id", r.id)
      .equal("vlan", r.vlan)
      .equal("zone_id", r.zone_id)
      .equal("network_id", r.network_id)
      .equal("for_virtual_network", r.for_virtual_network);
  where.equal("physical_network_id", r.physical_network_id).equal("pod_id", r.pod_id).that("removed is null");
  if (r.project_id) where.equal("account_id", model::account_of(r.project_id->id()));
  if (r.account) where.equal("account_id", owner_of(tx, call, r.account, r.domain_id).id);
  else where.equal("domain_id", r.domain_id);
  return answers_of<model::VlanRange>(tx, where, r, "created, id",
                                      [&](const auto& row) { return answer_vlan(call, tx, row); });
}

void check_overlap(sql::Transaction& tx, const model::AddressRange& range, const Id<model::Zone>& zone,
                   const Uuid& self) {
  check_apart_from_portable(tx, range);
  for (const auto& other : sql::all<model::VlanRange>(tx, "where zone_id = $1 and removed is null", zone)) {
    if (other.id == self || !range.overlaps(model::range_from(other.first_address, other.last_address, "startip")))
      continue;
    throw Error(
        Fault::invalid,
        fmt::format("The range overlaps {} to {}, which is there already.", other.first_address, other.last_address),
        "startip");
  }
}

struct CreateVlan : ForOwner {
  using Base = ForOwner;
  FIELDS(CreateVlan,
    (std::optional<std::string>, start_ip, "First address."),
    (std::optional<std::string>, end_ip, "Last address; the first when absent."),
    (bool, for_virtual_network, "Public addresses."),
    (std::optional<std::string>, gateway, "Next hop."),
    (std::optional<std::string>, netmask, "Of the network."),
    (std::optional<std::string>, vlan, "Tag on the wire: untagged or a number."),
    (std::optional<Operate<model::Zone>>, zone_id, "Its zone."),
    (std::optional<Operate<model::Network>>, network_id, "The shared network they belong to."),
    (std::optional<Operate<model::PhysicalNetwork>>, physical_network_id, "Who carries it."),
    (std::optional<Operate<model::Pod>>, pod_id, "The only pod that uses it."),
    (bool, for_system_vms, "Kept for Welkin's own parts."))
};
void add_addresses(Call& call, sql::Transaction& tx, const model::VlanRange& row,
                   const std::optional<model::AddressRange>& there = {}) {
  if (row.for_virtual_network) model::add_addresses(tx, row, call.cloud.clock(), call.cloud.random, there);
}
VlanAnswer create_vlan(Call& call, sql::Transaction& tx, const CreateVlan& r) {
  if (!r.gateway || !r.netmask)
    throw Error(Fault::invalid, "Give gateway and netmask of the range.", r.gateway ? "netmask" : "gateway");
  if (!r.start_ip) throw Error(Fault::invalid, "Give the first address of the range.", "startip");
  const auto range = checked_range(*r.start_ip, r.end_ip.value_or(*r.start_ip), *r.gateway, *r.netmask,
                                   model::range_size_max);
  model::VlanRange row;
  row.id = call.cloud.new_id<model::VlanRange>();
  if (r.physical_network_id) {
    row.physical_network_id = r.physical_network_id->id();
    row.zone_id = (*r.physical_network_id)->zone_id;
  } else if (r.zone_id) {
    row.zone_id = r.zone_id->id();
    const auto physical = model::public_carrier_of(tx, row.zone_id);
    if (!physical)
      throw Error(Fault::invalid, "No physical network of the zone carries Public traffic; add the traffic type first.",
                  "zoneid");
    row.physical_network_id = physical->id;
  } else {
    throw Error(Fault::invalid, "Say where the range is: give physicalnetworkid or zoneid.", "zoneid");
  }
  if (r.network_id) row.network_id = r.network_id->id();
  if (r.pod_id) row.pod_id = r.pod_id->id();
  if (r.domain_id) row.domain_id = r.domain_id->id();
  if (r.account || r.project_id) {
    const auto owner = owner_of(tx, call, r);
    row.account_id = owner.id;
    row.domain_id = owner.domain_id;
  }
  check_overlap(tx, range, row.zone_id, {});
  row.vlan = r.vlan.value_or("untagged");
  row.gateway = *r.gateway;
  row.netmask = *r.netmask;
  row.first_address = range.first.text();
  row.last_address = range.last.text();
  row.for_virtual_network = r.for_virtual_network || !r.network_id;
  row.for_system = r.for_system_vms;
  row.created = call.cloud.now();
  sql::insert(tx, row);
  add_addresses(call, tx, row);
  return answer_vlan(call, tx, row);
}
struct UpdateVlan {
  FIELDS(UpdateVlan,
    (Operate<model::VlanRange>, id, "The range."),
    (std::optional<std::string>, gateway, "Next hop."),
    (std::optional<std::string>, netmask, "Of the network."),
    (std::optional<bool>, for_system_vms, "Kept for Welkin's own parts."),
    (std::optional<std::string>, start_ip, "First address from now on; none that leaves the range may be held."),
    (std::optional<std::string>, end_ip, "Last address from now on."))
};
/// The range grows and shrinks; addresses that somebody holds stay within it.
void move_range(Call& call, sql::Transaction& tx, model::VlanRange& row, const model::AddressRange& range) {
  check_overlap(tx, range, row.zone_id, row.id);
  const auto there = model::range_from(row.first_address, row.last_address, "startip");
  for (const auto& address : sql::all<model::PublicAddress>(tx, "where vlan_range_id = $1", row.id)) {
    if (range.contains(model::ipv4_from(address.address, "startip"))) continue;
    if (address.state != model::AddressState::free)
      throw Error(Fault::in_use, fmt::format("{} is held and would leave the range.", address.address), row.id.text());
    sql::erase(tx, address.id);
  }
  row.first_address = range.first.text();
  row.last_address = range.last.text();
  add_addresses(call, tx, row, there);
}
VlanAnswer update_vlan(Call& call, sql::Transaction& tx, const UpdateVlan& r) {
  auto row = *r.id;
  set(row.gateway, r.gateway);
  set(row.netmask, r.netmask);
  set(row.for_system, r.for_system_vms);
  const auto range = checked_range(r.start_ip.value_or(row.first_address), r.end_ip.value_or(row.last_address),
                                   row.gateway, row.netmask, model::range_size_max);
  if (r.start_ip || r.end_ip) move_range(call, tx, row, range);
  if (r.for_system_vms)
    tx.execute("update public_addresses set for_system = $1 where vlan_range_id = $2",
               sql::cells(row.for_system, row.id));
  sql::update(tx, row);
  return answer_vlan(call, tx, row);
}
struct DeleteVlan {
  FIELDS(DeleteVlan, (Operate<model::VlanRange>, id, "The range; none of its addresses may be held."))
};
Success delete_vlan(Call& call, sql::Transaction& tx, const DeleteVlan& r) {
  auto row = *r.id;
  check_none_left(tx, "range from", row.first_address, "public_addresses", "vlan_range_id = $1 and state <> 'Free'",
                  row.id);
  for (const auto& address : sql::all<model::PublicAddress>(tx, "where vlan_range_id = $1", row.id))
    sql::erase(tx, address.id);
  row.removed = call.cloud.now();
  sql::update(tx, row);
  return {true, {}};
}
}  // namespace

model::AddressRange checked_range(const std::string& first, const std::string& last, const std::string& gateway,
                                  const std::string& netmask, std::uint64_t most) {
  const auto cidr = model::Cidr::around(model::ipv4_from(gateway, "gateway"), model::prefix_from(netmask, "netmask"));
  const auto range = model::range_from(first, last, "startip");
  if (!cidr.contains(range.first) || !cidr.contains(range.last))
    throw Error(Fault::invalid, fmt::format("The range is not within {}.", cidr.text()), "startip");
  if (range.contains(model::ipv4_from(gateway, "gateway")))
    throw Error(Fault::invalid, "The gateway lies within the range.", "gateway");
  if (range.size() > most)
    throw Error(Fault::invalid, fmt::format("Such a range holds at most {} addresses.", most), "endip");
  return range;
}

std::vector<Command> address_range_commands() {
  constexpr auto root = Audience::root;
  return {
      reading<list_vlans>({"listVlanIpRanges", "vlaniprange", "Lists ranges of addresses.", root}),
      writing<create_vlan>({"createVlanIpRange", "vlan", "Adds a range of addresses.", root, "VLAN.IP.RANGE.CREATE"}),
      writing<update_vlan>(
          {"updateVlanIpRange", "vlan", "Changes a range of addresses.", root, "VLAN.IP.RANGE.UPDATE"}),
      writing<delete_vlan>(
          {"deleteVlanIpRange", "", "Removes a range of addresses nobody holds.", root, "VLAN.IP.RANGE.DELETE"}),
  };
}

}  // namespace welkin::commands
