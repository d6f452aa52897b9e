// Commands of volumes.
#include "commands/checks.hpp"
#include "commands/instances.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/tags.hpp"
#include "flows/orders.hpp"
#include "model/cluster.hpp"
#include "model/host.hpp"
#include "model/hypervisor_capabilities.hpp"
#include "model/pod.hpp"
#include "model/service_offering.hpp"
#include "model/settings.hpp"
#include "model/storage_pool.hpp"
#include "model/template.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::End;
using access::Operate;
using access::See;
using access::Using;
constexpr std::int64_t gigabyte = std::int64_t(1) << 30;

std::int64_t largest_volume(sql::Transaction& tx, const Id<model::Account>& account, const Id<model::Domain>& domain) {
  return model::value_for(tx, model::settings::volume_gib_max, account, domain);
}
void check_size(std::int64_t gigabytes, std::int64_t least, std::int64_t most) {
  if (gigabytes < least || gigabytes > most)
    throw Error(Fault::invalid,
                fmt::format("A volume cannot have {} GB; {} to {} are possible.", gigabytes, least, most), "size");
}

struct VolumeAnswer : UnderWay {
  using Base = UnderWay;
  FIELDS(VolumeAnswer,
    (Id<model::Volume>, id, "The volume."),
    (std::string, name, "Its name."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, zone_name, "The zone's name."),
    (std::string, type, "ROOT or DATADISK."),
    (std::optional<std::int64_t>, device_id, "Its place in the instance."),
    (Id<model::Instance>, virtual_machine_id, "What it is attached to."),
    (std::optional<std::string>, vm_name, "By name."),
    (std::optional<std::string>, vm_display_name, "As its owner calls it."),
    (std::optional<std::string>, vm_state, "Running, Stopped …"),
    (std::optional<std::string>, vm_type, "User."),
    (Id<model::Template>, template_id, "What it was made from."),
    (std::optional<std::string>, template_name, "By name."),
    (std::optional<std::string>, template_display_text, "What that is."),
    (std::string, provisioning_type, "thin, sparse or fat."),
    (std::int64_t, size, "Bytes the guest sees."),
    (std::optional<std::int64_t>, miniops, "Promised operations a second."),
    (std::optional<std::int64_t>, maxiops, "Allowed operations a second."),
    (Time, created, "When it was ordered."),
    (std::string, state, "Ready, Allocated …"),
    (std::optional<std::string>, account, "Its owner."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (std::optional<std::string>, storage_type, "shared or local."),
    (std::string, hypervisor, "Whose form it has."),
    (Id<model::DiskOffering>, disk_offering_id, "What was ordered."),
    (std::optional<std::string>, disk_offering_name, "By name."),
    (std::optional<std::string>, disk_offering_display_text, "What that is."),
    (std::optional<std::string>, storage, "Its pool.", .admin = true),
    (Id<model::StoragePool>, storage_id, "Its pool.", .admin = true),
    (std::optional<std::string>, path, "Where it lies on the pool.", .admin = true),
    (std::optional<Time>, attached, "When it was attached."),
    (bool, destroyed, "It waits to be expunged."),
    (Id<model::ServiceOffering>, service_offering_id, "Of its instance."),
    (std::optional<std::string>, service_offering_name, "By name."),
    (std::optional<std::string>, service_offering_display_text, "What that is."),
    (bool, is_extractable, "Its bytes may be downloaded: not yet."),
    (bool, display_volume, "Shown to its owner."),
    (bool, quiesce_vm, "Its guest is quieted for snapshots: not yet."),
    (bool, supports_storage_snapshot, "The storage makes snapshots itself: no."),
    (bool, delete_protection, "It refuses to be deleted."),
    (std::optional<std::int64_t>, physical_size, "What it takes of the pool."),
    (std::optional<std::int64_t>, virtual_size, "Bytes the guest sees."),
    (std::optional<std::string>, utilization, "What it takes of the pool, in percent of what the guest sees."),
    (std::optional<std::int64_t>, bytes_read, "Limit a second.", .wire = "diskBytesReadRate"),
    (std::optional<std::int64_t>, bytes_write, "Limit a second.", .wire = "diskBytesWriteRate"),
    (std::optional<std::int64_t>, iops_read, "Limit a second.", .wire = "diskIopsReadRate"),
    (std::optional<std::int64_t>, iops_write, "Limit a second.", .wire = "diskIopsWriteRate"),
    (Id<model::Cluster>, cluster_id, "Its pool's cluster.", .admin = true),
    (std::optional<std::string>, cluster_name, "By name.", .admin = true),
    (Id<model::Pod>, pod_id, "Its pool's pod.", .admin = true),
    (std::optional<std::string>, pod_name, "By name.", .admin = true),
    (std::vector<TagAnswer>, tags, "Its tags.", .keep_empty = true),
    (bool, has_annotations, "Whether somebody has written a note."))
};

/// Where its bytes lie: what only operators see of it beside what owners see.
void add_pool(Call& call, sql::Transaction& tx, const model::Volume& v, VolumeAnswer& out) {
  const auto* pool = call.look(tx, v.pool_id);
  if (!pool) return;
  out.storage_type = pool->host_id ? "local" : "shared";
  out.physical_size = v.physical_bytes;
  out.virtual_size = v.bytes;
  if (v.bytes) out.utilization = fmt::format("{:.1f}%", 100.0 * double(v.physical_bytes) / double(v.bytes));
  if (!call.caller.is_root()) return;
  out.storage = pool->name;
  out.storage_id = pool->id;
  out.path = unless_empty(v.path);
  out.cluster_id = pool->cluster_id;
  if (const auto* cluster = call.look(tx, pool->cluster_id)) out.cluster_name = cluster->name;
  out.pod_id = pool->pod_id;
  if (const auto* pod = call.look(tx, pool->pod_id)) out.pod_name = pod->name;
}

VolumeAnswer answer_volume(Call& call, sql::Transaction& tx, const model::Volume& v) {
  VolumeAnswer out;
  out.id = v.id;
  out.name = v.name;
  out.zone_id = v.zone_id;
  if (const auto* zone = call.look(tx, v.zone_id)) out.zone_name = zone->name;
  out.type = name_of(v.kind);
  if (const auto* instance = call.look(tx, v.instance_id)) {
    out.device_id = v.device_position;
    out.virtual_machine_id = instance->id;
    out.vm_name = instance->name;
    out.vm_display_name = instance->display_name;
    out.vm_state = std::string(name_of(instance->state));
    out.vm_type = "User";
  }
  out.template_id = v.template_id;
  if (const auto* image = call.look(tx, v.template_id)) {
    out.template_name = image->name;
    out.template_display_text = image->display_text;
  }
  out.provisioning_type = name_of(v.provisioning);
  out.size = v.bytes;
  out.miniops = v.iops_min;
  out.maxiops = v.iops_max;
  out.created = v.created;
  out.state = name_of(v.state);
  name_owner(call, tx, v.account_id, out);
  name_domain(call, tx, v.domain_id, out);
  out.hypervisor = v.hypervisor == model::HypervisorType::any ? "None" : name_of(v.hypervisor);
  out.disk_offering_id = v.disk_offering_id;
  if (const auto* offering = call.look(tx, v.disk_offering_id)) {
    out.disk_offering_name = offering->name;
    out.disk_offering_display_text = offering->display_text;
  }
  add_pool(call, tx, v, out);
  add_limits(out, v.limits);
  out.attached = v.attached;
  out.destroyed = v.state == model::VolumeState::destroyed;
  out.service_offering_id = v.service_offering_id;
  if (const auto* offering = call.look(tx, v.service_offering_id)) {
    out.service_offering_name = offering->name;
    out.service_offering_display_text = offering->display_text;
  }
  out.display_volume = v.display;
  out.delete_protection = v.delete_protection;
  return out;
}

struct ListVolumes : CountedListing {
  using Base = CountedListing;
  FIELDS(ListVolumes,
    (std::optional<See<model::Volume>>, id, "Only this volume."),
    (std::vector<See<model::Volume>>, ids, "Only these volumes."),
    (std::optional<std::string>, name, "Only volumes with this name."),
    (std::optional<model::VolumeKind>, type, "ROOT or DATADISK."),
    (std::optional<See<model::Instance>>, virtual_machine_id, "Only volumes attached to it."),
    (std::optional<See<model::Zone>>, zone_id, "Only volumes of this zone."),
    (std::optional<See<model::StoragePool>>, storage_id, "Only volumes on this pool.", .type = "string", .admin = true),
    (std::optional<Using<model::DiskOffering>>, disk_offering_id, "Only volumes ordered so."),
    (std::optional<model::VolumeState>, state, "Only volumes in this state."),
    (std::optional<bool>, display_volume, "Only volumes shown, or only the others.", .admin = true),
    (std::optional<See<model::Host>>, host_id, "Only volumes of instances on this host.", .admin = true),
    (std::optional<See<model::Cluster>>, cluster_id, "Only volumes on pools of this cluster.", .admin = true),
    (std::optional<See<model::Pod>>, pod_id, "Only volumes on pools of this pod.", .admin = true),
    (std::optional<Using<model::ServiceOffering>>, service_offering_id, "Only root disks of instances ordered so."),
    (std::optional<bool>, is_encrypted, "Only encrypted volumes: there are none yet."),
    (bool, list_system_vms, "Accepted; Welkin's own parts have no volumes.", .admin = true))
};
Page<VolumeAnswer> list_volumes(Call& call, sql::Transaction& tx, const ListVolumes& r) {
  Where where;
  where.scope(call, tx, r, r.id || !r.ids.empty())
      .equal("id", r.id)
      .any_of("id", r.ids)
      .equal("name", r.name)
      .equal("kind", r.type)
      .equal("instance_id", r.virtual_machine_id);
  where.equal("zone_id", r.zone_id)
      .equal("pool_id", r.storage_id)
      .equal("disk_offering_id", r.disk_offering_id)
      .equal("state", r.state)
      .equal("display", r.display_volume);
  where.equal("service_offering_id", r.service_offering_id)
      .none_have(r.is_encrypted)
      .keyword({"name"}, r.keyword)
      .that("removed is null");
  if (r.host_id) where.that("instance_id in (select id from instances where host_id = $)", r.host_id->id());
  if (r.cluster_id) where.that("pool_id in (select id from storage_pools where cluster_id = $)", r.cluster_id->id());
  if (r.pod_id) where.that("pool_id in (select id from storage_pools where pod_id = $)", r.pod_id->id());
  where.tagged(model::TaggedKind::volume, r.tags);
  auto page = answers_of<model::Volume>(tx, where, r, "created desc, id desc", [&](const auto& v) {
                     return answer_volume(call, tx, v);
                   });
  return with_jobs(call, tx, with_tags(call, tx, model::TaggedKind::volume, std::move(page)));
}

VolumeAnswer one_volume(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  const auto volume = sql::need<model::Volume>(tx, Id<model::Volume>(job.instance_id));
  return with_tags(call, tx, model::TaggedKind::volume, answer_volume(call, tx, volume));
}

struct CreateVolume : ForOwner {
  using Base = ForOwner;
  FIELDS(CreateVolume,
    (std::optional<Using<model::DiskOffering>>, disk_offering_id, "What is ordered."),
    (std::optional<std::string>, name, "Its name; made up when absent."),
    (std::optional<std::int64_t>, size, "GB, when the offering leaves it open."),
    (std::optional<Using<model::Zone>>, zone_id, "Its zone."),
    (std::optional<bool>, display_volume, "Shown to its owner.", .admin = true),
    (std::optional<std::int64_t>, miniops, "Promised operations a second, when the offering leaves them open."),
    (std::optional<std::int64_t>, maxiops, "Allowed operations a second, when the offering leaves them open."),
    (std::optional<std::string>, snapshot_id, "From a snapshot: not supported yet.", .type = "uuid"),
    (std::optional<std::string>, custom_id, "The id it gets.", .admin = true))
};
VolumeAnswer create_volume(Call& call, sql::Transaction& tx, const CreateVolume& r) {
  if (r.snapshot_id) throw Error(Fault::unsupported, "Volumes from snapshots are not supported yet.", "snapshotid");
  if (!r.disk_offering_id) throw Error(Fault::invalid, "Say what is ordered: give diskofferingid.", "diskofferingid");
  if (!r.zone_id) throw Error(Fault::invalid, "Say where: give zoneid.", "zoneid");
  const auto owner = owner_of(tx, call, r);
  const auto& offering = **r.disk_offering_id;
  model::Volume v;
  v.id = id_for<model::Volume>(call, tx, r.custom_id);
  v.account_id = owner.id;
  v.domain_id = owner.domain_id;
  v.name = r.name.value_or("DATA-" + v.id.text().substr(24));
  v.zone_id = r.zone_id->id();
  v.kind = model::VolumeKind::data;
  v.bytes = data_disk_bytes(tx, v, offering, r.size);
  follow_offering(v, offering);
  if (offering.customized_iops) {
    v.iops_min = r.miniops;
    v.iops_max = r.maxiops;
  }
  v.display = r.display_volume.value_or(true);
  v.created = v.updated = call.cloud.now();
  sql::insert(tx, v);
  call.touched = v.id;
  call.event_note = v.name;
  return answer_volume(call, tx, v);
}

struct AttachVolume {
  FIELDS(AttachVolume,
    (Operate<model::Volume>, id, "The volume."),
    (Operate<model::Instance>, virtual_machine_id, "The instance."),
    (std::optional<std::int64_t>, device_id, "Its place there; the first free one when absent."))
};
void must_run_or_rest(const model::Instance& instance, std::string_view what) {
  if (instance.state == model::InstanceState::running || instance.state == model::InstanceState::stopped) return;
  throw Error(
      Fault::conflict,
      fmt::format("The instance {} is {}; nothing can be {} now.", instance.name, name_of(instance.state), what),
      instance.id.text());
}
Begun attach(Call& call, sql::Transaction& tx, const AttachVolume& r) {
  auto v = *r.id;
  const auto& instance = *r.virtual_machine_id;
  if (v.kind == model::VolumeKind::root)
    throw Error(Fault::invalid, "A root disk cannot be attached to another instance.", "id");
  if (v.instance_id)
    throw Error(Fault::conflict, fmt::format("The volume {} is attached already; detach it first.", v.name),
                v.id.text());
  if (v.state != model::VolumeState::allocated && v.state != model::VolumeState::ready)
    throw Error(Fault::conflict,
                fmt::format("The volume {} is {}; it cannot be attached now.", v.name, name_of(v.state)), v.id.text());
  must_run_or_rest(instance, "attached");
  if (v.zone_id != instance.zone_id)
    throw Error(Fault::invalid, "Volume and instance are in different zones.", "virtualmachineid");
  if (v.account_id != instance.account_id)
    throw Error(Fault::forbidden, "Volume and instance belong to different accounts.", "virtualmachineid");
  if (v.pool_id) {
    const auto pool = sql::need<model::StoragePool>(tx, v.pool_id);
    const auto host = instance.host_id ? instance.host_id : instance.last_host_id;
    if (pool.host_id && host && pool.host_id != host)
      throw Error(
          Fault::unsupported,
          fmt::format("The volume lies on another host's own storage ({}); moving volumes is not supported yet.",
                      pool.name),
          "id");
  }
  flows::VolumeOrder order;
  order.volume = v.id;
  order.instance = instance.id;
  order.former_bytes = v.state == model::VolumeState::ready ? v.bytes : 0;
  v.device_position = free_position(tx, instance, r.device_id);
  v.instance_id = instance.id;
  if (v.hypervisor == model::HypervisorType::any) v.hypervisor = instance.hypervisor;
  sql::update(tx, v);
  call.event_note = v.name;
  return begin(call, tx, "attach volume", order, "Volume", v.id);
}

struct DetachVolume {
  FIELDS(DetachVolume,
    (std::optional<End<model::Volume>>, id, "The volume."),
    (std::optional<End<model::Instance>>, virtual_machine_id, "The instance, with deviceid, in place of id."),
    (std::optional<std::int64_t>, device_id, "Its place in the instance."))
};
Begun detach(Call& call, sql::Transaction& tx, const DetachVolume& r) {
  std::optional<model::Volume> v;
  if (r.id) v = **r.id;
  else if (r.virtual_machine_id && r.device_id)
    v = sql::first<model::Volume>(tx, "where instance_id = $1 and device_position = $2 and removed is null",
                                  r.virtual_machine_id->id(), *r.device_id);
  if (!v) throw Error(Fault::invalid, "Name the volume: give id, or virtualmachineid and deviceid.", "id");
  if (v->kind == model::VolumeKind::root) throw Error(Fault::invalid, "A root disk cannot be detached.", "id");
  if (!v->instance_id)
    throw Error(Fault::conflict, fmt::format("The volume {} is attached to nothing.", v->name), v->id.text());
  must_run_or_rest(sql::need<model::Instance>(tx, v->instance_id), "detached");
  flows::VolumeOrder order;
  order.volume = v->id;
  order.instance = v->instance_id;
  return begin(call, tx, "detach volume", order, "Volume", v->id);
}

struct ResizeVolume {
  FIELDS(ResizeVolume,
    (Operate<model::Volume>, id, "The volume."),
    (std::optional<std::int64_t>, size, "Its new size in GB."),
    (std::optional<Using<model::DiskOffering>>, disk_offering_id, "Another offering."),
    (bool, shrink_ok, "A smaller size is meant."),
    (std::optional<std::int64_t>, miniops, "Promised operations a second."),
    (std::optional<std::int64_t>, maxiops, "Allowed operations a second."))
};
Begun resize(Call& call, sql::Transaction& tx, const ResizeVolume& r) {
  auto v = *r.id;
  if (!r.size && !r.disk_offering_id)
    throw Error(Fault::invalid, "Say what changes: give size or diskofferingid.", "size");
  flows::VolumeOrder order;
  order.volume = v.id;
  order.former_bytes = v.bytes;
  if (r.size) check_size(*r.size, 1, largest_volume(tx, v.account_id, v.domain_id));
  order.bytes = r.disk_offering_id ? data_disk_bytes(tx, v, **r.disk_offering_id, r.size) : *r.size * gigabyte;
  order.shrink = order.bytes < v.bytes;
  if (order.shrink && !r.shrink_ok)
    throw Error(Fault::invalid,
                fmt::format("The volume has {} bytes; say shrinkok=true if a smaller size is meant.", v.bytes),
                "shrinkok");
  const auto instance = v.instance_id ? sql::get<model::Instance>(tx, v.instance_id) : std::nullopt;
  if (instance) must_run_or_rest(*instance, "resized");
  if (order.shrink && instance && instance->state != model::InstanceState::stopped)
    throw Error(Fault::conflict, "A volume cannot shrink under a running instance; stop it first.", "id");
  if (r.disk_offering_id) {
    follow_offering(v, **r.disk_offering_id);
    sql::update(tx, v);
  }
  call.event_note = v.name;
  return begin(call, tx, "resize volume", order, "Volume", v.id);
}

struct UpdateVolume {
  FIELDS(UpdateVolume,
    (std::optional<Operate<model::Volume>>, id, "The volume."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<bool>, display_volume, "Shown to its owner."),
    (std::optional<bool>, delete_protection, "It refuses to be deleted."))
};
VolumeAnswer update_volume(Call& call, sql::Transaction& tx, const UpdateVolume& r) {
  if (!r.id) throw Error(Fault::invalid, "Name the volume: give id.", "id");
  auto v = **r.id;
  set(v.name, r.name);
  set(v.display, r.display_volume);
  set(v.delete_protection, r.delete_protection);
  sql::update(tx, v);
  call.touched = v.id;
  return with_tags(call, tx, model::TaggedKind::volume, answer_volume(call, tx, v));
}

struct DeleteVolume {
  FIELDS(DeleteVolume, (End<model::Volume>, id, "The volume; it must be attached to nothing."))
};
/// Deleting answers when the bytes are gone: the command is synchronous in the API.
Begun delete_volume(Call& call, sql::Transaction& tx, const DeleteVolume& r) {
  const auto& v = *r.id;
  if (v.instance_id)
    throw Error(Fault::conflict, fmt::format("The volume {} is attached to an instance; detach it first.", v.name),
                v.id.text());
  if (v.delete_protection)
    throw Error(Fault::conflict, fmt::format("The volume {} is protected from being deleted; lift that first.", v.name),
                v.id.text());
  flows::VolumeOrder order;
  order.volume = v.id;
  call.event_note = v.name;
  return begin(call, tx, "delete volume", order, "Volume", v.id);
}
}  // namespace

