// The look at a disk image's headers. Every number is taken for a lie until the file's length bears it out.
#include "storage/local/image_header.hpp"

#include <algorithm>
#include <array>

namespace welkin::storage {
namespace {

using enum ImageRefusal;

ImageVerdict refused(ImageRefusal refusal, std::uint64_t found = 0, std::uint64_t bound = 0) {
  return {.refusal = refusal, .found = found, .bound = bound};
}

struct Range {
  std::uint64_t begin = 0, end = 0;
  bool overlaps(const Range& other) const { return begin < other.end && other.begin < end; }
};

/// Checks one qcow2 step by step; each step answers the first refusal it meets, or one that is `none`.
class Qcow2Look {
 public:
  Qcow2Look(const ImageBytes& bytes, const Qcow2Header& header) : bytes_(bytes), header_(header) {}

  ImageVerdict verdict(std::uint64_t virtual_bytes_max) {
    for (const auto step :
         {&Qcow2Look::references, &Qcow2Look::features, &Qcow2Look::shape, &Qcow2Look::extensions,
          &Qcow2Look::refcounts, &Qcow2Look::l1, &Qcow2Look::l1_contents})
      if (const auto found = (this->*step)(); found.refusal != none) return found;
    if (header_.virtual_bytes > virtual_bytes_max)
      return refused(too_large, header_.virtual_bytes, virtual_bytes_max);
    return {.virtual_bytes = (header_.virtual_bytes + 511) / 512 * 512};
  }

 private:
  ImageVerdict references() {
    if (header_.backing_offset != 0 || header_.backing_bytes != 0) return refused(backing_file);
    if (header_.encryption != 0) return refused(encrypted, header_.encryption);
    if (header_.snapshots != 0) return refused(snapshots, header_.snapshots);
    return {};
  }

  ImageVerdict features() {
    if (header_.incompatible & qcow2_fields::external_data) return refused(external_data);
    if (header_.autoclear & qcow2_fields::autoclear_raw_data) return refused(external_data);
    if (header_.incompatible & qcow2_fields::dirty) return refused(dirty);
    if (header_.incompatible & qcow2_fields::corrupt) return refused(corrupt);
    const std::uint64_t unknown =
        header_.incompatible & ~(qcow2_fields::compression | qcow2_fields::extended_l2);
    return unknown ? refused(unknown_feature, unknown) : ImageVerdict{};
  }

  ImageVerdict shape() {
    const std::uint32_t bits_min = has_extended_l2() ? 14 : 9;
    if (header_.cluster_bits < bits_min || header_.cluster_bits > 21)
      return refused(cluster_size, header_.cluster_bits);
    const std::uint32_t header_min = header_.version == 3 ? 104 : 72;
    if (header_.header_bytes < header_min || header_.header_bytes % 8 != 0 ||
        header_.header_bytes > cluster())
      return refused(header_length, header_.header_bytes);
    if (header_.refcount_order > 6) return refused(refcount_width, header_.refcount_order);
    if (header_.virtual_bytes == 0) return refused(empty);
    return {};
  }

  ImageVerdict extensions() {
    constexpr int extensions_max = 64;
    std::uint64_t at = header_.header_bytes;
    for (int count = 0; count < extensions_max; ++count) {
      std::array<std::uint8_t, 8> head{};
      if (cluster() - at < head.size()) return {};
      if (!bytes_.read(at, head)) return refused(truncated, bytes_.size());
      const std::uint32_t kind = big_endian_32(&head[0]), length = big_endian_32(&head[4]);
      if (kind == 0) return {};
      if (const auto found = extension(kind); found.refusal != none) return found;
      at += head.size();
      const std::uint64_t padded = (std::uint64_t(length) + 7) / 8 * 8;
      if (padded > cluster() - at) return refused(header_length, length);
      at += padded;
    }
    return refused(header_length, extensions_max);
  }

  static ImageVerdict extension(std::uint32_t kind) {
    switch (kind) {
      case qcow2_fields::feature_names: return {};
      case qcow2_fields::backing_format: return refused(backing_file);
      case qcow2_fields::data_file: return refused(external_data);
      case qcow2_fields::encryption: return refused(encrypted, kind);
      case qcow2_fields::bitmaps: return refused(bitmaps);
      default: return refused(unknown_extension, kind);
    }
  }

