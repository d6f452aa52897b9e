// Answers of instances and nics.
#include <unordered_map>

#include "commands/checks.hpp"
#include "commands/instances.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "model/host.hpp"
#include "model/instance_group.hpp"
#include "model/os_type.hpp"
#include "model/public_address.hpp"
#include "model/service_offering.hpp"
#include "model/storage_pool.hpp"
#include "model/template.hpp"
#include "model/user_data.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
/// What an instance's answer says of a disk: a struct with fewer fields reads fewer columns.
struct DiskOfInstance {
  static constexpr std::string_view table = model::Volume::table;
  FIELDS(DiskOfInstance,
    (Id<model::Volume>, id, "The disk."),
    (Id<model::Instance>, instance_id, "Where it is attached."),
    (int, device_position, "Its place there."),
    (Id<model::StoragePool>, pool_id, "Where it lies."),
    (Id<model::DiskOffering>, disk_offering_id, "What was ordered."))
};

/// A page's companions, by the instance they belong to, in the order of their places.
template <class Row>
std::unordered_map<Uuid, std::vector<Row>> companions(sql::Transaction& tx, std::span<const Uuid> ids) {
  std::unordered_map<Uuid, std::vector<Row>> out;
  out.reserve(ids.size());
  for (auto& row : all_in<Row>(tx, "removed is null and instance_id", ids))
    out[row.instance_id].push_back(std::move(row));
  for (auto& [id, rows] : out) std::ranges::sort(rows, {}, &Row::device_position);
  return out;
}

/// As clients know it: {name=value, name=value}; nothing when there are none.
std::optional<std::string> spoken(const TextMap& values) {
  if (values.empty()) return std::nullopt;
  std::string out;
  for (const auto& [name, value] : values) out += fmt::format("{}{}={}", out.empty() ? "" : ", ", name, value);
  return fmt::format("{{{}}}", out);
}

void add_names(Call& call, sql::Transaction& tx, const InstanceShown& i, InstanceAnswer& out) {
  name_owner(call, tx, i.account_id, out);
  if (const auto* user = call.look(tx, i.user_id)) out.user_name = user->user_name;
  name_domain(call, tx, i.domain_id, out);
  if (const auto* zone = call.look(tx, i.zone_id)) out.zone_name = zone->name;
  if (const auto* host = call.look(tx, i.host_id); host && call.caller.is_root()) {
    out.host_id = host->id;
    out.host_name = host->name;
    out.host_control_state = std::string(name_of(host->resource_state));
  }
  if (const auto* image = call.look(tx, i.template_id)) {
    out.template_name = image->name;
    out.template_type = name_of(image->type);
    out.template_format = name_of(image->format);
    out.template_display_text = image->display_text;
    if (image->user_data_id) out.user_data_policy = std::string(name_of(image->user_data_policy));
  }
  if (const auto* offering = call.look(tx, i.service_offering_id)) out.service_offering_name = offering->name;
  if (const auto* os = call.look(tx, i.os_type_id)) out.os_display_name = os->name;
  if (const auto* group = call.look(tx, i.group_id)) {
    out.group_id = group->id;
    out.group = group->name;
  }
  if (const auto* data = call.look(tx, i.user_data_id)) out.user_data_name = data->name;
}

void tell_use(const hypervisor::Usage& use, InstanceAnswer& out) {
  out.network_kbs_read = use.network_bytes_in >> 10;
  out.network_kbs_write = use.network_bytes_out >> 10;
  out.disk_kbs_read = use.disk_bytes_read >> 10;
  out.disk_kbs_write = use.disk_bytes_written >> 10;
  out.disk_io_read = use.disk_reads;
  out.disk_io_write = use.disk_writes;
}

void add_use(Call& call, const InstanceShown& i, InstanceAnswer& out) {
  if (i.state != model::InstanceState::running) return;
  const auto use = call.cloud.measured.of_instance(i.host_id, i.id);
  if (!use) return;
  out.memory_kbs = use->total.memory_bytes >> 10;
  out.memory_target_kbs = std::int64_t(i.memory_mb) << 10;
  if (!use->compared) return;
  out.cpu_used = percent(100 * use->cores / std::max(1, i.cpus));
  tell_use(use->recent, out);
}

InstanceAnswer answer_row(Call& call, sql::Transaction& tx, const InstanceShown& i) {
  InstanceAnswer out;
  out.id = i.id;
  out.name = i.name;
  out.display_name = i.display_name;
  out.user_id = i.user_id;
  out.created = i.created;
  out.last_updated = i.updated;
  out.state = name_of(i.state);
  out.ha_enable = i.ha;
  out.zone_id = i.zone_id;
  out.template_id = i.template_id;
  out.password_enabled = i.password_enabled;
  out.service_offering_id = i.service_offering_id;
  out.cpu_number = i.cpus;
  out.cpu_speed = i.cpu_mhz;
  out.memory = i.memory_mb;
  out.guest_os_id = out.os_type_id = i.os_type_id;
  out.root_device_type = "ROOT";
  out.hypervisor = name_of(i.hypervisor);
  if (call.caller.is_root()) out.instance_name = i.internal_name;
  out.details = i.details;
  out.key_pairs = unless_empty(joined(i.key_names));
  out.display_vm = i.display;
  out.is_dynamically_scalable = i.dynamic_scaling;
  out.delete_protection = i.delete_protection;
  out.boot_mode = name_of(i.boot_mode);
  out.boot_type = name_of(i.boot_type);
  out.user_data_id = i.user_data_id;
  out.user_data_details = spoken(i.user_data_values);
  out.vm_type = "User";
  out.arch = name_of(i.arch);
  add_names(call, tx, i, out);
  add_use(call, i, out);
  return out;
}
}  // namespace

