// Volumes' files, read from their headers.
#include "storage/local/volume_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "storage/local/files.hpp"
#include "storage/local/qcow2.hpp"

namespace welkin::storage {

namespace {

/// A guest's snapshots lie among the volumes under other names.
bool begins_as_qcow2(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  std::uint8_t mark[4] = {};
  return file && ImageBytes(file.number(), sizeof mark).read(0, mark) && big_endian_32(mark) == 0x514649fb;
}

}  // namespace

std::optional<VolumeFile> find_volume_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file && errno == ENOENT) return {};
  if (!file) throw_file_error("open a volume", path);
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) throw_file_error("look at a volume", path);
  const ImageBytes bytes(file.number(), std::uint64_t(status.st_size));
  const auto header = S_ISREG(status.st_mode) ? read_qcow2_header(bytes) : std::nullopt;
  const auto backing = header ? read_backing_name(bytes, *header) : std::nullopt;
  if (!backing)
    throw Error(Fault::conflict,
                "The volume's file is damaged: it is no qcow2; restore the volume from a backup.", {}, path);
  return VolumeFile{.path = path,
                    .backing_file = *backing,
                    .bytes = std::int64_t(header->virtual_bytes),
                    .physical_bytes = status.st_blocks * 512};
}

std::optional<std::string> volume_lying_on(const std::string& folder, const std::string& backing_file) {
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    const std::string& path = entry->path().native();
    if (!path.ends_with(".qcow2") && !begins_as_qcow2(path)) continue;
    const auto volume = find_volume_file(path);
    if (volume && volume->backing_file == backing_file) return path;
  }
  if (failure) throw_file_error("list the pool's volumes", folder, failure.value());
  return {};
}

}  // namespace welkin::storage
