// Commands of service offerings.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/offered.hpp"
#include "model/disk_offering.hpp"
#include "model/instance.hpp"
#include "model/marks.hpp"
#include "model/service_offering.hpp"
#include "model/template.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;

struct ServiceOfferingAnswer {
  FIELDS(ServiceOfferingAnswer,
    (Id<model::ServiceOffering>, id, "The offering."),
    (std::string, name, "Its name."),
    (std::string, state, "Active or Inactive."),
    (std::string, display_text, "What it is."),
    (std::optional<int>, cpu_number, "Processors."),
    (std::optional<int>, cpu_speed, "MHz of each."),
    (std::optional<int>, memory, "MiB."),
    (Time, created, "When it was made."),
    (std::string, storage_type, "shared or local."),
    (std::string, provisioning_type, "thin, sparse or fat."),
    (bool, offer_ha, "Instances are started again elsewhere."),
    (bool, limit_cpu_use, "The speed is also the limit."),
    (bool, is_volatile, "The root disk is made anew at each reboot."),
    (std::optional<std::string>, storage_tags, "Pools must carry them."),
    (std::optional<std::string>, domain_id, "Only for these domains."),
    (std::optional<std::string>, domain, "By name."),
    (std::optional<std::string>, zone_id, "Only in these zones."),
    (std::optional<std::string>, zone, "By name."),
    (std::optional<std::string>, host_tags, "Hosts must carry them."),
    (bool, is_system, "For the cloud's own machines."),
    (bool, default_use, "Taken when nobody says."),
    (std::optional<std::string>, system_vm_type, "Which of the cloud's machines."),
    (std::optional<int>, network_rate, "Megabits a second."),
    (bool, is_customized_iops, "The tenant chooses the operations.", .wire = "iscustomizediops"),
    (std::optional<std::int64_t>, miniops, "Promised operations a second."),
    (std::optional<std::int64_t>, maxiops, "Allowed operations a second."),
    (std::optional<std::int64_t>, bytes_read, "Limit.", .wire = "diskBytesReadRate"),
    (std::optional<std::int64_t>, bytes_write, "Limit.", .wire = "diskBytesWriteRate"),
    (std::optional<std::int64_t>, iops_read, "Limit.", .wire = "diskIopsReadRate"),
    (std::optional<std::int64_t>, iops_write, "Limit.", .wire = "diskIopsWriteRate"),
    (TextMap, service_offering_details, "Its details."),
    (bool, is_customized, "The tenant chooses what is absent here."),
    (std::string, cache_mode, "How the root disk is cached.", .wire = "cacheMode"),
    (std::int64_t, root_disk_size, "GB of the root disk; 0 takes the template's."),
    (bool, dynamic_scaling_enabled, "Instances may grow while they run."),
    (bool, disk_offering_strictness, "The root disk may have no other offering."),
    (Id<model::DiskOffering>, disk_offering_id, "Disk offering of the root disk."),
    (std::optional<std::string>, disk_offering_name, "By name."),
    (std::optional<std::string>, disk_offering_display_text, "What that is."),
    (bool, gpu_display, "A graphics processor drives a screen: never."),
    (bool, encrypt_root, "The root disk is encrypted."),
    (bool, purge_resources, "Records of expunged instances are removed."),
    (bool, has_annotations, "Whether somebody has written a note."))
};

