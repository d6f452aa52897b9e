// Says whether a disk image from outside may be shown to QEMU: a pure, allocation-free look at its headers.
#pragma once

#include <string>

#include "storage/local/qcow2.hpp"

namespace welkin::storage {

enum class ImageFormat : std::uint8_t { raw, qcow2 };

/// `raw` or `qcow2` in any case; throws `invalid` for others.
ImageFormat image_format_named(const std::string& name);
std::string_view image_format_name(ImageFormat format);

/// What a file is by the marks in it. `none` means that nothing speaks against a raw disk.
enum class FoundFormat : std::uint8_t {
  none,
  qcow2,
  qcow1,
  vmdk,
  vmdk_descriptor,
  vhd,
  vhdx,
  vdi,
  qed,
  parallels,
  luks,
  bochs,
  cloop,
  dmg,
  tar,
  gzip,
  bzip2,
  xz,
  zstd,
  lz4,
  zip,
  seven_zip,
  text_archive,
};

enum class ImageRefusal : std::uint8_t {
  none,
  unreadable,
  empty,
  other_format,
  version,
  truncated,
  backing_file,
  external_data,
  encrypted,
  snapshots,
  bitmaps,
  dirty,
  corrupt,
  unknown_feature,
  unknown_extension,
  cluster_size,
  header_length,
  refcount_width,
  l1_table,
  refcount_table,
  tables_overlap,
  too_large,
};

/// Trivially copyable, so that it crosses a pipe. `found` and `bound` are the numbers of the refusal's
/// sentence.
struct ImageVerdict {
  ImageRefusal refusal = ImageRefusal::none;
  FoundFormat format = FoundFormat::none;
  std::uint64_t virtual_bytes = 0;
  std::uint64_t found = 0;
  std::uint64_t bound = 0;
};

/// Looks at the marks by which other programs would know the file.
FoundFormat found_format(const ImageBytes& bytes);

/// The verdict on a self-contained image of the declared format whose virtual size is at most
/// `virtual_bytes_max`. Reads at most 34 MiB whatever the file says of itself.
ImageVerdict check_image(const ImageBytes& bytes, ImageFormat declared, std::uint64_t virtual_bytes_max);

/// Throws the refusal as a sentence for who brought the image; does nothing when there is none.
void throw_refusal(const ImageVerdict& verdict, ImageFormat declared);

}  // namespace welkin::storage