int free_position(sql::Transaction& tx, const model::Instance& instance, const std::optional<std::int64_t>& wished) {
  std::vector<int> taken = {0, 3};
  std::int64_t disks = 0;
  for (const auto& v : sql::all<model::Volume>(tx, "where instance_id = $1 and removed is null", instance.id)) {
    taken.push_back(v.device_position);
    disks += v.kind == model::VolumeKind::data;
  }
  if (disks >= model::data_disks_max(tx, instance.hypervisor, instance.host_id))
    throw Error(Fault::limited,
                fmt::format("The instance {} has {} data disks, as many as {} lets it have.", instance.name, disks,
                            name_of(instance.hypervisor)),
                "virtualmachineid");
  const auto is_taken = [&](int p) { return std::ranges::find(taken, p) != taken.end(); };
  if (wished) {
    if (*wished < 1 || *wished > model::last_disk_place || is_taken(*wished))
      throw Error(Fault::invalid,
                  fmt::format("The place {} is taken or not possible; 1 to {} are, except 3.", *wished,
                              model::last_disk_place),
                  "deviceid");
    return int(*wished);
  }
  for (int p = 1; p <= model::last_disk_place; ++p)
    if (!is_taken(p)) return p;
  throw Error(Fault::limited, fmt::format("The instance {} has no place for another disk.", instance.name),
              "virtualmachineid");
}

