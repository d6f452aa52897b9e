// Pools that are directories of this host: volumes are qcow2 overlays on templates that nobody writes to.
#pragma once

#include <map>
#include <mutex>
#include <shared_mutex>

#include "storage/local/kept_template.hpp"
#include "storage/local/shared_work.hpp"
#include "storage/pool.hpp"

namespace welkin::storage {

/// Kind `Filesystem`. May be called from many threads. Growing or shrinking is for volumes that no guest has
/// open: QEMU's own lock makes the others `in_use`, and their hypervisor resizes them.
class LocalPools final : public Pools {
 public:
  explicit LocalPools(ImageSource& source) : source_(source) {}

  PoolFacts open(const PoolSpec&) override;
  /// The size is rounded up to 512 bytes. `invalid` below the template's size and above 64 TiB; `missing`
  /// without the template; `conflict` when the volume exists with another size or template.
  VolumePlace create(const VolumeSpec&) override;
  Nothing remove(const VolumeName&) override;
  VolumePlace resize(const ResizeVolume&) override;
  VolumePlace measure(const VolumeName&) override;
  VolumePlace bring_template(const TemplateSpec&) override;
  Nothing remove_template(const TemplateName&) override;

 private:
  /// Held shared while a volume comes to lie on a template, and alone while a template goes.
  std::shared_mutex& templates_lock(const PoolFolders& folders);

  ImageSource& source_;
  SharedWork<VolumePlace> bringing_;
  std::mutex locks_mutex_;
  std::map<std::string, std::shared_mutex> locks_;
};

}  // namespace welkin::storage
