// Pools without disks: volumes and templates are entries of a map, their sizes are kept and counted.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include "storage/pool.hpp"

namespace welkin::storage::simulator {

/// Called before each verb with its name; what it throws, the verb throws, and nothing has happened.
using Before = std::function<void(std::string_view verb)>;

struct Volume {
  FIELDS(Volume,
    (Uuid, id, "The volume."),
    (Uuid, template_id, "What it lies on; nil for nothing."),
    (std::int64_t, bytes, "Size the guest sees."))
};
struct Template {
  FIELDS(Template,
    (Uuid, id, "The template."),
    (std::string, format, "qcow2 or raw."),
    (std::string, sha256, "Of the file."),
    (std::int64_t, bytes, "Length of the file, and the size a guest sees."))
};
struct Pool {
  FIELDS(Pool,
    (PoolSpec, spec, "As opened first."),
    (std::vector<Volume>, volumes, "By id."),
    (std::vector<Template>, templates, "By id."))
};
/// Everything there is, for comparing one world with another.
struct World {
  FIELDS(World, (std::vector<Pool>, pools, "By id."))
};

/// Follows the rules of a host's own directories: sizes in whole sectors, overlays thin, templates whole.
/// Every pool has the same capacity. Takes no time; safe to use from many threads.
class Pools final : public storage::Pools {
 public:
  explicit Pools(std::int64_t capacity_bytes, Before before = {});

  PoolFacts open(const PoolSpec&) override;
  VolumePlace create(const VolumeSpec&) override;
  Nothing remove(const VolumeName&) override;
  VolumePlace resize(const ResizeVolume&) override;
  VolumePlace measure(const VolumeName&) override;
  /// The bytes themselves are not fetched.
  VolumePlace bring_template(const TemplateSpec&) override;
  Nothing remove_template(const TemplateName&) override;

  /// A hypervisor has made a volume larger while it was in use.
  void grown(const Uuid& volume, std::int64_t bytes);

  World snapshot() const;
  /// How often each verb changed something; a repeated call that found its work done does not count.
  std::map<std::string, int> effects() const;

 private:
  struct Shelf {
    PoolSpec spec;
    std::map<Uuid, Volume> volumes;
    std::map<Uuid, Template> templates;
    std::int64_t used_bytes() const;
  };
  std::unique_lock<std::mutex> begin(std::string_view verb) const;
  Shelf& shelf(const PoolSpec& pool);
  Volume& volume(Shelf& shelf, const Uuid& id);
  void must_have_room(const Shelf& shelf, std::int64_t bytes) const;

  const std::int64_t capacity_bytes_;
  const Before before_;
  mutable std::mutex mutex_;
  std::map<Uuid, Shelf> shelves_;
  std::map<std::string, int> effects_;
};

}  // namespace welkin::storage::simulator