std::int64_t data_disk_bytes(sql::Transaction& tx, const Id<model::Account>& account, const Id<model::Domain>& domain,
                             const model::DiskOffering& offering, const std::optional<std::int64_t>& gigabytes) {
  if (!offering.customized) return offering.disk_bytes;
  if (!gigabytes)
    throw Error(Fault::invalid,
                fmt::format("The disk offering {} leaves the size open: give size in GB.", offering.name), "size");
  namespace settings = model::settings;
  check_size(*gigabytes, model::value_for(tx, settings::custom_disk_gib_min, account, domain),
             std::min(model::value_for(tx, settings::custom_disk_gib_max, account, domain),
                      largest_volume(tx, account, domain)));
  return *gigabytes * gigabyte;
}

void follow_offering(model::Volume& volume, const model::DiskOffering& offering) {
  volume.disk_offering_id = offering.id;
  volume.provisioning = offering.provisioning;
  volume.cache_mode = offering.cache_mode;
  volume.iops_min = offering.iops_min;
  volume.iops_max = offering.iops_max;
  volume.limits = offering.limits;
}

std::vector<Command> volume_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_volumes>({"listVolumes", "volume", "Lists volumes.", all}),
      prompt<create_volume>({"createVolume", "volume", "Orders a data disk; it is made when it is first attached.", all,
                             "VOLUME.CREATE", "Volume"},
                            true),
      journey<attach, one_volume>(
          {"attachVolume", "volume", "Attaches a data disk to an instance.", all, "VOLUME.ATTACH", "Volume"}),
      journey<detach, one_volume>({"detachVolume", "volume", "Detaches a data disk.", all, "VOLUME.DETACH", "Volume"}),
      journey<resize, one_volume>({"resizeVolume", "volume", "Resizes a volume.", all, "VOLUME.RESIZE", "Volume"}),
      prompt<update_volume>(
          {"updateVolume", "volume", "Changes what is recorded of a volume.", all, "VOLUME.UPDATE", "Volume"}),
      awaited<delete_volume, succeeded>(
          {"deleteVolume", "", "Deletes a volume that is attached to nothing.", all, "VOLUME.DELETE", "Volume"}),
  };
}

}  // namespace welkin::commands
