// The qcow2 format as far as Welkin reads and writes it itself: headers, and fresh images without data.
// Source: QEMU's docs/interop/qcow2.txt.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace welkin::storage {

/// Bytes that can be read at any place: a file's or the memory's. WHY no virtual calls and no allocation: a
/// confined process looks at images through it, and sanitizers make system calls around virtual ones.
class ImageBytes {
 public:
  /// An open file, which is not owned; its size is taken once, by who opened it.
  ImageBytes(int file, std::uint64_t size) : file_(file), size_(size) {}
  explicit ImageBytes(std::span<const std::uint8_t> memory) : memory_(memory.data()), size_(memory.size()) {}

  std::uint64_t size() const { return size_; }
  /// Fills `out` from `offset`; false beyond the end or when the medium fails.
  bool read(std::uint64_t offset, std::span<std::uint8_t> out) const;

 private:
  const std::uint8_t* memory_ = nullptr;
  int file_ = -1;
  std::uint64_t size_;
};

std::uint32_t big_endian_32(const std::uint8_t* bytes);
std::uint64_t big_endian_64(const std::uint8_t* bytes);

/// The fixed header, as it stands in the file: nothing of it is believed yet.
struct Qcow2Header {
  std::uint32_t version = 0;
  std::uint64_t backing_offset = 0;
  std::uint32_t backing_bytes = 0;
  std::uint32_t cluster_bits = 0;
  std::uint64_t virtual_bytes = 0;
  std::uint32_t encryption = 0;
  std::uint32_t l1_entries = 0;
  std::uint64_t l1_offset = 0;
  std::uint64_t refcounts_offset = 0;
  std::uint32_t refcounts_clusters = 0;
  std::uint32_t snapshots = 0;
  std::uint64_t incompatible = 0;
  std::uint64_t autoclear = 0;
  std::uint32_t refcount_order = 4;
  std::uint32_t header_bytes = 72;

  bool operator==(const Qcow2Header&) const = default;
};

namespace qcow2_fields {
inline constexpr std::uint64_t dirty = 1, corrupt = 2, external_data = 4, compression = 8, extended_l2 = 16;
inline constexpr std::uint64_t autoclear_raw_data = 2;
inline constexpr std::uint32_t backing_format = 0xe2792aca, feature_names = 0x6803f857,
                               data_file = 0x44415441, encryption = 0x0537be77, bitmaps = 0x23852875;
}  // namespace qcow2_fields

/// Nothing when the bytes do not begin as a qcow2 of version 2 or 3.
std::optional<Qcow2Header> read_qcow2_header(const ImageBytes& bytes);
/// The backing file's name; empty when there is none, nothing when its place makes no sense.
std::optional<std::string> read_backing_name(const ImageBytes& bytes, const Qcow2Header& header);

struct FreshQcow2 {
  std::uint64_t virtual_bytes = 0;    ///< a multiple of 512, at most 64 TiB
  std::string backing_file{};         ///< absolute path; empty for an empty disk
  std::string backing_format{};       ///< raw or qcow2
};

inline constexpr std::uint64_t fresh_qcow2_bytes_max = std::uint64_t(64) << 40;

/// A version 3 image with clusters of 64 KiB and no data in it, whole: what `qemu-img create` would write,
/// without a process. About 200 KiB, nearly all of it zeros.
std::string fresh_qcow2(const FreshQcow2& wish);

}  // namespace welkin::storage