ServiceOfferingAnswer answer(Call& call, sql::Transaction& tx, const model::ServiceOffering& o) {
  ServiceOfferingAnswer out;
  out.id = o.id;
  out.name = o.name;
  out.state = name_of(o.state);
  out.display_text = o.display_text;
  out.cpu_number = o.cpus;
  out.cpu_speed = o.cpu_mhz;
  out.memory = o.memory_mb;
  out.created = o.created;
  out.storage_type = name_of(o.storage_type);
  out.provisioning_type = name_of(o.provisioning);
  out.offer_ha = o.offer_ha;
  out.limit_cpu_use = o.limit_cpu;
  out.is_volatile = o.volatile_disk;
  out.storage_tags = unless_empty(joined(o.storage_tags));
  out.host_tags = unless_empty(joined(o.host_tags));
  const auto where = offered_where(call, tx, o);
  out.domain_id = where.domain_ids;
  out.domain = where.domains;
  out.zone_id = where.zone_ids;
  out.zone = where.zones;
  out.is_system = o.is_system;
  out.default_use = o.default_use;
  out.system_vm_type = unless_empty(o.system_type);
  if (o.network_rate) out.network_rate = o.network_rate;
  out.is_customized_iops = o.customized_iops;
  out.miniops = o.iops_min;
  out.maxiops = o.iops_max;
  add_limits(out, o.limits);
  out.service_offering_details = o.details;
  out.is_customized = o.customized;
  out.cache_mode = name_of(o.cache_mode);
  out.root_disk_size = o.root_disk_bytes >> 30;
  out.dynamic_scaling_enabled = o.dynamic_scaling;
  out.disk_offering_strictness = o.disk_offering_strict;
  out.disk_offering_id = o.disk_offering_id;
  if (const auto* disk = call.look(tx, o.disk_offering_id)) {
    out.disk_offering_name = disk->name;
    out.disk_offering_display_text = disk->display_text;
  }
  out.encrypt_root = o.encrypt_root;
  out.purge_resources = o.purge_resources;
  return out;
}

struct ListServiceOfferings : DomainListing {
  using Base = DomainListing;
  FIELDS(ListServiceOfferings,
    (std::optional<Using<model::ServiceOffering>>, id, "Only this offering."),
    (std::optional<std::string>, name, "Only offerings with this name."),
    (bool, is_system, "Only those for the cloud's own machines.", .admin = true),
    (std::optional<std::string>, system_vm_type, "Only those for this machine.", .admin = true),
    (std::optional<See<model::Zone>>, zone_id, "Only those this zone has."),
    (std::optional<int>, cpu_number, "Only those with so many processors."),
    (std::optional<int>, memory, "Only those with so much memory."),
    (std::optional<model::StorageType>, storage_type, "shared or local."),
    (std::optional<model::OfferingState>, state, "Only those in this state.", .admin = true),
    (std::optional<int>, cpu_speed, "Only those with so many MHz."),
    (std::optional<bool>, encrypt_root, "Only those that encrypt the root disk, or only the others."),
    (std::optional<bool>, gpu_enabled, "Only those with a graphics processor: there are none yet."),
    (std::optional<std::string>, account, "Only those this account may choose; needs domainid."),
    (std::optional<access::SeeProjects>, project_id, "Only those this project may choose."),
    (std::optional<Using<model::Template>>, template_id, "Only those whose root disk has room for it."),
    (std::optional<See<model::Instance>>, virtual_machine_id, "Only others that the instance could have: in its zone, with the same kind of storage."))
};
void fit_for(Where& where, sql::Transaction& tx, const model::Instance& instance) {
  const auto present = sql::need<model::ServiceOffering>(tx, instance.service_offering_id);
  where.that("id <> $", present.id).equal("storage_type", present.storage_type);
  offered_in(where, instance.zone_id);
}
Page<ServiceOfferingAnswer> list(Call& call, sql::Transaction& tx, const ListServiceOfferings& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("is_system", r.is_system)
      .equal("system_type", r.system_vm_type)
      .equal("cpus", r.cpu_number)
      .equal("memory_mb", r.memory)
      .equal("storage_type", r.storage_type);
  where.equal("state", r.state ? *r.state : model::OfferingState::active)
      .keyword({"name", "display_text"}, r.keyword)
      .that("removed is null");
  where.equal("cpu_mhz", r.cpu_speed).equal("encrypt_root", r.encrypt_root).none_have(r.gpu_enabled);
  offered_here(where, call, tx, r.zone_id, r, r.account);
  offered_to(where, tx, r.project_id);
  if (r.template_id) where.that("root_disk_bytes = 0 or root_disk_bytes >= $", (*r.template_id)->virtual_bytes);
  if (r.virtual_machine_id) fit_for(where, tx, **r.virtual_machine_id);
  return answers_of<model::ServiceOffering>(tx, where, r, "sort_key, created, id",
                                            [&](const auto& o) { return answer(call, tx, o); });
}

