// Commands of public addresses, and of static NAT.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/regions.hpp"
#include "commands/router_rules.hpp"
#include "commands/tags.hpp"
#include "model/nic.hpp"
#include "model/physical_network.hpp"
#include "model/portable_range.hpp"
#include "model/vlan_range.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;
using access::Using;

struct AddressAnswer : UnderWay {
  using Base = UnderWay;
  FIELDS(AddressAnswer,
    (Id<model::PublicAddress>, id, "The address."),
    (std::string, ip_address, "IPv4."),
    (std::optional<Time>, allocated, "Since when it is held."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, zone_name, "The zone's name."),
    (bool, is_source_nat, "Guests leave by it."),
    (std::optional<std::string>, account, "Who holds it."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The holder's domain."),
    (std::optional<std::string>, domain, "By name."),
    (std::optional<std::string>, domain_path, "By path."),
    (bool, for_virtual_network, "True: it is a public address."),
    (Id<model::VlanRange>, vlan_id, "Its range.", .admin = true),
    (std::optional<std::string>, vlan_name, "Tag of its range.", .admin = true),
    (bool, is_static_nat, "It stands for one instance."),
    (bool, is_system, "Taken by the cloud itself."),
    (Id<model::Instance>, virtual_machine_id, "That instance."),
    (std::optional<std::string>, virtual_machine_type, "User."),
    (std::optional<std::string>, virtual_machine_name, "By name."),
    (std::optional<std::string>, virtual_machine_display_name, "As its owner calls it."),
    (std::optional<std::string>, vm_ip_address, "That instance's address."),
    (Id<model::Network>, associated_network_id, "The network it leads to."),
    (std::optional<std::string>, associated_network_name, "By name."),
    (Id<model::Network>, network_id, "The network it leads to."),
    (std::string, state, "Free, Allocated …"),
    (Id<model::PhysicalNetwork>, physical_network_id, "Who carries it."),
    (std::vector<TagAnswer>, tags, "Its tags.", .keep_empty = true),
    (bool, is_portable, "It may move between zones."),
    (bool, for_display, "Shown to its owner."),
    (std::optional<std::string>, network_name, "By name."),
    (bool, has_rules, "Something is forwarded."),
    (bool, for_system_vms, "Kept for Welkin's own parts."),
    (bool, for_provider, "Kept for an outside provider: never."),
    (bool, has_annotations, "Whether somebody has written a note."))
};

AddressAnswer answer_address(Call& call, sql::Transaction& tx, const model::PublicAddress& row) {
  AddressAnswer out;
  out.id = row.id;
  out.ip_address = row.address;
  out.allocated = row.allocated;
  out.zone_id = row.zone_id;
  if (const auto* zone = call.look(tx, row.zone_id)) out.zone_name = zone->name;
  out.is_source_nat = row.source_nat;
  name_owner(call, tx, row.account_id, out);
  name_domain(call, tx, row.domain_id, out);
  out.for_virtual_network = true;
  if (call.caller.is_root()) {
    out.vlan_id = row.vlan_range_id;
    if (const auto* range = call.look(tx, row.vlan_range_id)) out.vlan_name = "vlan://" + range->vlan;
  }
  out.is_static_nat = row.static_nat;
  out.is_system = row.is_system;
  if (const auto* instance = call.look(tx, row.instance_id)) {
    out.virtual_machine_id = instance->id;
    out.virtual_machine_type = "User";
    out.virtual_machine_name = instance->name;
    out.virtual_machine_display_name = instance->display_name;
    out.vm_ip_address = unless_empty(row.guest_address);
  }
  out.associated_network_id = out.network_id = row.network_id;
  if (const auto* network = call.look(tx, row.network_id))
    out.associated_network_name = out.network_name = network->name;
  out.state = name_of(row.state);
  out.physical_network_id = row.physical_network_id;
  out.is_portable = row.portable;
  out.for_display = row.display;
  out.for_system_vms = row.for_system;
  out.has_rules = sql::count(tx, "select count(*) from port_forwarding_rules where public_address_id = $1", row.id) > 0;
  return out;
}

struct ListAddresses : CountedListing {
  using Base = CountedListing;
  FIELDS(ListAddresses,
    (std::optional<bool>, allocated_only, "Only addresses that are held; true when absent."),
    (std::optional<std::string>, state, "Only addresses in this state."),
    (std::optional<See<model::PublicAddress>>, id, "Only this address."),
    (std::optional<std::string>, ip_address, "Only this address."),
    (std::optional<See<model::VlanRange>>, vlan_id, "Only addresses of this range.", .admin = true),
    (std::optional<See<model::Zone>>, zone_id, "Only addresses of this zone."),
    (std::optional<See<model::PhysicalNetwork>>, physical_network_id, "Only addresses carried there.", .admin = true),
    (std::optional<See<model::Network>>, associated_network_id, "Only addresses that lead to this network."),
    (std::optional<See<model::Network>>, network_id, "Only addresses that lead to this network."),
    (std::optional<bool>, is_source_nat, "Only addresses guests leave by, or only the others."),
    (std::optional<bool>, is_static_nat, "Only addresses of one instance, or only the others."),
    (std::optional<bool>, for_virtual_network, "Public addresses; all are."),
    (std::optional<bool>, for_display, "Only addresses shown, or only the others.", .admin = true),
    (std::optional<bool>, for_system_vms, "Only addresses kept for Welkin's own parts, or only the others.", .admin = true),
    (std::optional<bool>, for_load_balancing, "Only addresses that balance load: there are none yet."),
    (std::optional<bool>, for_provider, "Only addresses of an outside provider: there are none.", .admin = true))
};
Page<AddressAnswer> list_addresses(Call& call, sql::Transaction& tx, const ListAddresses& r) {
  Where where;
  const bool held = r.allocated_only.value_or(!r.state || !same_text_ignoring_case(*r.state, "Free"));
  if (held || r.project_id || !call.caller.is_root()) where.scope(call, tx, r, r.id.has_value()).that("state <> 'Free'");
  else where.that("portable = 0 or state <> 'Free'");
  if (r.state) where.equal("state", choice(r.state, model::AddressState::free, "state"));
  where.equal("id", r.id)
      .equal("address", r.ip_address)
      .equal("vlan_range_id", r.vlan_id)
      .equal("zone_id", r.zone_id)
      .equal("physical_network_id", r.physical_network_id);
  where.equal("network_id", r.associated_network_id)
      .equal("network_id", r.network_id)
      .equal("source_nat", r.is_source_nat)
      .equal("static_nat", r.is_static_nat)
      .equal("display", r.for_display);
  where.equal("for_system", r.for_system_vms)
      .none_have(r.for_load_balancing)
      .none_have(r.for_provider)
      .keyword({"address"}, r.keyword);
  where.tagged(model::TaggedKind::public_address, r.tags);
  if (r.for_virtual_network && !*r.for_virtual_network) where.nothing();
  auto page = answers_of<model::PublicAddress>(tx, where, r, "allocated desc, address",
                                                    [&](const auto& row) { return answer_address(call, tx, row); });
  return with_jobs(call, tx, with_tags(call, tx, model::TaggedKind::public_address, std::move(page)));
}

struct AssociateAddress : ForOwner {
  using Base = ForOwner;
  FIELDS(AssociateAddress,
    (std::optional<Using<model::Zone>>, zone_id, "Where; the network's zone otherwise."),
    (std::optional<Operate<model::Network>>, network_id, "The network it shall lead to."),
    (std::optional<std::string>, ip_address, "This very address."),
    (std::optional<bool>, for_display, "Shown to its owner."),
    (bool, is_portable, "An address of the region, and not of the zone."),
    (std::optional<int>, region_id, "With isportable: the region's number; this cloud's own."))
};
/// A range may be kept to one account or domain.
void check_kept(sql::Transaction& tx, const model::PublicAddress& address, const model::Network& network) {
  const auto range = sql::need<model::VlanRange>(tx, address.vlan_range_id);
  const bool others = range.account_id ? range.account_id != network.account_id
                                       : range.domain_id && range.domain_id != network.domain_id;
  if (others) throw Error(Fault::invalid, fmt::format("{} is kept to others.", address.address), "ipaddress");
}
model::PublicAddress taken_for(Call& call, sql::Transaction& tx, const AssociateAddress& r,
                               const model::Network& network) {
  const model::AddressTaker taker{network.account_id, network.domain_id, network.id, false, false};
  if (r.region_id && region_numbered(tx, *r.region_id, "regionid").number != model::own_region)
    throw Error(Fault::invalid, fmt::format("The region {} is another cloud; take its addresses there.", *r.region_id),
                "regionid");
  if (r.is_portable) return model::take_portable_address(tx, network.zone_id, taker, call.cloud.now(), r.ip_address);
  if (!r.ip_address) return model::take_address(tx, network.zone_id, taker, call.cloud.now());
  auto row = sql::first<model::PublicAddress>(tx, "where address = $1 and zone_id = $2 and portable = 0", *r.ip_address,
                                              network.zone_id);
  if (!row)
    throw Error(Fault::invalid, fmt::format("{} is not a public address of the zone.", *r.ip_address), "ipaddress");
  check_kept(tx, *row, network);
  model::take_address(tx, *row, taker, call.cloud.now());
  return std::move(*row);
}
Begun associate(Call& call, sql::Transaction& tx, const AssociateAddress& r) {
  if (!r.network_id)
    throw Error(Fault::invalid, "Name the network that the address shall lead to: give networkid.", "networkid");
  const auto network = network_with(tx, r.network_id->id(), "SourceNat");
  if ((r.account || r.project_id) && owner_of(tx, call, r).id != network.account_id)
    throw Error(Fault::invalid, fmt::format("The network {} is not that owner's.", network.name), "networkid");
  auto address = taken_for(call, tx, r, network);
  if (r.for_display) {
    address.display = *r.for_display;
    sql::update(tx, address);
  }
  call.event_note = address.address;
  auto order = rules_of(network.id);
  order.address = address.id;
  order.change = "take";
  return apply(call, tx, order, "IpAddress", address.id);
}
AddressAnswer one_address(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return answer_address(call, tx, sql::need<model::PublicAddress>(tx, Id<model::PublicAddress>(job.instance_id)));
}

struct DisassociateAddress {
  FIELDS(DisassociateAddress,
    (std::optional<End<model::PublicAddress>>, id, "The address."),
    (std::optional<std::string>, ip_address, "The address, in place of its id."))
};
Begun disassociate(Call& call, sql::Transaction& tx, const DisassociateAddress& r) {
  std::optional<model::PublicAddress> row;
  if (r.id) row = **r.id;
  else if (r.ip_address) {
    row = sql::first<model::PublicAddress>(tx, "where address = $1 and state = 'Allocated'", *r.ip_address);
    if (row) row = access::find<model::PublicAddress>(tx, call.caller, row->id, access::Use::end, "ipaddress");
  }
  if (!row || row->state != model::AddressState::allocated)
    throw Error(Fault::invalid, "Name an address that is held: give id or ipaddress.", "id");
  if (row->source_nat)
    throw Error(
        Fault::invalid,
        fmt::format("{} is the address by which the network's guests leave; it goes with the network.", row->address),
        "id");
  auto order = rules_of(row->network_id);
  order.former_addresses.push_back(*row);
  order.address = row->id;
  order.change = "release";
  order.former_forwards = sql::all<model::PortForwardingRule>(tx, "where public_address_id = $1", row->id);
  order.former_rules = sql::all<model::FirewallRule>(tx, "where public_address_id = $1", row->id);
  for (const auto& rule : order.former_forwards) revoke(tx, rule);
  for (const auto& rule : order.former_rules) revoke(tx, rule);
  model::move(tx, *row, model::AddressEvent::release);
  call.event_note = row->address;
  return apply(call, tx, order, "IpAddress", row->id);
}

struct EnableStaticNat {
  FIELDS(EnableStaticNat,
    (Operate<model::PublicAddress>, ip_address_id, "The address."),
    (Operate<model::Instance>, virtual_machine_id, "The instance it shall stand for."),
    (std::optional<Operate<model::Network>>, network_id, "Accepted; the address's network counts."),
    (std::optional<std::string>, vm_guest_ip, "Accepted when it is the nic's."))
};
Success enable_static_nat(Call& call, sql::Transaction& tx, const EnableStaticNat& r) {
  auto address = *r.ip_address_id;
  if (!address.network_id) throw Error(Fault::invalid, "The address leads to no network.", "ipaddressid");
  network_with(tx, address.network_id, "StaticNat");
  if (address.source_nat)
    throw Error(Fault::invalid,
                fmt::format("{} is the address by which guests leave; take another one.", address.address),
                "ipaddressid");
  if (address.static_nat && address.instance_id != r.virtual_machine_id.id())
    throw Error(Fault::rule_conflict, fmt::format("{} stands for another instance already.", address.address),
                "ipaddressid");
  if (sql::count(tx, "select count(*) from port_forwarding_rules where public_address_id = $1", address.id) > 0)
    throw Error(Fault::rule_conflict, fmt::format("{} has port forwarding rules; delete them first.", address.address),
                "ipaddressid");
  must_live(*r.virtual_machine_id);
  const auto nic = sql::first<model::Nic>(tx, "where instance_id = $1 and network_id = $2 and removed is null",
                                          r.virtual_machine_id.id(), address.network_id);
  if (!nic)
    throw Error(Fault::invalid,
                fmt::format("The instance {} is not plugged into the address's network.", r.virtual_machine_id->name),
                "virtualmachineid");
  if (r.vm_guest_ip && *r.vm_guest_ip != nic->address)
    throw Error(Fault::invalid, fmt::format("The instance does not have the address {}.", *r.vm_guest_ip), "vmguestip");
  auto order = rules_of(address.network_id);
  order.former_addresses.push_back(address);
  address.static_nat = true;
  address.instance_id = nic->instance_id;
  address.nic_id = nic->id;
  address.guest_address = nic->address;
  sql::update(tx, address);
  call.launches.push_back(call.cloud.journeys->begin(tx, "apply rules", order));
  return {true, {}};
}

struct DisableStaticNat {
  FIELDS(DisableStaticNat, (End<model::PublicAddress>, ip_address_id, "The address."))
};
Begun disable_static_nat(Call& call, sql::Transaction& tx, const DisableStaticNat& r) {
  auto address = *r.ip_address_id;
  if (!address.static_nat)
    throw Error(Fault::invalid, fmt::format("{} stands for no instance.", address.address), "ipaddressid");
  auto order = rules_of(address.network_id);
  order.former_addresses.push_back(address);
  model::end_static_nat(address);
  sql::update(tx, address);
  return apply(call, tx, order, "IpAddress", address.id);
}

}  // namespace

std::vector<Command> address_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_addresses>({"listPublicIpAddresses", "publicipaddress", "Lists public addresses.", all}),
      creation<associate, one_address>({"associateIpAddress", "ipaddress", "Takes a public address for a network.", all,
                                        "NET.IPASSIGN", "IpAddress"}),
      journey<disassociate, succeeded>(
          {"disassociateIpAddress", "", "Gives a public address back.", all, "NET.IPRELEASE", "IpAddress"}),
      writing<enable_static_nat>(
          {"enableStaticNat", "", "Lets a public address stand for one instance.", all, "STATICNAT.ENABLE"}),
      journey<disable_static_nat, succeeded>({"disableStaticNat", "",
                                              "Ends that a public address stands for an instance.", all,
                                              "STATICNAT.DISABLE", "IpAddress"}),
  };
}

}  // namespace welkin::commands
