// What commands of instances and volumes share: their answers and a few rules.
#pragma once

#include "commands/affinity_groups.hpp"
#include "commands/tags.hpp"
#include "model/disk_offering.hpp"
#include "model/instance.hpp"
#include "model/network.hpp"
#include "model/nic.hpp"
#include "model/volume.hpp"

namespace welkin::commands {

struct NicAnswer {
  FIELDS(NicAnswer,
    (Id<model::Nic>, id, "The nic."),
    (Id<model::Network>, network_id, "Its network."),
    (std::string, network_name, "The network's name."),
    (std::optional<std::string>, netmask, "Of the network."),
    (std::optional<std::string>, gateway, "Next hop."),
    (std::optional<std::string>, ip_address, "Its IPv4 address."),
    (std::optional<std::string>, isolation_uri, "How its network is kept apart."),
    (std::optional<std::string>, broadcast_uri, "How its network is kept apart."),
    (std::string, traffic_type, "Guest."),
    (std::string, type, "Isolated, Shared or L2."),
    (bool, is_default, "The instance's way out."),
    (std::string, mac_address, "Hardware address."),
    (std::vector<Nothing>, secondary_ip, "Further addresses.", .keep_empty = true),
    (std::vector<Nothing>, extra_dhcp_option, "Further DHCP options.", .keep_empty = true),
    (std::string, device_id, "Its place in the instance."),
    (Id<model::Instance>, virtual_machine_id, "Its instance."),
    (std::optional<int>, mtu, "Largest packet."),
    (bool, enabled, "Its link is up."),
    (Id<model::PublicAddress>, public_ip_id, "Its static NAT address."),
    (std::optional<std::string>, public_ip, "Its static NAT address."))
};
/// What a nic's answer says of it: a struct with fewer fields reads fewer columns.
struct NicShown {
  static constexpr std::string_view table = model::Nic::table;
  FIELDS(NicShown,
    (Id<model::Nic>, id, "The nic."),
    (Id<model::Instance>, instance_id, "Its instance."),
    (Id<model::Network>, network_id, "Its network."),
    (std::string, mac, "Hardware address."),
    (std::string, address, "IPv4; may be empty."),
    (int, device_position, "Its place in the instance."),
    (bool, is_default, "The instance's way out."),
    (bool, enabled, "Its link is up."),
    (int, mtu, "Largest packet; 0 takes the network's."))
};
NicAnswer answer_nic(Call& call, sql::Transaction& tx, const NicShown& nic);
/// The nic among these that the address stands for names it.
void name_address(std::vector<NicAnswer>& nics, const model::PublicAddress& address);

struct InstanceAnswer {
  FIELDS(InstanceAnswer,
    (Id<model::Instance>, id, "The instance."),
    (std::optional<IconAnswer>, icon, "Its icon, when asked for.", .type = "resourceiconresponse"),
    (std::string, name, "Its host name."),
    (std::string, display_name, "As its owner calls it."),
    (std::optional<std::string>, account, "Its owner."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::User>, user_id, "Who deployed it."),
    (std::string, user_name, "Who deployed it, by name."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (std::string, domain, "That domain's name."),
    (std::string, domain_path, "That domain's path."),
    (Time, created, "When it was ordered."),
    (Time, last_updated, "When its state last changed."),
    (std::string, state, "Running, Stopped …"),
    (bool, ha_enable, "It is started again when its host dies."),
    (Id<model::InstanceGroup>, group_id, "The group its owner sorts it into."),
    (std::optional<std::string>, group, "By name."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, zone_name, "The zone's name."),
    (Id<model::Host>, host_id, "Where it runs.", .admin = true),
    (std::optional<std::string>, host_name, "Where it runs.", .admin = true),
    (std::optional<std::string>, host_control_state, "Whether that host takes new work.", .admin = true),
    (Id<model::Template>, template_id, "What it was made from."),
    (std::string, template_name, "By name."),
    (std::string, template_type, "USER, BUILTIN …"),
    (std::string, template_format, "QCOW2 …"),
    (std::string, template_display_text, "What that is."),
    (bool, password_enabled, "It takes a password from the router."),
    (Id<model::ServiceOffering>, service_offering_id, "What was ordered."),
    (std::string, service_offering_name, "By name."),
    (Id<model::DiskOffering>, disk_offering_id, "Of its data disk."),
    (std::optional<std::string>, disk_offering_name, "By name."),
    (int, cpu_number, "Processors."),
    (int, cpu_speed, "MHz of each."),
    (int, memory, "MiB."),
    (Id<model::OsType>, guest_os_id, "What it runs."),
    (std::int64_t, root_device_id, "Place of the root disk."),
    (std::string, root_device_type, "ROOT."),
    (std::vector<Nothing>, security_group, "Security groups.", .keep_empty = true),
    (std::optional<std::string>, password, "Given once, when it was deployed."),
    (std::vector<NicAnswer>, nic, "Its nics.", .keep_empty = true),
    (std::string, hypervisor, "What runs it."),
    (std::optional<std::string>, ip_address, "Its first address."),
    (std::optional<std::string>, cpu_used, "Share of its processors it kept busy, in per cent."),
    (std::optional<std::int64_t>, network_kbs_read, "KiB received since the measurement before."),
    (std::optional<std::int64_t>, network_kbs_write, "KiB sent since then."),
    (std::optional<std::int64_t>, disk_kbs_read, "KiB read from its disks since then."),
    (std::optional<std::int64_t>, disk_kbs_write, "KiB written to them since then."),
    (std::optional<std::int64_t>, disk_io_read, "Reads from its disks since then."),
    (std::optional<std::int64_t>, disk_io_write, "Writes to them since then."),
    (std::optional<std::int64_t>, memory_kbs, "KiB of memory its host spends on it."),
    (std::optional<std::int64_t>, memory_target_kbs, "KiB of memory it may have."),
    (Id<model::PublicAddress>, public_ip_id, "Its static NAT address."),
    (std::optional<std::string>, public_ip, "Its static NAT address."),
    (std::string, instance_name, "Its name in the hypervisor.", .admin = true),
    (TextMap, details, "Its details."),
    (std::optional<std::string>, key_pairs, "Names of its SSH keys."),
    (std::vector<AffinityGroupAnswer>, affinity_group, "Its affinity groups.", .keep_empty = true),
    (bool, display_vm, "Shown to its owner."),
    (bool, is_dynamically_scalable, "It may grow while it runs."),
    (bool, delete_protection, "It refuses to be destroyed."),
    (Id<model::OsType>, os_type_id, "What it runs."),
    (std::optional<std::string>, os_display_name, "By name."),
    (std::string, boot_mode, "LEGACY or SECURE."),
    (std::string, boot_type, "BIOS or UEFI."),
    (std::string, pool_type, "What its root disk's pool is made of."),
    (std::optional<std::string>, user_data, "When asked for."),
    (Id<model::UserData>, user_data_id, "Registered user data."),
    (std::optional<std::string>, user_data_name, "By name."),
    (std::optional<std::string>, user_data_details, "Values for what it expects."),
    (std::optional<std::string>, user_data_policy, "Whether what comes with the template may be overridden."),
    (std::vector<Nothing>, isos, "Its ISOs.", .keep_empty = true),
    (std::string, vm_type, "User."),
    (std::string, arch, "Of its processors."),
    (std::vector<TagAnswer>, tags, "Its tags.", .keep_empty = true),
    (bool, has_annotations, "Whether somebody has written a note."),
    (Id<model::Job>, job_id, "A job under way on it."),
    (std::optional<int>, job_status, "0: it is under way."))
};
/// What an instance's answer says of it. User data, keys and passwords are long and stay where they are.
struct InstanceShown {
  static constexpr std::string_view table = model::Instance::table;
  FIELDS(InstanceShown,
    (Id<model::Instance>, id, "The instance."),
    (Id<model::Account>, account_id, "Its owner."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (Id<model::User>, user_id, "Who deployed it."),
    (std::string, name, "Its host name."),
    (std::string, display_name, "As its owner calls it."),
    (std::string, internal_name, "In the hypervisor."),
    (model::InstanceState, state, "Where it stands."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (Id<model::Host>, host_id, "Where it runs."),
    (Id<model::Template>, template_id, "What it was made from."),
    (Id<model::ServiceOffering>, service_offering_id, "What was ordered."),
    (Id<model::OsType>, os_type_id, "What it runs; may be nil."),
    (model::HypervisorType, hypervisor, "What runs it."),
    (model::Arch, arch, "Of its processors."),
    (int, cpus, "Virtual processors."),
    (int, cpu_mhz, "Speed of each."),
    (int, memory_mb, "Memory in MiB."),
    (Id<model::InstanceGroup>, group_id, "The group it is sorted into; may be nil."),
    (std::vector<std::string>, key_names, "Names of its SSH keys."),
    (bool, password_enabled, "It takes a password from the router."),
    (Id<model::UserData>, user_data_id, "Registered user data; may be nil."),
    (TextMap, user_data_values, "Values for what that expects."),
    (model::BootType, boot_type, "Firmware."),
    (model::BootMode, boot_mode, "Whether the firmware checks what it boots."),
    (bool, ha, "It is started again elsewhere when its host dies."),
    (bool, display, "Its owner sees it."),
    (bool, dynamic_scaling, "It may grow while it runs."),
    (bool, delete_protection, "It refuses to be destroyed."),
    (TextMap, details, "Further wishes and facts."),
    (Time, created, "When it was ordered."),
    (Time, updated, "When its state last changed."))
};
/// Answers for a page of instances, with one query for each kind of companion.
std::vector<InstanceAnswer> answer_instances(Call& call, sql::Transaction& tx,
                                             const std::vector<InstanceShown>& instances);
/// Use is told in sums since the instances' starts, and not since the measurement before.
void accumulate_use(Call& call, std::span<const InstanceShown> shown, std::span<InstanceAnswer> answers);
/// The instance as this transaction has left it.
InstanceAnswer answer_instance(Call& call, sql::Transaction& tx, const Id<model::Instance>& id);
/// The result of journeys about one instance.
InstanceAnswer one_instance(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow& flow);

/// Takes over user data given as text, or registered under an id with values for what it expects. Throws `invalid` for both.
template <class Request>
void take_user_data(model::Instance& instance, const Request& r) {
  if (r.user_data && r.user_data_id) throw Error(Fault::invalid, "Give userdata or userdataid, not both.", "userdata");
  if (r.user_data) {
    instance.user_data = *r.user_data;
    instance.user_data_id = {};
  }
  if (r.user_data_id) {
    instance.user_data = (*r.user_data_id)->content;
    instance.user_data_id = r.user_data_id->id();
  }
  if (r.user_data || r.user_data_id || !r.user_data_details.empty()) instance.user_data_values = r.user_data_details;
}

/// User data that comes with the template takes the place of none, or goes with the instance's own as its policy says.
/// Throws `invalid` where the template allows no other.
void follow_template(sql::Transaction& tx, model::Instance& instance, const model::Template& image);
/// Both in one, as cloud-init reads it: a multipart message (RFC 2046). All are base64.
std::string appended_user_data(const std::string& first, const std::string& second);

/// Throws `invalid` for a way to choose hosts that there is not.
void check_planner(sql::Transaction& tx, const std::optional<std::string>& wished);

/// Size of a data disk: the offering's, or the one given in GB when it leaves that open. Throws `invalid`.
std::int64_t data_disk_bytes(sql::Transaction& tx, const Id<model::Account>& account, const Id<model::Domain>& domain,
                             const model::DiskOffering& offering, const std::optional<std::int64_t>& gigabytes);
/// Of a disk whose owner is the one of `thing`.
template <class Thing>
std::int64_t data_disk_bytes(sql::Transaction& tx, const Thing& thing, const model::DiskOffering& offering,
                             const std::optional<std::int64_t>& gigabytes) {
  return data_disk_bytes(tx, thing.account_id, thing.domain_id, offering, gigabytes);
}
/// The wished place of a disk in the instance, or the first free one. Throws `invalid` and `limited`.
int free_position(sql::Transaction& tx, const model::Instance& instance, const std::optional<std::int64_t>& wished);
/// Takes over what the offering says of speed and making.
void follow_offering(model::Volume& volume, const model::DiskOffering& offering);

}  // namespace welkin::commands