struct CreateServiceOffering {
  FIELDS(CreateServiceOffering,
    (std::string, name, "As tenants choose it."),
    (std::optional<std::string>, display_text, "What it is; the name when absent."),
    (std::optional<int>, cpu_number, "Processors; the tenant chooses when absent."),
    (std::optional<int>, cpu_speed, "MHz of each."),
    (std::optional<int>, memory, "MiB."),
    (std::optional<int>, min_cpu_number, "Fewest the tenant may choose."),
    (std::optional<int>, max_cpu_number, "Most the tenant may choose."),
    (std::optional<int>, min_memory, "Least the tenant may choose."),
    (std::optional<int>, max_memory, "Most the tenant may choose."),
    (bool, offer_ha, "Instances are started again elsewhere."),
    (bool, limit_cpu_use, "The speed is also the limit."),
    (bool, is_volatile, "The root disk is made anew at each reboot."),
    (std::optional<std::string>, storage_type, "shared or local."),
    (std::optional<std::string>, provisioning_type, "thin, sparse or fat."),
    (std::optional<std::string>, tags, "Pools must carry them."),
    (std::optional<std::string>, host_tags, "Hosts must carry them."),
    (std::vector<See<model::Domain>>, domain_id, "Only for these domains."),
    (std::vector<See<model::Zone>>, zone_id, "Only in these zones."),
    (std::optional<int>, network_rate, "Megabits a second."),
    (std::optional<std::int64_t>, bytes_read_rate, "Limit."),
    (std::optional<std::int64_t>, bytes_write_rate, "Limit."),
    (std::optional<std::int64_t>, iops_read_rate, "Limit."),
    (std::optional<std::int64_t>, iops_write_rate, "Limit."),
    (std::optional<std::int64_t>, root_disk_size, "GB of the root disk."),
    (std::optional<bool>, dynamic_scaling_enabled, "Instances may grow while they run."),
    (TextMap, service_offering_details, "Its details."),
    (bool, is_system, "For the cloud's own machines: there are none."),
    (bool, encrypt_root, "Encryption: not supported yet."),
    (std::optional<std::string>, cache_mode, "How the root disk is cached."),
    (std::optional<bool>, customized, "The tenant chooses what is absent; told from that when absent."))
};
void positive(const std::optional<int>& value, std::string_view parameter) {
  if (value && *value < 1)
    throw Error(Fault::invalid, fmt::format("{} cannot be {}; it is 1 or more.", parameter, *value),
                std::string(parameter));
}
ServiceOfferingAnswer create(Call& call, sql::Transaction& tx, const CreateServiceOffering& r) {
  if (r.is_system) throw Error(Fault::unsupported, "Welkin has no system machines; leave issystem out.", "issystem");
  for (const auto& [value, name] : {std::pair(r.cpu_number, "cpunumber"),
                                    {r.cpu_speed, "cpuspeed"},
                                    {r.memory, "memory"},
                                    {r.min_cpu_number, "mincpunumber"},
                                    {r.max_cpu_number, "maxcpunumber"},
                                    {r.min_memory, "minmemory"},
                                    {r.max_memory, "maxmemory"}})
    positive(value, name);
  if (r.encrypt_root)
    throw Error(Fault::unsupported, "Encrypted root disks are not supported yet; leave encryptroot out.",
                "encryptroot");
  if (r.min_cpu_number) check_between(r.max_cpu_number, *r.min_cpu_number, 1024, "maxcpunumber");
  if (r.min_memory) check_between(r.max_memory, *r.min_memory, std::int64_t(64) << 20, "maxmemory");
  check_between(r.network_rate, 0, 1'000'000, "networkrate");
  check_between(r.root_disk_size, 1, 65'536, "rootdisksize");
  if (r.memory && *r.memory < 32)
    throw Error(Fault::invalid, fmt::format("{} MiB are too little; 32 are the least.", *r.memory), "memory");
  const bool open = !r.cpu_number || !r.memory || !r.cpu_speed;
  if (r.customized && *r.customized != open)
    throw Error(Fault::invalid,
                open ? "Give cpunumber, cpuspeed and memory: the offering leaves nothing to the tenant."
                     : "Leave cpunumber, cpuspeed or memory out: the tenant is to choose.",
                "customized");
  model::ServiceOffering o;
  o.id = call.cloud.new_id<model::ServiceOffering>();
  o.name = r.name;
  o.display_text = r.display_text.value_or(r.name);
  o.cpus = r.cpu_number;
  o.cpu_mhz = r.cpu_speed;
  o.memory_mb = r.memory;
  o.customized = open;
  o.cpus_min = r.min_cpu_number;
  o.cpus_max = r.max_cpu_number;
  o.memory_mb_min = r.min_memory;
  o.memory_mb_max = r.max_memory;
  o.offer_ha = r.offer_ha;
  o.limit_cpu = r.limit_cpu_use;
  o.volatile_disk = r.is_volatile;
  o.dynamic_scaling = r.dynamic_scaling_enabled.value_or(true);
  o.network_rate = r.network_rate.value_or(0);
  o.storage_type = choice(r.storage_type, model::StorageType::shared, "storagetype");
  o.cache_mode = choice(r.cache_mode, model::CacheMode::none, "cachemode");
  o.provisioning = choice(r.provisioning_type, model::Provisioning::thin, "provisioningtype");
  o.storage_tags = words(r.tags.value_or(""));
  o.host_tags = words(r.host_tags.value_or(""));
  o.domain_ids = offered_domains(call, r.domain_id);
  for (const auto& zone : r.zone_id) o.zone_ids.push_back(zone.id());
  o.limits.bytes_read = r.bytes_read_rate.value_or(0);
  o.limits.bytes_write = r.bytes_write_rate.value_or(0);
  o.limits.iops_read = r.iops_read_rate.value_or(0);
  o.limits.iops_write = r.iops_write_rate.value_or(0);
  check_limits(o.limits);
  o.root_disk_bytes = r.root_disk_size.value_or(0) << 30;
  o.details = r.service_offering_details;
  o.created = call.cloud.now();
  sql::insert(tx, o);
  call.event_note = o.name;
  return answer(call, tx, o);
}

struct UpdateServiceOffering {
  FIELDS(UpdateServiceOffering,
    (Operate<model::ServiceOffering>, id, "The offering."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, display_text, "What it is."),
    (std::optional<int>, sort_key, "Place in lists."),
    (std::optional<std::string>, storage_tags, "Pools must carry them."),
    (std::optional<std::string>, host_tags, "Hosts must carry them."),
    (std::optional<std::string>, state, "Active or Inactive."),
    (std::optional<std::string>, domain_id, "Domains it is kept to from now on, between commas; public for everyone.", .length = 4096),
    (std::optional<std::string>, zone_id, "Zones that have it from now on, between commas; all for all.", .length = 4096))
};
ServiceOfferingAnswer update(Call& call, sql::Transaction& tx, const UpdateServiceOffering& r) {
  auto o = *r.id;
  set(o.name, r.name);
  set(o.display_text, r.display_text);
  set(o.sort_key, r.sort_key);
  if (r.storage_tags) o.storage_tags = words(*r.storage_tags);
  if (r.host_tags) o.host_tags = words(*r.host_tags);
  o.state = choice(r.state, o.state, "state");
  move_offer(call, tx, o, r);
  sql::update(tx, o);
  call.event_note = o.name;
  return answer(call, tx, o);
}
struct DeleteServiceOffering {
  FIELDS(DeleteServiceOffering, (Operate<model::ServiceOffering>, id, "The offering; instances that have it keep it."))
};
Success remove(Call& call, sql::Transaction& tx, const DeleteServiceOffering& r) {
  auto o = *r.id;
  o.state = model::OfferingState::inactive;
  model::forget_marks(tx, o.id);
  o.removed = call.cloud.now();
  sql::update(tx, o);
  call.event_note = o.name;
  return {true, {}};
}
}  // namespace

std::vector<Command> service_offering_commands() {
  return {
      reading<list>({"listServiceOfferings", "serviceoffering", "Lists service offerings.", Audience::everyone}),
      writing<create>({"createServiceOffering", "serviceoffering", "Creates a service offering.", Audience::root,
                       "SERVICE.OFFERING.CREATE"}),
      writing<update>({"updateServiceOffering", "serviceoffering", "Changes a service offering.", Audience::root,
                       "SERVICE.OFFERING.EDIT"}),
      writing<remove>(
          {"deleteServiceOffering", "", "Withdraws a service offering.", Audience::root, "SERVICE.OFFERING.DELETE"}),
  };
}

}  // namespace welkin::commands