NicAnswer answer_nic(Call& call, sql::Transaction& tx, const NicShown& nic) {
  NicAnswer out;
  out.id = nic.id;
  out.network_id = nic.network_id;
  out.virtual_machine_id = nic.instance_id;
  if (const auto* network = call.look(tx, nic.network_id)) {
    out.network_name = network->name;
    const auto cidr = model::Cidr::parse(network->cidr);
    if (cidr) out.netmask = cidr->netmask().text();
    out.gateway = unless_empty(network->gateway);
    if (network->vni) out.isolation_uri = out.broadcast_uri = "vxlan://" + std::to_string(network->vni);
    out.type = name_of(network->guest_type);
    if (network->private_mtu || nic.mtu) out.mtu = nic.mtu ? nic.mtu : network->private_mtu;
  }
  out.traffic_type = "Guest";
  out.ip_address = unless_empty(nic.address);
  out.is_default = nic.is_default;
  out.mac_address = nic.mac;
  out.device_id = std::to_string(nic.device_position);
  out.enabled = nic.enabled;
  return out;
}

void name_address(std::vector<NicAnswer>& nics, const model::PublicAddress& address) {
  for (auto& nic : nics)
    if (nic.id == address.nic_id) {
      nic.public_ip_id = address.id;
      nic.public_ip = address.address;
    }
}

std::vector<InstanceAnswer> answer_instances(Call& call, sql::Transaction& tx,
                                             const std::vector<InstanceShown>& instances) {
  std::vector<InstanceAnswer> out;
  out.reserve(instances.size());
  std::vector<Uuid> ids;
  for (const auto& instance : instances) ids.push_back(instance.id);
  if (ids.empty()) return out;
  const auto nics = companions<NicShown>(tx, ids);
  const auto volumes = companions<DiskOfInstance>(tx, ids);
  const auto jobs = jobs_under_way(call, tx, ids);
  auto groups = affinity_groups_of(call, tx, ids);
  std::unordered_map<Uuid, model::PublicAddress> addresses;
  for (const auto& address : all_in<model::PublicAddress>(tx, "static_nat = 1 and instance_id", ids, "address"))
    addresses[address.instance_id] = address;
  for (const auto& instance : instances) {
    auto& answer = out.emplace_back(answer_row(call, tx, instance));
    if (const auto at = nics.find(instance.id); at != nics.end())
      for (const auto& nic : at->second) answer.nic.push_back(answer_nic(call, tx, nic));
    if (!answer.nic.empty()) answer.ip_address = answer.nic.front().ip_address;
    if (const auto at = volumes.find(instance.id); at != volumes.end()) {
      if (const auto* pool = call.look(tx, at->second.front().pool_id)) answer.pool_type = name_of(pool->kind);
      for (const auto& volume : at->second)
        if (volume.disk_offering_id && !answer.disk_offering_id) {
          answer.disk_offering_id = volume.disk_offering_id;
          if (const auto* offering = call.look(tx, volume.disk_offering_id)) answer.disk_offering_name = offering->name;
        }
    }
    if (const auto at = jobs.find(instance.id); at != jobs.end()) {
      answer.job_id = at->second;
      answer.job_status = 0;
    }
    answer.affinity_group = std::move(groups[instance.id]);
    if (const auto at = addresses.find(instance.id); at != addresses.end()) {
      answer.public_ip_id = at->second.id;
      answer.public_ip = at->second.address;
      name_address(answer.nic, at->second);
    }
  }
  add_tags(call, tx, model::TaggedKind::instance, out);
  return out;
}

void accumulate_use(Call& call, std::span<const InstanceShown> shown, std::span<InstanceAnswer> answers) {
  for (std::size_t i = 0; i < shown.size(); ++i)
    if (const auto use = call.cloud.measured.of_instance(shown[i].host_id, shown[i].id))
      tell_use(use->total, answers[i]);
}

InstanceAnswer answer_instance(Call& call, sql::Transaction& tx, const Id<model::Instance>& id) {
  return answer_instances(call, tx, sql::all<InstanceShown>(tx, "where id = $1", id)).at(0);
}

InstanceAnswer one_instance(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow& flow) {
  const Id<model::Instance> id(job.instance_id);
  auto answer = answer_instance(call, tx, id);
  if (job.command == "deployVirtualMachine" && answer.password_enabled)
    if (const auto sealed = sql::need<model::Instance>(tx, id).fresh_password; !sealed.empty())
      answer.password = call.cloud.vault.open_sealed(sealed).reveal();
  answer.job_id = {};
  answer.job_status.reset();
  (void)flow;
  return answer;
}

}  // namespace welkin::commands
