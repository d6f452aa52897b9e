// Pools that are directories of this host.
#include "storage/local/local_pools.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "base/program.hpp"
#include "storage/local/digest.hpp"
#include "storage/local/files.hpp"
#include "storage/local/volume_file.hpp"

namespace welkin::storage {
namespace {

// QEMU runs as another user: it must come through these folders by names it was told, and may not list them.
constexpr mode_t folder_mode = 0711;
constexpr std::chrono::seconds bring_patience{2 * 60 * 60};
constexpr std::chrono::minutes resize_patience{5};

/// The size in whole sectors.
std::int64_t checked_size(std::int64_t bytes) {
  if (bytes <= 0 || bytes > std::int64_t(fresh_qcow2_bytes_max))
    throw Error(Fault::invalid,
                fmt::format("A volume cannot have {} bytes; choose between 1 byte and 64 TiB.", bytes),
                "bytes");
  return (bytes + 511) / 512 * 512;
}

VolumeFile existing_volume(const PoolFolders& folders, const Uuid& id) {
  auto volume = find_volume_file(folders.volume(id));
  if (!volume) throw Error(Fault::missing, "The volume is not on this pool.", id.text());
  return std::move(*volume);
}

VolumePlace place_of(const KeptTemplate& kept) {
  return {.path = kept.path,
          .format = kept.record.format,
          .bytes = kept.record.virtual_bytes,
          .physical_bytes = kept.physical_bytes};
}

/// What the new volume is to be, with its template looked at.
FreshQcow2 wished_volume(const PoolFolders& folders, const VolumeSpec& spec) {
  FreshQcow2 wish{.virtual_bytes = std::uint64_t(checked_size(spec.bytes))};
  if (!spec.template_id) return wish;
  const auto kept = find_template(folders, spec.template_id);
  if (!kept)
    throw Error(Fault::missing, "The template is not on this pool; bring it first.", spec.template_id.text());
  if (std::int64_t(wish.virtual_bytes) < kept->record.virtual_bytes)
    throw Error(
        Fault::invalid,
        fmt::format("A volume of {} bytes is smaller than its template, which has {}; choose at least that.",
                    wish.virtual_bytes, kept->record.virtual_bytes),
        "bytes");
  wish.backing_file = kept->path;
  wish.backing_format = kept->record.format;
  return wish;
}

VolumePlace same_volume(const VolumeFile& volume, const FreshQcow2& wish, const Uuid& id) {
  if (volume.backing_file != wish.backing_file)
    throw Error(Fault::conflict, "The volume exists already on another template.", id.text(),
                volume.backing_file);
  if (volume.bytes != std::int64_t(wish.virtual_bytes))
    throw Error(Fault::conflict, fmt::format("The volume exists already with {} bytes; {} were asked for.",
                                             volume.bytes, wish.virtual_bytes),
                id.text());
  return volume.place();
}

/// The bytes at the volume's beginning that must stay because its template has them too.
std::int64_t smallest_size(const PoolFolders& folders, const VolumeFile& volume) {
  if (volume.backing_file.empty()) return 512;
  const std::string within = folders.templates() + "/";
  if (volume.backing_file.starts_with(within)) {
    const std::string_view name = std::string_view(volume.backing_file).substr(within.size());
    const auto id = Uuid::parse(name.substr(0, name.rfind('.')));
    const auto kept = id ? find_template(folders, *id) : std::nullopt;
    if (kept && kept->path == volume.backing_file) return kept->record.virtual_bytes;
  }
  throw Error(Fault::conflict,
              "The volume lies on a file that is no template of its pool, so that it cannot be "
              "resized here; merge its snapshots first.",
              {}, volume.backing_file);
}

void run_resize(const VolumeFile& volume, std::int64_t bytes) {
  std::vector<std::string> arguments = {"qemu-img", "resize", "-q", "-f", "qcow2"};
  if (bytes < volume.bytes) arguments.push_back("--shrink");
  arguments.insert(arguments.end(), {volume.path, std::to_string(bytes)});
  const ProgramEnd end = run_program(arguments, resize_patience);
  if (end.status == 0) return;
  if (end.output.find("lock") != std::string::npos)
    throw Error(Fault::in_use, "The volume is open in a running instance; resize it through the instance.",
                {}, end.output);
  if (end.output.find("No space left") != std::string::npos)
    throw Error(Fault::exhausted, "The pool has no room left to resize the volume; free some or add more.",
                {}, end.output);
  throw Error(Fault::internal, "The host could not resize the volume.", {}, end.output);
}

}  // namespace

std::shared_mutex& LocalPools::templates_lock(const PoolFolders& folders) {
  const std::lock_guard hold(locks_mutex_);
  return locks_[folders.top()];
}

PoolFacts LocalPools::open(const PoolSpec& pool) {
  const PoolFolders folders(pool);
  for (const auto& folder : {folders.top(), folders.volumes(), folders.templates()})
    make_folder(folder, folder_mode);
  sweep_unfinished(folders.volumes());
  sweep_unfinished(folders.templates());
  const Space space = space_of(folders.top());
  return {.capacity_bytes = space.capacity_bytes, .used_bytes = space.capacity_bytes - space.free_bytes};
}

VolumePlace LocalPools::create(const VolumeSpec& spec) {
  const PoolFolders folders(spec.pool);
  const std::string path = folders.volume(spec.id);
  const std::shared_lock hold(templates_lock(folders));
  const FreshQcow2 wish = wished_volume(folders, spec);
  if (const auto volume = find_volume_file(path)) return same_volume(*volume, wish, spec.id);
  UnfinishedFile file(folders.volumes());
  file.write(fresh_qcow2(wish));
  file.finish(0600);
  file.keep_new(path);  // when another call was first, its volume is compared like one that was there before
  return same_volume(existing_volume(folders, spec.id), wish, spec.id);
}

Nothing LocalPools::remove(const VolumeName& name) {
  const PoolFolders folders(name.pool);
  const std::string path = folders.volume(name.id);
  if (::unlink(path.c_str()) == 0)
    sync_folder(folders.volumes());
  else if (errno != ENOENT)
    throw_file_error("remove a volume", path);
  return {};
}

VolumePlace LocalPools::resize(const ResizeVolume& order) {
  const PoolFolders folders(order.pool);
  const std::int64_t bytes = checked_size(order.bytes);
  const VolumeFile volume = existing_volume(folders, order.id);
  if (bytes == volume.bytes) return volume.place();
  if (bytes < volume.bytes && !order.shrink)
    throw Error(Fault::invalid,
                fmt::format("The volume has {} bytes; making it smaller loses data and must be asked for.",
                            volume.bytes),
                "bytes");
  const std::int64_t smallest = smallest_size(folders, volume);
  if (bytes < smallest)
    throw Error(Fault::invalid,
                fmt::format("The volume cannot become smaller than its template's {} bytes.", smallest),
                "bytes");
  run_resize(volume, bytes);
  return existing_volume(folders, order.id).place();
}

VolumePlace LocalPools::measure(const VolumeName& name) {
  return existing_volume(PoolFolders(name.pool), name.id).place();
}

VolumePlace LocalPools::bring_template(const TemplateSpec& spec) {
  const PoolFolders folders(spec.pool);
  const Checksum sum = parse_checksum(spec.sha256);
  if (sum.algorithm != Algorithm::sha256)
    throw Error(Fault::invalid, "A template is brought with its SHA-256, 64 hex digits.", "sha256");
  if (spec.bytes <= 0)
    throw Error(Fault::invalid, "A template is brought with its length in bytes.", "bytes");
  const std::string path = folders.template_image(spec.id, image_format_named(spec.format));
  return bringing_.run(path + " " + sum.hex, bring_patience, [&] {
    if (const auto kept = find_template(folders, spec.id)) {
      if (kept->path == path && kept->record.sha256 == sum.hex) return place_of(*kept);
      throw Error(Fault::conflict, "The pool has another image under this template's id; remove that first.",
                  spec.id.text());
    }
    return place_of(fetch_template(folders, spec, source_, templates_lock(folders)));
  });
}

Nothing LocalPools::remove_template(const TemplateName& name) {
  const PoolFolders folders(name.pool);
  const std::unique_lock hold(templates_lock(folders));
  for (const auto format : {ImageFormat::qcow2, ImageFormat::raw})
    if (const auto path = volume_lying_on(folders.volumes(), folders.template_image(name.id, format)))
      throw Error(Fault::in_use, "A volume still lies on the template; remove the volume first.",
                  name.id.text(), *path);
  erase_template(folders, name.id);
  return {};
}

}  // namespace welkin::storage
