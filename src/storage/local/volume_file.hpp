// A volume's file as it lies on a pool: read from its own header, never from a guess at its format.
#pragma once

#include <optional>
#include <string>

#include "storage/pool.hpp"

namespace welkin::storage {

struct VolumeFile {
  std::string path;
  std::string backing_file;  ///< empty for a volume that stands alone
  std::int64_t bytes = 0;
  std::int64_t physical_bytes = 0;

  VolumePlace place() const {
    return {.path = path, .format = "qcow2", .bytes = bytes, .physical_bytes = physical_bytes};
  }
};

/// Nothing when there is no such file. Throws `conflict` when it is no qcow2.
std::optional<VolumeFile> find_volume_file(const std::string& path);

/// The first file in `folder` that lies on `backing_file`, or nothing. A file that cannot be read throws:
/// then nobody can say.
std::optional<std::string> volume_lying_on(const std::string& folder, const std::string& backing_file);

}  // namespace welkin::storage
