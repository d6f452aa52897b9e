// Commands of storage pools and image stores.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "flows/hosts.hpp"
#include "model/marks.hpp"
#include "model/overcommit.hpp"
#include "model/pod.hpp"
#include "model/zone.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct PoolAnswer : UnderWay {
  using Base = UnderWay;
  FIELDS(PoolAnswer,
    (Id<model::StoragePool>, id, "The pool."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::string, zone_name, "The zone's name."),
    (Id<model::Pod>, pod_id, "Its pod."),
    (std::optional<std::string>, pod_name, "The pod's name."),
    (std::string, name, "Its name."),
    (std::string, ip_address, "Where it is served from."),
    (std::string, path, "Directory or name there."),
    (Time, created, "When it was added."),
    (std::string, type, "What it is made of."),
    (Id<model::Cluster>, cluster_id, "Its cluster."),
    (std::optional<std::string>, cluster_name, "The cluster's name."),
    (std::int64_t, capacity_bytes, "Bytes."),
    (std::int64_t, disk_size_total, "Bytes."),
    (std::int64_t, disk_size_allocated, "Promised bytes."),
    (std::int64_t, disk_size_used, "Used bytes, as last measured."),
    (std::optional<std::int64_t>, capacity_iops, "Operations a second."),
    (std::optional<std::string>, tags, "Its tags."),
    (bool, is_tag_a_rule, "Its tags are a rule: never."),
    (std::string, state, "Up, Maintenance …"),
    (std::string, scope, "Who reaches it."),
    (std::string, overprovision_factor, "Promised bytes per real one."),
    (std::optional<std::string>, hypervisor, "Whose disks it may hold."),
    (std::string, provider, "Who serves it."),
    (TextMap, storage_capabilities, "What it can do itself."),
    (bool, managed, "Each volume is a thing of its own."),
    (TextMap, details, "Its details.", .keep_empty = true),
    (bool, has_annotations, "Whether somebody has written a note."))
};

PoolAnswer answer_pool(Call& call, sql::Transaction& tx, const model::StoragePool& pool) {
  PoolAnswer out;
  out.id = pool.id;
  out.zone_id = pool.zone_id;
  if (const auto* zone = call.look(tx, pool.zone_id)) out.zone_name = zone->name;
  out.pod_id = pool.pod_id;
  if (const auto* pod = call.look(tx, pool.pod_id)) out.pod_name = pod->name;
  out.name = pool.name;
  out.ip_address = pool.address;
  out.path = pool.path;
  out.created = pool.created;
  out.type = name_of(pool.kind);
  out.cluster_id = pool.cluster_id;
  if (const auto* cluster = call.look(tx, pool.cluster_id)) out.cluster_name = cluster->name;
  out.capacity_bytes = out.disk_size_total = pool.capacity_bytes;
  out.disk_size_allocated = pool.reserved_bytes;
  out.disk_size_used = pool.used_bytes;
  if (pool.capacity_iops) out.capacity_iops = pool.capacity_iops;
  out.tags = unless_empty(joined(pool.tags));
  out.state = name_of(pool.state);
  out.scope = name_of(pool.scope);
  out.overprovision_factor =
      fmt::format("{:.1f}", pool.capacity_bytes ? double(pool.allocatable_bytes) / double(pool.capacity_bytes) : 1.0);
  if (pool.hypervisor != model::HypervisorType::any) out.hypervisor = std::string(name_of(pool.hypervisor));
  out.provider = pool.provider;
  out.storage_capabilities = {{"VOLUME_SNAPSHOT_QUIESCEVM", "false"}};
  out.managed = pool.managed;
  out.details = pool.details;
  return out;
}

struct ListStoragePools : Listing {
  using Base = Listing;
  FIELDS(ListStoragePools,
    (std::optional<See<model::Cluster>>, cluster_id, "Only pools of this cluster."),
    (std::optional<std::string>, ip_address, "Only pools served from there."),
    (std::optional<std::string>, name, "Only pools with this name."),
    (std::optional<std::string>, path, "Only pools at this path."),
    (std::optional<See<model::Pod>>, pod_id, "Only pools of this pod."),
    (std::optional<See<model::Zone>>, zone_id, "Only pools of this zone."),
    (std::optional<See<model::StoragePool>>, id, "Only this pool."),
    (std::optional<model::PoolScope>, scope, "Only pools of this scope."),
    (std::optional<model::PoolState>, status, "Only pools in this state."),
    (std::optional<See<model::Host>>, host_id, "Only pools of this host."))
};

