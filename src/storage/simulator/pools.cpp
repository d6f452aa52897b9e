// The simulated pools' rules.
#include "storage/simulator/pools.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace welkin::storage::simulator {
namespace {

/// What an empty qcow2 file takes; a guest's writes are not simulated.
constexpr std::int64_t fresh_volume_bytes = 196616;
constexpr std::int64_t volume_bytes_max = std::int64_t{64} << 40;

std::int64_t whole_sectors(std::int64_t bytes) {
  if (bytes <= 0 || bytes > volume_bytes_max)
    throw Error(Fault::invalid,
                fmt::format("A volume cannot have {} bytes; choose between 1 byte and 64 TiB.", bytes),
                "bytes");
  return (bytes + 511) / 512 * 512;
}

void must_be_named(const Uuid& id, std::string_view noun) {
  if (!id) throw Error(Fault::invalid, fmt::format("The {}'s id is missing.", noun), "id");
}

VolumePlace place_of(const PoolSpec& pool, const Volume& volume) {
  return {fmt::format("{}/volumes/{}.qcow2", pool.path, volume.id.text()), "qcow2", volume.bytes,
          fresh_volume_bytes};
}

VolumePlace place_of(const PoolSpec& pool, const Template& kept) {
  return {fmt::format("{}/templates/{}.{}", pool.path, kept.id.text(), kept.format), kept.format, kept.bytes,
          kept.bytes};
}

void must_cover(std::int64_t bytes, const std::map<Uuid, Template>& templates, const Uuid& id) {
  if (!id) return;
  const auto found = templates.find(id);
  if (found == templates.end())
    throw Error(Fault::missing, "The template is not on this pool; bring it first.", id.text());
  if (bytes < found->second.bytes)
    throw Error(Fault::invalid,
                fmt::format("A volume of {} bytes is smaller than its template, which has {}; choose at "
                            "least that.",
                            bytes, found->second.bytes),
                "bytes");
}

}  // namespace

Pools::Pools(std::int64_t capacity_bytes, Before before)
    : capacity_bytes_(capacity_bytes), before_(std::move(before)) {}

std::int64_t Pools::Shelf::used_bytes() const {
  std::int64_t used = std::int64_t(volumes.size()) * fresh_volume_bytes;
  for (const auto& [id, kept] : templates) used += kept.bytes;
  return used;
}

std::unique_lock<std::mutex> Pools::begin(std::string_view verb) const {
  if (before_) before_(verb);
  return std::unique_lock(mutex_);
}

Pools::Shelf& Pools::shelf(const PoolSpec& pool) {
  if (const auto found = shelves_.find(pool.id); found != shelves_.end()) return found->second;
  throw Error(Fault::missing, "The pool is not on this host; open it first.", pool.id.text());
}

Volume& Pools::volume(Shelf& shelf, const Uuid& id) {
  must_be_named(id, "volume");
  if (const auto found = shelf.volumes.find(id); found != shelf.volumes.end()) return found->second;
  throw Error(Fault::missing, "The volume is not on this pool.", id.text());
}

void Pools::must_have_room(const Shelf& shelf, std::int64_t bytes) const {
  if (bytes > capacity_bytes_ - shelf.used_bytes())
    throw Error(Fault::exhausted, "The pool has no room left; free some or add more.", shelf.spec.id.text());
}

PoolFacts Pools::open(const PoolSpec& pool) {
  const auto turn = begin("open");
  must_be_named(pool.id, "pool");
  if (pool.kind != "Filesystem")
    throw Error(Fault::unsupported,
                fmt::format("A pool of kind '{}' cannot be simulated; use Filesystem.", pool.kind), "kind");
  if (!pool.path.starts_with('/')) throw Error(Fault::invalid, "A pool needs an absolute path.", "path");
  const auto [entry, made] = shelves_.try_emplace(pool.id, Shelf{pool, {}, {}});
  if (made) ++effects_["open"];
  return {capacity_bytes_, entry->second.used_bytes()};
}

