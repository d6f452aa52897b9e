// What a storage pool can do on one host. Every verb is idempotent. Every failure is an Error.
#pragma once

#include <functional>

#include "base/described.hpp"

namespace welkin::storage {

struct PoolSpec {
  FIELDS(PoolSpec,
    (Uuid, id, "The pool."),
    (std::string, kind, "Filesystem for a host's own directory; others as they come."),
    (std::string, path, "Directory on the host, absolute."))
};

struct PoolFacts {
  FIELDS(PoolFacts,
    (std::int64_t, capacity_bytes, "Size of what lies beneath."),
    (std::int64_t, used_bytes, "Used of it, by anybody."))
};

struct VolumeSpec {
  FIELDS(VolumeSpec,
    (PoolSpec, pool, "Where."),
    (Uuid, id, "The volume."),
    (std::int64_t, bytes, "Size the guest sees."),
    (Uuid, template_id, "Image it is an overlay of; nil for an empty disk. The template must be on the pool."))
};

struct VolumeName {
  FIELDS(VolumeName, (PoolSpec, pool, "Where."), (Uuid, id, "The volume."))
};

struct VolumePlace {
  FIELDS(VolumePlace,
    (std::string, path, "File on the host."),
    (std::string, format, "qcow2 or raw."),
    (std::int64_t, bytes, "Size the guest sees."),
    (std::int64_t, physical_bytes, "What it takes of the pool."))
};

struct ResizeVolume {
  FIELDS(ResizeVolume,
    (PoolSpec, pool, "Where."), (Uuid, id, "The volume."),
    (std::int64_t, bytes, "New size."),
    (bool, shrink, "A smaller size is meant; else it is refused."))
};

/// Brings a template to the pool, once, read-only.
struct TemplateSpec {
  FIELDS(TemplateSpec,
    (PoolSpec, pool, "Where to."),
    (Uuid, id, "The template."),
    (std::string, image, "What the server's data stream calls it."),
    (std::string, format, "qcow2 or raw."),
    (std::int64_t, bytes, "Length of the file."),
    (std::string, sha256, "Of the file, in hex; checked after the copy."))
};

struct TemplateName {
  FIELDS(TemplateName, (PoolSpec, pool, "Where."), (Uuid, id, "The template."))
};

/// The pools of one host. Calls block.
struct Pools {
  virtual ~Pools() = default;
  /// Makes the pool's directory when missing, and measures it.
  virtual PoolFacts open(const PoolSpec&) = 0;
  virtual VolumePlace create(const VolumeSpec&) = 0;
  /// An absent volume counts as removed.
  virtual Nothing remove(const VolumeName&) = 0;
  virtual VolumePlace resize(const ResizeVolume&) = 0;
  virtual VolumePlace measure(const VolumeName&) = 0;
  virtual VolumePlace bring_template(const TemplateSpec&) = 0;
  /// Refused with `in_use` while a volume lies on it.
  virtual Nothing remove_template(const TemplateName&) = 0;
};

/// Bytes of an image, from the server's image store to a host: beside the control stream, not in it.
struct ImageSource {
  virtual ~ImageSource() = default;
  /// Calls `chunk` with each piece in order until the end. Throws `missing` or `unreachable`.
  virtual void fetch(const std::string& image, const std::function<void(std::string_view)>& chunk) = 0;
};

}  // namespace welkin::storage