Page<PoolAnswer> list_pools(Call& call, sql::Transaction& tx, const ListStoragePools& r) {
  Where where;
  where.equal("cluster_id", r.cluster_id)
      .equal("address", r.ip_address)
      .equal("name", r.name)
      .equal("path", r.path)
      .equal("pod_id", r.pod_id);
  where.equal("zone_id", r.zone_id)
      .equal("id", r.id)
      .equal("scope", r.scope)
      .equal("state", r.status)
      .equal("host_id", r.host_id);
  where.keyword({"name"}, r.keyword).that("removed is null");
  return with_jobs(call, tx,
                   answers_of<model::StoragePool>(tx, where, r, "created, id", [&](const model::StoragePool& pool) {
                     return answer_pool(call, tx, pool);
                   }));
}

struct CreateStoragePool {
  FIELDS(CreateStoragePool,
    (std::string, name, "As operators call it."), (Operate<model::Zone>, zone_id, "Its zone."), (std::optional<Operate<model::Cluster>>, cluster_id, "Its cluster."),
    (std::optional<Operate<model::Pod>>, pod_id, "Its pod."),
    (std::string, url, "file://HOST/DIRECTORY: a directory on one host, named by the host's name or id.", .length = 2048),
    (std::optional<std::string>, scope, "host; others come with shared storage."), (std::optional<std::string>, provider, "DefaultPrimary."),
    (std::optional<std::string>, tags, "Its tags, between commas."), (std::optional<std::int64_t>, capacity_iops, "Operations a second it can serve."),
    (std::optional<std::int64_t>, capacity_bytes, "What may be used of it; all when absent."), (TextMap, details, "Its details."),
    (std::optional<std::string>, hypervisor, "Any, or what its host runs."))
};

Begun create_pool(Call& call, sql::Transaction& tx, const CreateStoragePool& r) {
  constexpr std::string_view scheme = "file://";
  if (!r.url.starts_with(scheme))
    throw Error(Fault::unsupported,
                fmt::format("The pool {} cannot be used: only file://HOST/DIRECTORY is supported yet.", r.url), "url");
  const auto rest = r.url.substr(scheme.size());
  const auto slash = rest.find('/');
  const auto host_name = rest.substr(0, slash);
  const auto path = slash == std::string::npos ? std::string() : rest.substr(slash);
  if (path.size() < 2 || path.contains("/../") || path.ends_with("/.."))
    throw Error(Fault::invalid, fmt::format("{} does not name a directory: write file://HOST/DIRECTORY.", r.url),
                "url");
  const auto host =
      sql::first<model::Host>(tx, "where (name = $1 or id = $1 or address = $1) and zone_id = $2 and removed is null",
                              host_name, r.zone_id.id());
  if (!host) throw Error(Fault::invalid, fmt::format("There is no host {} in the zone.", host_name), "url");
  const auto hypervisor = choice(r.hypervisor, model::HypervisorType::any, "hypervisor");
  if (hypervisor != model::HypervisorType::any && hypervisor != host->hypervisor)
    throw Error(Fault::invalid,
                fmt::format("The host {} runs {}, not {}.", host->name, name_of(host->hypervisor), *r.hypervisor),
                "hypervisor");
  if (sql::first<model::StoragePool>(tx, "where host_id = $1 and path = $2 and removed is null", host->id, path))
    throw Error(Fault::invalid, fmt::format("The directory {} of host {} is a pool already.", path, host->name), "url");
  model::StoragePool pool;
  pool.id = call.cloud.new_id<model::StoragePool>();
  pool.name = r.name;
  pool.zone_id = host->zone_id;
  pool.pod_id = host->pod_id;
  pool.cluster_id = host->cluster_id;
  pool.host_id = host->id;
  pool.state = model::PoolState::initial;
  pool.scope = model::PoolScope::host;
  pool.kind = model::PoolKind::filesystem;
  pool.hypervisor = host->hypervisor;
  pool.address = host->address;
  pool.path = path;
  pool.provider = r.provider.value_or("DefaultPrimary");
  pool.tags = words(r.tags.value_or(""));
  pool.capacity_iops = r.capacity_iops.value_or(0);
  pool.capacity_bytes = r.capacity_bytes.value_or(0);
  pool.details = r.details;
  pool.created = call.cloud.now();
  sql::insert(tx, pool);
  return begin(call, tx, "add pool", flows::PoolOrder{pool.id, host->id}, "StoragePool", pool.id);
}