VolumePlace Pools::create(const VolumeSpec& spec) {
  const auto turn = begin("create");
  auto& where = shelf(spec.pool);
  must_be_named(spec.id, "volume");
  const auto bytes = whole_sectors(spec.bytes);
  must_cover(bytes, where.templates, spec.template_id);
  if (const auto known = where.volumes.find(spec.id); known != where.volumes.end()) {
    if (known->second.template_id != spec.template_id)
      throw Error(Fault::conflict, "The volume exists already on another template.", spec.id.text());
    if (known->second.bytes != bytes)
      throw Error(Fault::conflict,
                  fmt::format("The volume exists already with {} bytes; {} were asked for.",
                              known->second.bytes, bytes),
                  spec.id.text());
    return place_of(where.spec, known->second);
  }
  must_have_room(where, fresh_volume_bytes);
  ++effects_["create"];
  return place_of(where.spec, where.volumes[spec.id] = Volume{spec.id, spec.template_id, bytes});
}

Nothing Pools::remove(const VolumeName& name) {
  const auto turn = begin("remove");
  must_be_named(name.id, "volume");
  if (shelf(name.pool).volumes.erase(name.id) > 0) ++effects_["remove"];
  return {};
}

VolumePlace Pools::resize(const ResizeVolume& order) {
  const auto turn = begin("resize");
  auto& where = shelf(order.pool);
  const auto bytes = whole_sectors(order.bytes);
  auto& resized = volume(where, order.id);
  if (bytes < resized.bytes && !order.shrink)
    throw Error(Fault::invalid,
                fmt::format("The volume has {} bytes; making it smaller loses data and must be asked "
                            "for.",
                            resized.bytes),
                "bytes");
  must_cover(bytes, where.templates, resized.template_id);
  if (bytes != resized.bytes) ++effects_["resize"];
  resized.bytes = bytes;
  return place_of(where.spec, resized);
}

VolumePlace Pools::measure(const VolumeName& name) {
  const auto turn = begin("measure");
  auto& where = shelf(name.pool);
  return place_of(where.spec, volume(where, name.id));
}

VolumePlace Pools::bring_template(const TemplateSpec& spec) {
  const auto turn = begin("bring_template");
  auto& where = shelf(spec.pool);
  must_be_named(spec.id, "template");
  if (spec.format != "qcow2" && spec.format != "raw")
    throw Error(Fault::invalid,
                fmt::format("'{}' is no format of a template; qcow2 and raw are.", spec.format), "format");
  if (spec.bytes <= 0)
    throw Error(Fault::invalid, "A template is brought with its length in bytes.", "bytes");
  if (const auto known = where.templates.find(spec.id); known != where.templates.end()) {
    if (known->second.sha256 == spec.sha256 && known->second.format == spec.format)
      return place_of(where.spec, known->second);
    throw Error(Fault::conflict, "The pool has another image under this template's id; remove that first.",
                spec.id.text());
  }
  must_have_room(where, spec.bytes);
  ++effects_["bring_template"];
  return place_of(where.spec,
                  where.templates[spec.id] = Template{spec.id, spec.format, spec.sha256, spec.bytes});
}

Nothing Pools::remove_template(const TemplateName& name) {
  const auto turn = begin("remove_template");
  auto& where = shelf(name.pool);
  for (const auto& [id, lying] : where.volumes)
    if (name.id && lying.template_id == name.id)
      throw Error(Fault::in_use, "A volume still lies on the template; remove the volume first.",
                  name.id.text());
  if (where.templates.erase(name.id) > 0) ++effects_["remove_template"];
  return {};
}

void Pools::grown(const Uuid& volume, std::int64_t bytes) {
  const std::lock_guard lock(mutex_);
  for (auto& [id, shelf] : shelves_)
    if (const auto at = shelf.volumes.find(volume); at != shelf.volumes.end())
      at->second.bytes = std::max(at->second.bytes, bytes);
}

World Pools::snapshot() const {
  const std::lock_guard lock(mutex_);
  World world;
  for (const auto& [id, shelf] : shelves_) {
    auto& pool = world.pools.emplace_back();
    pool.spec = shelf.spec;
    for (const auto& [volume_id, volume] : shelf.volumes) pool.volumes.push_back(volume);
    for (const auto& [template_id, kept] : shelf.templates) pool.templates.push_back(kept);
  }
  return world;
}

std::map<std::string, int> Pools::effects() const {
  const std::lock_guard lock(mutex_);
  return effects_;
}

}  // namespace welkin::storage::simulator
