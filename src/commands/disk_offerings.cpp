// Commands of disk offerings.
#include "commands/offered.hpp"

#include <algorithm>

#include "model/disk_offering.hpp"
#include "model/instance.hpp"
#include "model/marks.hpp"
#include "model/storage_pool.hpp"
#include "model/volume.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;

struct DiskOfferingAnswer {
  FIELDS(DiskOfferingAnswer,
    (Id<model::DiskOffering>, id, "The offering."),
    (std::optional<std::string>, domain_id, "Only for these domains."),
    (std::optional<std::string>, domain, "By name."),
    (std::optional<std::string>, zone_id, "Only in these zones."),
    (std::optional<std::string>, zone, "By name."),
    (std::string, name, "Its name."),
    (std::string, state, "Active or Inactive."),
    (std::string, display_text, "What it is."),
    (std::int64_t, disk_size, "GB; 0 when the tenant chooses."),
    (Time, created, "When it was made."),
    (bool, is_customized, "The tenant chooses the size."),
    (bool, is_customized_iops, "The tenant chooses the operations.", .wire = "iscustomizediops"),
    (std::optional<std::int64_t>, miniops, "Promised operations a second."),
    (std::optional<std::int64_t>, maxiops, "Allowed operations a second."),
    (std::optional<std::string>, tags, "Pools must carry them."),
    (std::string, storage_type, "shared or local."),
    (std::string, provisioning_type, "thin, sparse or fat."),
    (std::optional<std::int64_t>, bytes_read, "Limit.", .wire = "diskBytesReadRate"),
    (std::optional<std::int64_t>, bytes_write, "Limit.", .wire = "diskBytesWriteRate"),
    (std::optional<std::int64_t>, iops_read, "Limit.", .wire = "diskIopsReadRate"),
    (std::optional<std::int64_t>, iops_write, "Limit.", .wire = "diskIopsWriteRate"),
    (std::string, cache_mode, "How volumes are cached.", .wire = "cacheMode"),
    (bool, display_offering, "Tenants see it."),
    (bool, disk_size_strictness, "The size cannot be changed afterwards."),
    (bool, encrypt, "Volumes are encrypted."),
    (TextMap, details, "Its details."),
    (bool, has_annotations, "Whether somebody has written a note."))
};
DiskOfferingAnswer answer(Call& call, sql::Transaction& tx, const model::DiskOffering& o) {
  DiskOfferingAnswer out;
  const auto where = offered_where(call, tx, o);
  out.id = o.id;
  out.domain_id = where.domain_ids;
  out.domain = where.domains;
  out.zone_id = where.zone_ids;
  out.zone = where.zones;
  out.name = o.name;
  out.state = name_of(o.state);
  out.display_text = o.display_text;
  out.disk_size = o.disk_bytes >> 30;
  out.created = o.created;
  out.is_customized = o.customized;
  out.is_customized_iops = o.customized_iops;
  out.miniops = o.iops_min;
  out.maxiops = o.iops_max;
  out.tags = unless_empty(joined(o.tags));
  out.storage_type = name_of(o.storage_type);
  out.provisioning_type = name_of(o.provisioning);
  add_limits(out, o.limits);
  out.cache_mode = name_of(o.cache_mode);
  out.display_offering = o.display;
  out.disk_size_strictness = o.size_strict;
  out.encrypt = o.encrypt;
  out.details = o.details;
  return out;
}
struct ListDiskOfferings : DomainListing {
  using Base = DomainListing;
  FIELDS(ListDiskOfferings,
    (std::optional<Using<model::DiskOffering>>, id, "Only this offering."),
    (std::optional<std::string>, name, "Only offerings with this name."),
    (std::optional<See<model::Zone>>, zone_id, "Only those this zone has."),
    (std::optional<model::StorageType>, storage_type, "shared or local."),
    (std::optional<model::OfferingState>, state, "Only those in this state.", .admin = true),
    (std::optional<bool>, encrypt, "Only those that encrypt, or only the others."),
    (std::optional<std::string>, account, "Only those this account may choose; needs domainid."),
    (std::optional<access::SeeProjects>, project_id, "Only those this project may choose."),
    (std::optional<See<model::StoragePool>>, storage_id, "Only those whose volumes may lie on this pool.", .admin = true),
    (std::optional<See<model::Volume>>, volume_id, "Only others that the volume could have: in its zone, with the same kind of storage."),
    (std::optional<See<model::Instance>>, virtual_machine_id, "Only those in the instance's zone."))
};
/// Offerings whose tags the pool carries all.
void fit_for(Where& where, sql::Transaction& tx, const model::StoragePool& pool) {
  std::vector<Id<model::DiskOffering>> fit;
  for (const auto& o : sql::all<model::DiskOffering>(tx, "where removed is null"))
    if (std::ranges::all_of(o.tags,
                            [&](const auto& tag) { return std::ranges::find(pool.tags, tag) != pool.tags.end(); }))
      fit.push_back(o.id);
  if (fit.empty()) where.nothing();
  where.any_of("id", fit).equal("storage_type", pool.host_id ? model::StorageType::local : model::StorageType::shared);
}
void fit_for(Where& where, sql::Transaction& tx, const model::Volume& volume) {
  offered_in(where, volume.zone_id);
  if (const auto present = sql::get<model::DiskOffering>(tx, volume.disk_offering_id))
    where.that("id <> $", present->id).equal("storage_type", present->storage_type);
}
Page<DiskOfferingAnswer> list(Call& call, sql::Transaction& tx, const ListDiskOfferings& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("storage_type", r.storage_type)
      .equal("encrypt", r.encrypt)
      .equal("state", r.state ? *r.state : model::OfferingState::active);
  where.keyword({"name", "display_text"}, r.keyword).that("removed is null and compute_only = 0");
  offered_here(where, call, tx, r.zone_id, r, r.account);
  offered_to(where, tx, r.project_id);
  if (r.storage_id) fit_for(where, tx, **r.storage_id);
  if (r.volume_id) fit_for(where, tx, **r.volume_id);
  if (r.virtual_machine_id) offered_in(where, (*r.virtual_machine_id)->zone_id);
  if (!call.caller.is_root()) where.that("display = 1");
  return answers_of<model::DiskOffering>(tx, where, r, "sort_key, created, id",
                                         [&](const auto& o) { return answer(call, tx, o); });
}
struct CreateDiskOffering {
  FIELDS(CreateDiskOffering,
    (std::string, name, "As tenants choose it."),
    (std::optional<std::string>, display_text, "What it is; the name when absent."),
    (std::optional<std::int64_t>, disk_size, "GB."),
    (bool, customized, "The tenant chooses the size."),
    (std::optional<std::string>, tags, "Pools must carry them."),
    (std::vector<See<model::Domain>>, domain_id, "Only for these domains."),
    (std::vector<See<model::Zone>>, zone_id, "Only in these zones."),
    (std::optional<std::string>, storage_type, "shared or local."),
    (std::optional<std::string>, provisioning_type, "thin, sparse or fat."),
    (bool, customized_iops, "The tenant chooses the operations."),
    (std::optional<std::int64_t>, miniops, "Promised operations a second."),
    (std::optional<std::int64_t>, maxiops, "Allowed operations a second."),
    (std::optional<std::int64_t>, bytes_read_rate, "Limit."),
    (std::optional<std::int64_t>, bytes_write_rate, "Limit."),
    (std::optional<std::int64_t>, iops_read_rate, "Limit."),
    (std::optional<std::int64_t>, iops_write_rate, "Limit."),
    (std::optional<std::string>, cache_mode, "How volumes are cached."),
    (std::optional<bool>, display_offering, "Tenants see it."),
    (bool, disk_size_strictness, "The size cannot be changed afterwards."),
    (bool, encrypt, "Encryption: not supported yet."),
    (TextMap, details, "Its details."))
};
DiskOfferingAnswer create(Call& call, sql::Transaction& tx, const CreateDiskOffering& r) {
  if (r.encrypt)
    throw Error(Fault::unsupported, "Encrypted volumes are not supported yet; leave encrypt out.", "encrypt");
  if (r.customized == r.disk_size.has_value())
    throw Error(Fault::invalid, "Give disksize, or customized=true, and not both.", "disksize");
  if (r.disk_size && (*r.disk_size < 1 || *r.disk_size > 65536))
    throw Error(Fault::invalid, fmt::format("A disk cannot have {} GB; 1 to 65536 are possible.", *r.disk_size),
                "disksize");
  check_between(r.miniops, 1, std::int64_t(1) << 50, "miniops");
  check_between(r.maxiops, 1, std::int64_t(1) << 50, "maxiops");
  if (r.miniops && r.maxiops && *r.miniops > *r.maxiops)
    throw Error(Fault::invalid, "miniops is larger than maxiops.", "miniops");
  model::DiskOffering o;
  o.id = call.cloud.new_id<model::DiskOffering>();
  o.name = r.name;
  o.display_text = r.display_text.value_or(r.name);
  o.customized = r.customized;
  o.disk_bytes = r.disk_size.value_or(0) << 30;
  o.size_strict = r.disk_size_strictness;
  o.display = r.display_offering.value_or(true);
  o.tags = words(r.tags.value_or(""));
  o.storage_type = choice(r.storage_type, model::StorageType::shared, "storagetype");
  o.provisioning = choice(r.provisioning_type, model::Provisioning::thin, "provisioningtype");
  o.cache_mode = choice(r.cache_mode, model::CacheMode::none, "cachemode");
  o.customized_iops = r.customized_iops;
  o.iops_min = r.miniops;
  o.iops_max = r.maxiops;
  o.limits.bytes_read = r.bytes_read_rate.value_or(0);
  o.limits.bytes_write = r.bytes_write_rate.value_or(0);
  o.limits.iops_read = r.iops_read_rate.value_or(0);
  o.limits.iops_write = r.iops_write_rate.value_or(0);
  check_limits(o.limits);
  o.domain_ids = offered_domains(call, r.domain_id);
  for (const auto& zone : r.zone_id) o.zone_ids.push_back(zone.id());
  o.details = r.details;
  o.created = call.cloud.now();
  sql::insert(tx, o);
  call.event_note = o.name;
  return answer(call, tx, o);
}
struct UpdateDiskOffering {
  FIELDS(UpdateDiskOffering,
    (Operate<model::DiskOffering>, id, "The offering."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::string>, display_text, "What it is."),
    (std::optional<int>, sort_key, "Place in lists."),
    (std::optional<bool>, display_offering, "Tenants see it."),
    (std::optional<std::string>, state, "Active or Inactive."),
    (std::optional<std::vector<std::string>>, tags, "Pools must carry them.", .type = "string"),
    (std::optional<std::int64_t>, bytes_read_rate, "Limit of volumes made from now on."),
    (std::optional<std::int64_t>, bytes_write_rate, "Limit of volumes made from now on."),
    (std::optional<std::int64_t>, iops_read_rate, "Limit of volumes made from now on."),
    (std::optional<std::int64_t>, iops_write_rate, "Limit of volumes made from now on."),
    (std::optional<std::string>, cache_mode, "How volumes made from now on are cached."),
    (std::optional<std::string>, domain_id, "Domains it is kept to from now on, between commas; public for everyone.", .length = 4096),
    (std::optional<std::string>, zone_id, "Zones that have it from now on, between commas; all for all.", .length = 4096))
};
DiskOfferingAnswer update(Call& call, sql::Transaction& tx, const UpdateDiskOffering& r) {
  auto o = *r.id;
  set(o.name, r.name);
  set(o.display_text, r.display_text);
  set(o.sort_key, r.sort_key);
  set(o.display, r.display_offering);
  set(o.tags, r.tags);
  o.state = choice(r.state, o.state, "state");
  o.cache_mode = choice(r.cache_mode, o.cache_mode, "cachemode");
  set(o.limits.bytes_read, r.bytes_read_rate);
  set(o.limits.bytes_write, r.bytes_write_rate);
  set(o.limits.iops_read, r.iops_read_rate);
  set(o.limits.iops_write, r.iops_write_rate);
  check_limits(o.limits);
  move_offer(call, tx, o, r);
  sql::update(tx, o);
  call.event_note = o.name;
  return answer(call, tx, o);
}
struct DeleteDiskOffering {
  FIELDS(DeleteDiskOffering, (Operate<model::DiskOffering>, id, "The offering; volumes that have it keep it."))
};
Success remove(Call& call, sql::Transaction& tx, const DeleteDiskOffering& r) {
  auto o = *r.id;
  o.state = model::OfferingState::inactive;
  model::forget_marks(tx, o.id);
  o.removed = call.cloud.now();
  sql::update(tx, o);
  call.event_note = o.name;
  return {true, {}};
}
}  // namespace

std::vector<Command> disk_offering_commands() {
  return {
      reading<list>({"listDiskOfferings", "diskoffering", "Lists disk offerings.", Audience::everyone}),
      writing<create>(
          {"createDiskOffering", "diskoffering", "Creates a disk offering.", Audience::root, "DISK.OFFERING.CREATE"}),
      writing<update>(
          {"updateDiskOffering", "diskoffering", "Changes a disk offering.", Audience::root, "DISK.OFFERING.EDIT"}),
      writing<remove>({"deleteDiskOffering", "", "Withdraws a disk offering.", Audience::root, "DISK.OFFERING.DELETE"}),
  };
}

}  // namespace welkin::commands