  ImageVerdict refcounts() {
    constexpr std::uint64_t bytes_max = 8 << 20;  // QEMU's own bound
    const std::uint64_t length = std::uint64_t(header_.refcounts_clusters) * cluster();
    if (length == 0 || length > std::max(bytes_max, cluster())) return refused(refcount_table, length);
    if (!table_at(header_.refcounts_offset, length, refcounts_))
      return refused(refcount_table, header_.refcounts_offset);
    return {};
  }

  ImageVerdict l1() {
    constexpr std::uint64_t entries_max = (32 << 20) / 8;  // QEMU's own bound
    const std::uint64_t covered = cluster() * (cluster() / (has_extended_l2() ? 16 : 8));
    const std::uint64_t needed = (header_.virtual_bytes - 1) / covered + 1;
    if (needed > entries_max) return refused(too_large, header_.virtual_bytes, covered * entries_max);
    if (header_.l1_entries < needed || header_.l1_entries > entries_max)
      return refused(l1_table, header_.l1_entries, needed);
    if (!table_at(header_.l1_offset, std::uint64_t(header_.l1_entries) * 8, l1_))
      return refused(truncated, bytes_.size());
    return l1_.overlaps(refcounts_) ? refused(tables_overlap) : ImageVerdict{};
  }

  /// Each second-level table must begin within the file: else it was cut short on its way.
  ImageVerdict l1_contents() {
    constexpr std::uint64_t offset_mask = 0x00fffffffffffe00, reserved_mask = 0x7f000000000001ff;
    std::array<std::uint8_t, 4096> buffer{};
    for (std::uint64_t at = l1_.begin; at < l1_.end;) {
      const auto piece = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), l1_.end - at));
      if (!bytes_.read(at, piece)) return refused(truncated, bytes_.size());
      for (std::size_t i = 0; i < piece.size(); i += 8) {
        const std::uint64_t entry = big_endian_64(&piece[i]), offset = entry & offset_mask;
        if ((entry & reserved_mask) != 0 || offset % cluster() != 0) return refused(l1_table, entry);
        if (offset >= bytes_.size()) return refused(truncated, bytes_.size());
      }
      at += piece.size();
    }
    return {};
  }

  /// A table lies on a cluster's border, behind the header, and within the file, whose last cluster may be
  /// short.
  bool table_at(std::uint64_t offset, std::uint64_t length, Range& range) const {
    const std::uint64_t file_end = (bytes_.size() + cluster() - 1) / cluster() * cluster();
    range = {offset, offset + length};
    return offset >= cluster() && offset % cluster() == 0 && offset <= file_end &&
           length <= file_end - offset;
  }

  std::uint64_t cluster() const { return std::uint64_t(1) << header_.cluster_bits; }
  bool has_extended_l2() const { return header_.incompatible & qcow2_fields::extended_l2; }

  const ImageBytes& bytes_;
  const Qcow2Header& header_;
  Range refcounts_, l1_;
};

ImageVerdict check_raw(const ImageBytes& bytes, std::uint64_t virtual_bytes_max) {
  if (bytes.size() > virtual_bytes_max) return refused(too_large, bytes.size(), virtual_bytes_max);
  return {.virtual_bytes = (bytes.size() + 511) / 512 * 512};
}

}  // namespace

ImageVerdict check_image(const ImageBytes& bytes, ImageFormat declared, std::uint64_t virtual_bytes_max) {
  if (bytes.size() == 0) return refused(empty);
  std::uint8_t first = 0;
  if (!bytes.read(0, std::span(&first, 1))) return refused(unreadable);
  const FoundFormat found = found_format(bytes);
  const FoundFormat wanted = declared == ImageFormat::qcow2 ? FoundFormat::qcow2 : FoundFormat::none;
  if (found != wanted) return {.refusal = other_format, .format = found};
  if (declared == ImageFormat::raw) return check_raw(bytes, virtual_bytes_max);

  std::array<std::uint8_t, 8> head{};
  if (!bytes.read(0, head)) return refused(truncated, bytes.size());
  const std::uint32_t version_found = big_endian_32(&head[4]);
  if (version_found != 2 && version_found != 3) return refused(version, version_found);
  const auto header = read_qcow2_header(bytes);
  return header ? Qcow2Look(bytes, *header).verdict(virtual_bytes_max) : refused(truncated, bytes.size());
}

}  // namespace welkin::storage