PoolAnswer one_pool(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return answer_pool(call, tx, sql::need<model::StoragePool>(tx, Id<model::StoragePool>(job.instance_id)));
}

struct UpdateStoragePool {
  FIELDS(UpdateStoragePool,
    (Operate<model::StoragePool>, id, "The pool."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<std::vector<std::string>>, tags, "Its tags from now on."),
    (std::optional<std::int64_t>, capacity_iops, "Operations a second it can serve."),
    (std::optional<std::int64_t>, capacity_bytes, "What may be used of it."),
    (std::optional<bool>, enabled, "Whether it takes new volumes."),
    (TextMap, details, "Details to set."))
};

PoolAnswer update_pool(Call& call, sql::Transaction& tx, const UpdateStoragePool& r) {
  auto pool = *r.id;
  set(pool.name, r.name);
  set(pool.tags, r.tags);
  set(pool.capacity_iops, r.capacity_iops);
  if (r.capacity_bytes) {
    pool.capacity_bytes = *r.capacity_bytes;
    model::take_overcommit(tx, pool);
  }
  for (const auto& [key, value] : r.details) pool.details[key] = value;
  sql::update(tx, pool);
  const bool up = pool.state == model::PoolState::up;
  if (r.enabled && *r.enabled != up)
    model::move(tx, pool, *r.enabled ? model::PoolEvent::enable : model::PoolEvent::disable);
  return answer_pool(call, tx, pool);
}

struct DeleteStoragePool {
  FIELDS(DeleteStoragePool,
    (Operate<model::StoragePool>, id, "The pool; no volume may lie on it."),
    (bool, forced, "Even if it cannot be reached."))
};

Success delete_pool(Call& call, sql::Transaction& tx, const DeleteStoragePool& r) {
  auto pool = *r.id;
  check_none_left(tx, "storage pool", pool.name, "volumes", "pool_id = $1 and removed is null", pool.id);
  model::forget_marks(tx, pool.id);
  pool.removed = call.cloud.now();
  sql::update(tx, pool);
  return {true, {}};
}

struct StoreAnswer {
  FIELDS(StoreAnswer,
    (Id<model::ImageStore>, id, "The store."),
    (Id<model::Zone>, zone_id, "Its zone."),
    (std::optional<std::string>, zone_name, "The zone's name."),
    (std::string, name, "Its name."),
    (std::string, url, "As given."),
    (std::string, protocol, "How it is reached."),
    (std::string, provider_name, "Who serves it."),
    (std::string, scope, "How far it serves."),
    (bool, read_only, "It takes nothing new."),
    (std::int64_t, disk_size_total, "Bytes."),
    (std::int64_t, disk_size_used, "Used bytes."),
    (bool, has_annotations, "Whether somebody has written a note."))
};

StoreAnswer answer_store(Call& call, sql::Transaction& tx, const model::ImageStore& store) {
  const auto* zone = call.look(tx, store.zone_id);
  return {store.id,
          store.zone_id,
          zone ? std::optional(zone->name) : std::nullopt,
          store.name,
          store.url,
          store.protocol,
          store.provider,
          std::string(name_of(store.scope)),
          store.read_only,
          store.capacity_bytes,
          store.used_bytes,
          false};
}

struct ListImageStores : Listing {
  using Base = Listing;
  FIELDS(ListImageStores,
    (std::optional<std::string>, name, "Only stores with this name."),
    (std::optional<std::string>, protocol, "Only stores reached so."),
    (std::optional<std::string>, provider, "Only stores served so."),
    (std::optional<See<model::Zone>>, zone_id, "Only stores of this zone."),
    (std::optional<See<model::ImageStore>>, id, "Only this store."),
    (std::optional<bool>, read_only, "Only stores that take nothing new, or only the others."))
};

Page<StoreAnswer> list_stores(Call& call, sql::Transaction& tx, const ListImageStores& r) {
  Where where;
  where.equal("name", r.name)
      .equal("protocol", r.protocol)
      .equal("provider", r.provider)
      .equal("zone_id", r.zone_id)
      .equal("id", r.id)
      .equal("read_only", r.read_only);
  where.keyword({"name"}, r.keyword).that("removed is null");
  return answers_of<model::ImageStore>(tx, where, r, "created, id",
                                       [&](const model::ImageStore& store) { return answer_store(call, tx, store); });
}

