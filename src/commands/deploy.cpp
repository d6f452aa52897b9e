// deployVirtualMachine: from an order to a row, its disks and nics, and a journey.
#include "commands/checks.hpp"
#include "commands/instances.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "flows/orders.hpp"
#include "model/counters.hpp"
#include "model/disk_offering.hpp"
#include "model/instance_group.hpp"
#include "model/names.hpp"
#include "model/os_type.hpp"
#include "model/pod.hpp"
#include "model/settings.hpp"
#include "model/ssh_key.hpp"
#include "model/user_data.hpp"
#include "model/zone.hpp"
#include "net/mac.hpp"

namespace welkin::commands {

namespace {
using access::See;
using access::Using;

/// Which addresses an instance gets in a network.
struct AddressWish {
  FIELDS(AddressWish,
    (Using<model::Network>, network_id, "The network."),
    (std::optional<std::string>, ip, "Its IPv4 address there."),
    (std::optional<std::string>, mac, "Its hardware address there."))
};
struct DataDiskWish {
  FIELDS(DataDiskWish,
    (Using<model::DiskOffering>, disk_offering_id, "What the disk is."),
    (std::optional<std::int64_t>, size, "GB, when the offering leaves it open."),
    (std::optional<int>, device_id, "Its place in the instance; the next free one when absent."),
    (std::optional<std::int64_t>, miniops, "Promised operations a second, when the offering leaves them open."),
    (std::optional<std::int64_t>, maxiops, "Allowed ones."))
};

struct DeployVirtualMachine : ForOwner {
  using Base = ForOwner;
  FIELDS(DeployVirtualMachine,
    (Using<model::ServiceOffering>, service_offering_id, "Processors and memory."),
    (std::optional<Using<model::Template>>, template_id, "What its root disk is made from."),
    (Using<model::Zone>, zone_id, "Where it lives."),
    (std::optional<std::string>, name, "Its host name; made up when absent."),
    (std::optional<std::string>, display_name, "As its owner calls it."),
    (std::vector<Using<model::Network>>, network_ids, "Networks it is plugged into, the first is its way out."),
    (std::optional<Using<model::DiskOffering>>, disk_offering_id, "A data disk beside the root disk."),
    (std::optional<std::int64_t>, size, "Of that disk in GB, when the offering leaves it open."),
    (std::optional<std::int64_t>, root_disk_size, "Of the root disk in GB; not smaller than the template."),
    (std::optional<std::string>, group, "The group to sort it into; made when there is none of this name."),
    (std::optional<model::HypervisorType>, hypervisor, "What runs it; the template says so otherwise."),
    (std::optional<std::string>, user_data, "For its first start, base64.", .length = 1048576),
    (std::optional<Using<model::UserData>>, user_data_id, "Registered user data, in place of userdata."),
    (TextMap, user_data_details, "Values for what the user data expects.", .length = 4096),
    (std::optional<std::string>, key_pair, "Name of an SSH key of the owner."),
    (std::vector<std::string>, key_pairs, "Names of several."),
    (std::optional<See<model::Host>>, host_id, "Only on this host.", .admin = true),
    (std::optional<See<model::Cluster>>, cluster_id, "Only in this cluster.", .admin = true),
    (std::optional<See<model::Pod>>, pod_id, "Only in this pod.", .admin = true),
    (std::optional<std::string>, deployment_planner, "How a host is chosen: one of listDeploymentPlanners.", .admin = true),
    (std::vector<DataDiskWish>, data_disks_details, "Several data disks, in place of diskofferingid."),
    (std::vector<AddressWish>, ip_to_network_list, "Addresses it gets, by network."),
    (std::optional<std::string>, ip_address, "Address it gets in its first network."),
    (std::optional<std::string>, mac_address, "Hardware address of its first nic."),
    (std::optional<bool>, start_vm, "Start it once made; true when absent."),
    (std::optional<bool>, display_vm, "Shown to its owner; true when absent."),
    (TextMap, details, "cpuNumber, cpuSpeed and memory of a custom offering; further wishes.", .length = 4096),
    (std::optional<std::string>, boot_type, "BIOS or UEFI."),
    (std::optional<std::string>, boot_mode, "LEGACY or SECURE."),
    (std::optional<Secret>, password, "Its password, when the template takes one; made up when absent."),
    (std::optional<bool>, dynamic_scaling_enabled, "May grow while it runs."),
    (std::optional<std::string>, custom_id, "The id it gets.", .admin = true),
    (std::vector<Using<model::AffinityGroup>>, affinity_group_ids, "Affinity groups that it is in."),
    (std::vector<std::string>, affinity_group_names, "The same by name."),
    (std::optional<std::string>, keyboard, "Layout of its console's keyboard; kept among its details."),
    (bool, copy_image_tags, "It gets the tags that the template has now."))
};

/// A number of the offering, or the tenant's within its bounds.
int resource(const std::optional<int>& fixed, const TextMap& details, const char* key, const std::optional<int>& least,
             const std::optional<int>& most) {
  const auto given = details.find(key);
  if (fixed) return *fixed;
  if (given == details.end()) bad(fmt::format("The offering leaves {0} open: give details[0].{0}.", key), "details");
  std::int64_t value = 0;
  if (!welkin::detail::parse_integer(value, given->second) || value < least.value_or(1) ||
      value > most.value_or(1'000'000))
    bad(fmt::format("{} cannot be {}; it is a number from {} to {}.", key, given->second, least.value_or(1),
                    most.value_or(1'000'000)),
        "details");
  return int(value);
}

std::string host_name_for(const DeployVirtualMachine& r, const Uuid& id) {
  if (!r.name || r.name->empty()) return "VM-" + id.text();
  if (!model::is_host_name(*r.name))
    bad(fmt::format(
            "{} cannot be a host name: use up to 63 letters, digits and hyphens, beginning with a letter and not ending with a hyphen.",
            *r.name),
        "name");
  return *r.name;
}

void add_keys(sql::Transaction& tx, const DeployVirtualMachine& r, model::Instance& instance) {
  auto names = r.key_pairs;
  if (r.key_pair) names.push_back(*r.key_pair);
  for (const auto& name : names) {
    const auto key = sql::first<model::SshKey>(tx, "where account_id = $1 and name = $2", instance.account_id, name);
    if (!key) bad(fmt::format("The owner has no SSH key called {}.", name), "keypair");
    instance.key_names.push_back(name);
    instance.public_keys += key->public_key + "\n";
  }
}

/// A project's network is for the project's instances, and they are for no other accounts' networks: members come and go.
void must_be_within(sql::Transaction& tx, const model::Network& network, const model::Account& owner) {
  if (network.account_id == owner.id || network.acl_type != model::AclType::account) return;
  if (owner.type == model::AccountType::project || sql::get<model::Project>(tx, model::project_of(network.account_id)))
    bad(fmt::format("The network {} and the instance would belong to different projects or accounts.", network.name),
        "networkids");
}

/// Networks that the order names, or the owner's only one.
std::vector<model::Network> networks_for(sql::Transaction& tx, const DeployVirtualMachine& r,
                                         const model::Account& owner) {
  std::vector<model::Network> out;
  for (const auto& network : r.network_ids) out.push_back(*network);
  for (const auto& wish : r.ip_to_network_list) {
    const auto is_named = [&](const auto& network) { return network.id == wish.network_id.id(); };
    if (std::ranges::any_of(out, is_named)) continue;
    if (!r.network_ids.empty()) bad("iptonetworklist names a network that networkids does not.", "iptonetworklist");
    out.push_back(*wish.network_id);
  }
  for (const auto& network : out) {
    if (network.zone_id != r.zone_id.id())
      bad(fmt::format("The network {} is in another zone.", network.name), "networkids");
    must_be_within(tx, network, owner);
  }
  if (!out.empty()) return out;
  out = sql::all<model::Network>(
      tx, "where account_id = $1 and zone_id = $2 and removed is null and guest_type = 'Isolated' order by created",
      owner.id, r.zone_id.id());
  if (out.size() != 1)
    bad(out.empty() ? "The owner has no network in the zone: create one, or name one in networkids."
                    : "The owner has several networks in the zone: name one in networkids.",
        "networkids");
  return out;
}

/// What the order wishes for in the network: iptonetworklist says it of each, ipaddress and macaddress of the first.
struct NicWish {
  std::string address;
  std::optional<std::string> mac;
};
NicWish nic_wish(const DeployVirtualMachine& r, const model::Network& network, bool first) {
  NicWish wish;
  if (first) wish = {r.ip_address.value_or(""), r.mac_address};
  for (const auto& given : r.ip_to_network_list)
    if (given.network_id.id() == network.id) wish = {given.ip.value_or(wish.address), given.mac ? given.mac : wish.mac};
  return wish;
}

std::string hardware_address(Call& call, sql::Transaction& tx, const std::optional<std::string>& wished) {
  if (!wished || wished->empty()) return model::random_mac(call.cloud.random);
  const auto mac = net::station_mac(*wished);
  if (!mac)
    bad(fmt::format("{} is not the hardware address of a nic; write it as 02:00:00:00:00:01.", *wished), "macaddress");
  if (sql::count(tx, "select count(*) from nics where mac = $1 and removed is null", *mac) > 0)
    throw Error(Fault::conflict, fmt::format("Another nic has the hardware address {} already.", *mac), "macaddress");
  return *mac;
}

void add_nics(Call& call, sql::Transaction& tx, const DeployVirtualMachine& r, const model::Instance& instance,
              const std::vector<model::Network>& networks) {
  int position = 0;
  for (const auto& network : networks) {
    if (sql::count(
            tx,
            "select 1 from instances i where i.name = $2 and i.removed is null and exists (select 1 from nics n "
            "where n.instance_id = i.id and n.network_id = $1 and n.removed is null) limit 1",
            network.id, instance.name) > 0)
      bad(fmt::format("The network {} has an instance called {} already; choose another name.", network.name,
                      instance.name),
          "name");
    model::Nic nic;
    nic.id = call.cloud.new_id<model::Nic>();
    nic.account_id = instance.account_id;
    nic.domain_id = instance.domain_id;
    nic.instance_id = instance.id;
    nic.network_id = network.id;
    const auto wish = nic_wish(r, network, position == 0);
    nic.mac = hardware_address(call, tx, wish.mac);
    if (!network.cidr.empty()) nic.address = model::free_guest_address(tx, network, wish.address);
    nic.device_position = position;
    nic.is_default = position == 0;
    nic.enabled = true;
    nic.created = instance.created;
    sql::insert(tx, nic);
    ++position;
  }
}

model::Volume volume_for(Call& call, const model::Instance& instance, std::string name, std::int64_t bytes) {
  model::Volume volume;
  volume.id = call.cloud.new_id<model::Volume>();
  volume.account_id = instance.account_id;
  volume.domain_id = instance.domain_id;
  volume.name = std::move(name);
  volume.zone_id = instance.zone_id;
  volume.instance_id = instance.id;
  volume.hypervisor = instance.hypervisor;
  volume.bytes = bytes;
  volume.display = instance.display;
  volume.created = volume.updated = instance.created;
  return volume;
}

void add_root_disk(Call& call, sql::Transaction& tx, const DeployVirtualMachine& r, const model::Instance& instance,
                   std::int64_t number) {
  const auto& offering = *r.service_offering_id;
  const auto least = (*r.template_id)->virtual_bytes;
  std::int64_t bytes = offering.root_disk_bytes ? offering.root_disk_bytes : least;
  if (r.root_disk_size) {
    if (*r.root_disk_size < 1 || *r.root_disk_size > 65536)
      bad(fmt::format("The root disk cannot have {} GB; 1 to 65536 are possible.", *r.root_disk_size), "rootdisksize");
    bytes = *r.root_disk_size << 30;
  }
  if (bytes < least)
    bad(fmt::format("The root disk of {} bytes is smaller than the template's {}.", bytes, least), "rootdisksize");
  auto root = volume_for(call, instance, model::root_volume_name(number), bytes);
  root.kind = model::VolumeKind::root;
  root.template_id = instance.template_id;
  root.service_offering_id = instance.service_offering_id;
  root.provisioning = offering.provisioning;
  root.cache_mode = offering.cache_mode;
  root.limits = offering.limits;
  sql::insert(tx, root);
}

void add_data_disk(Call& call, sql::Transaction& tx, const model::Instance& instance, std::string name,
                   const DataDiskWish& wish) {
  const auto& offering = *wish.disk_offering_id;
  auto disk = volume_for(call, instance, std::move(name), data_disk_bytes(tx, instance, offering, wish.size));
  disk.kind = model::VolumeKind::data;
  disk.device_position = free_position(tx, instance, wish.device_id);
  follow_offering(disk, offering);
  if (offering.customized_iops) {
    disk.iops_min = wish.miniops;
    disk.iops_max = wish.maxiops;
  }
  sql::insert(tx, disk);
}

void add_data_disks(Call& call, sql::Transaction& tx, const DeployVirtualMachine& r, const model::Instance& instance,
                    std::int64_t number) {
  if (r.disk_offering_id && !r.data_disks_details.empty())
    bad("Give diskofferingid or datadisksdetails, not both.", "datadisksdetails");
  if (r.disk_offering_id)
    add_data_disk(call, tx, instance, fmt::format("DATA-{}", number), {*r.disk_offering_id, r.size, {}, {}, {}});
  for (std::size_t i = 0; i < r.data_disks_details.size(); ++i)
    add_data_disk(call, tx, instance, fmt::format("DATA-{}-{}", number, i), r.data_disks_details[i]);
}

/// What the root disk is made from: it is there, and a machine can start from it.
const model::Template& checked_template(sql::Transaction& tx, const DeployVirtualMachine& r,
                                        const Id<model::Zone>& zone) {
  if (!r.template_id) bad("Name the template that the root disk is made from.", "templateid");
  const model::Template& image = **r.template_id;
  if (!image.is_bootable)
    bad(fmt::format("No machine can start from the template {}.", image.name), "templateid");
  const auto ready = sql::count(
      tx,
      "select count(*) from template_stores t join image_stores s on s.id = t.image_store_id where t.template_id = $1 and t.state = 'Ready' and "
      "(s.zone_id is null or s.zone_id = $2)",
      image.id, zone);
  if (ready == 0 || image.state != model::TemplateState::active)
    throw Error(Fault::conflict,
                fmt::format("The template {} is not ready in the zone; wait for its download.", image.name),
                "templateid");
  return image;
}

void copy_image_tags(Call& call, sql::Transaction& tx, const model::Instance& instance) {
  TextMap tags;
  for (const auto& tag : sql::all<model::Tag>(tx, "where resource_id = $1", instance.template_id)) tags[tag.key] = tag.value;
  model::Tag on;
  on.resource_kind = model::TaggedKind::instance;
  on.resource_id = instance.id;
  on.account_id = instance.account_id;
  on.domain_id = instance.domain_id;
  put_tags(call, tx, on, tags);
}

flows::StartOrder start_order(const DeployVirtualMachine& r, const Id<model::Instance>& instance) {
  flows::StartOrder order;
  order.instance = instance;
  order.deploys = true;
  order.leave_stopped = !r.start_vm.value_or(true);
  if (r.host_id) order.host = r.host_id->id();
  if (r.cluster_id) order.cluster = r.cluster_id->id();
  if (r.pod_id) order.pod = r.pod_id->id();
  return order;
}

Begun deploy(Call& call, sql::Transaction& tx, const DeployVirtualMachine& r) {
  const auto owner = owner_of(tx, call, r);
  const auto& zone = *r.zone_id;
  if (zone.allocation_state == model::AllocationState::disabled && !call.caller.is_root())
    throw Error(Fault::forbidden, fmt::format("The zone {} is disabled.", zone.name), "zoneid");
  check_planner(tx, r.deployment_planner);
  const auto& image = checked_template(tx, r, zone.id);
  if (r.service_offering_id->state != model::OfferingState::active)
    bad("The service offering can no longer be chosen.", "serviceofferingid");
  const auto networks = networks_for(tx, r, owner);
  model::Instance instance;
  instance.id = id_for<model::Instance>(call, tx, r.custom_id);
  const auto number = model::next_number(tx, "machine");
  const auto& offering = *r.service_offering_id;
  instance.account_id = owner.id;
  instance.domain_id = owner.domain_id;
  instance.user_id = call.caller.user;
  instance.name = host_name_for(r, instance.id);
  instance.display_name = r.display_name.value_or(instance.name);
  instance.internal_name = model::internal_instance_name(owner.number, number);
  instance.zone_id = zone.id;
  instance.template_id = image.id;
  instance.service_offering_id = offering.id;
  instance.os_type_id = image.os_type_id;
  instance.hypervisor = image.hypervisor;
  if (r.hypervisor && instance.hypervisor != model::HypervisorType::any && *r.hypervisor != instance.hypervisor)
    bad(fmt::format("The template is for {}, not {}.", name_of(instance.hypervisor), name_of(*r.hypervisor)),
        "hypervisor");
  if (r.hypervisor) instance.hypervisor = *r.hypervisor;
  instance.arch = image.arch;
  instance.cpus = resource(offering.cpus, r.details, "cpuNumber", offering.cpus_min, offering.cpus_max);
  instance.cpu_mhz = resource(offering.cpu_mhz, r.details, "cpuSpeed", {}, {});
  instance.memory_mb =
      resource(offering.memory_mb, r.details, "memory", offering.memory_mb_min, offering.memory_mb_max);
  instance.limit_cpu = offering.limit_cpu;
  instance.password_enabled = image.password_enabled;
  instance.boot_type = choice(r.boot_type, model::BootType::bios, "boottype");
  instance.boot_mode = choice(r.boot_mode, model::BootMode::legacy, "bootmode");
  instance.ha = offering.offer_ha;
  instance.display = r.display_vm.value_or(true);
  instance.dynamic_scaling = r.dynamic_scaling_enabled.value_or(false);
  instance.volatile_disk = offering.volatile_disk;
  instance.details = r.details;
  if (r.keyboard && !r.keyboard->empty()) instance.details["keyboard"] = *r.keyboard;
  instance.created = instance.updated = call.cloud.now();
  instance.sealed_console_password = call.cloud.vault.seal(Secret(random_text(8)));
  if (instance.password_enabled) {
    const auto length = int(model::value_of(tx, model::settings::password_length));
    const auto password = r.password ? *r.password : Secret(random_text(length));
    instance.fresh_password = call.cloud.vault.seal(password);
  }
  add_keys(tx, r, instance);
  take_user_data(instance, r);
  follow_template(tx, instance, image);
  instance.group_id = model::group_named(tx, owner.id, owner.domain_id, r.group.value_or(""), call.cloud.clock(),
                                         call.cloud.random);
  sql::insert(tx, instance);
  join_affinity_groups(call, tx, instance.id,
                       affinity_groups_named(tx, r.affinity_group_ids, r.affinity_group_names,
                                             {owner.id, owner.domain_id}));
  if (r.copy_image_tags) copy_image_tags(call, tx, instance);
  add_nics(call, tx, r, instance, networks);
  add_root_disk(call, tx, r, instance, number);
  add_data_disks(call, tx, r, instance, number);
  call.event_note = instance.name;
  return begin(call, tx, "start instance", start_order(r, instance.id), "VirtualMachine", instance.id);
}
}  // namespace

std::vector<Command> deploy_commands() {
  return {
      creation<deploy, one_instance>({"deployVirtualMachine", "virtualmachine", "Deploys an instance and starts it.",
                                      Audience::everyone, "VM.CREATE", "VirtualMachine"})};
}

}  // namespace welkin::commands