struct AddImageStore {
  FIELDS(AddImageStore,
    (std::optional<std::string>, name, "As operators call it."), (std::optional<std::string>, url, "file:///DIRECTORY on the management server.", .length = 2048),
    (std::optional<Operate<model::Zone>>, zone_id, "The zone it serves; all when absent."), (std::string, provider, "File, or NFS for a directory that is mounted from one."),
    (TextMap, details, "Its details."))
};

StoreAnswer add_store(Call& call, const AddImageStore& r) {
  const auto url = r.url.value_or("");
  constexpr std::string_view scheme = "file://";
  if (!url.starts_with(scheme) || url.size() <= scheme.size() + 1 || url[scheme.size()] != '/')
    throw Error(
        Fault::unsupported,
        fmt::format(
            "The image store {} cannot be used: only file:///DIRECTORY on the management server is supported yet.",
            url),
        "url");
  model::ImageStore store;
  store.id = call.cloud.new_id<model::ImageStore>();
  store.path = url.substr(scheme.size());
  const auto facts = call.dry ? storage::StoreFacts{} : call.cloud.images.open_store(store.path);
  store.name = r.name.value_or(url);
  store.url = url;
  store.protocol = "file";
  store.provider = r.provider;
  store.scope = r.zone_id ? model::StoreScope::zone : model::StoreScope::region;
  if (r.zone_id) store.zone_id = r.zone_id->id();
  store.capacity_bytes = facts.capacity_bytes;
  store.used_bytes = facts.used_bytes;
  store.details = r.details;
  store.created = call.cloud.now();
  return call.write([&](sql::Transaction& tx) {
    check_free_name<model::ImageStore>(tx, "where name = $1 and removed is null", store.name, {});
    sql::insert(tx, store);
    return answer_store(call, tx, store);
  });
}

struct UpdateImageStore {
  FIELDS(UpdateImageStore,
    (Operate<model::ImageStore>, id, "The store."),
    (std::optional<std::string>, name, "Its new name."),
    (std::optional<bool>, read_only, "It takes nothing new."),
    (std::optional<std::int64_t>, capacity_bytes, "What may be used of it."))
};

StoreAnswer update_store(Call& call, sql::Transaction& tx, const UpdateImageStore& r) {
  auto store = *r.id;
  set(store.name, r.name);
  set(store.read_only, r.read_only);
  set(store.capacity_bytes, r.capacity_bytes);
  sql::update(tx, store);
  return answer_store(call, tx, store);
}

struct DeleteImageStore {
  FIELDS(DeleteImageStore, (Operate<model::ImageStore>, id, "The store; no template may be on it."))
};

Success delete_store(Call& call, sql::Transaction& tx, const DeleteImageStore& r) {
  auto store = *r.id;
  check_none_left(tx, "image store", store.name, "template_stores", "image_store_id = $1", store.id);
  model::forget_marks(tx, store.id);
  store.removed = call.cloud.now();
  sql::update(tx, store);
  return {true, {}};
}
}  // namespace

std::vector<Command> pool_commands() {
  return {
      reading<list_pools>({"listStoragePools", "storagepool", "Lists storage pools.", Audience::root}),
      awaited<create_pool, one_pool>(
          {"createStoragePool", "storagepool", "Adds a storage pool.", Audience::root, "", "StoragePool"}),
      writing<update_pool>({"updateStoragePool", "storagepool", "Changes a storage pool.", Audience::root, "UPDATE.PS"}),
      writing<delete_pool>({"deleteStoragePool", "", "Removes an empty storage pool.", Audience::root}),
      reading<list_stores>({"listImageStores", "imagestore", "Lists image stores.", Audience::root}),
      outside<add_store>({"addImageStore", "imagestore", "Adds an image store.", Audience::root}),
      writing<update_store>({"updateImageStore", "imagestore", "Changes an image store.", Audience::root,
                             "IMAGE.STORE.ACCESS.UPDATED", "", "", "updateImageStoreresponse"}),
      writing<delete_store>({"deleteImageStore", "", "Removes an empty image store.", Audience::root}),
  };
}

}  // namespace welkin::commands
