// Reads qcow2 headers and writes fresh images.
#include "storage/local/qcow2.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace welkin::storage {
namespace {

constexpr std::size_t header_v2_bytes = 72, header_v3_bytes = 104;

void put(std::string& image, std::size_t at, std::uint64_t value, int width) {
  must(at + std::size_t(width) <= image.size(), "a field lies within the image");
  for (int i = width - 1; i >= 0; --i, value >>= 8) image[at + std::size_t(i)] = char(value & 0xff);
}

void put_text(std::string& image, std::size_t at, std::string_view text) {
  must(at + text.size() <= image.size(), "a text lies within the image");
  text.copy(image.data() + at, text.size());
}

}  // namespace

std::uint32_t big_endian_32(const std::uint8_t* bytes) {
  return std::uint32_t(bytes[0]) << 24 | std::uint32_t(bytes[1]) << 16 | std::uint32_t(bytes[2]) << 8 |
         bytes[3];
}

std::uint64_t big_endian_64(const std::uint8_t* bytes) {
  return std::uint64_t(big_endian_32(bytes)) << 32 | big_endian_32(bytes + 4);
}

bool ImageBytes::read(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (offset > size_ || out.size() > size_ - offset) return false;
  if (memory_ != nullptr) {
    std::copy_n(memory_ + offset, out.size(), out.data());
    return true;
  }
  while (!out.empty()) {
    const ssize_t got = ::pread(file_, out.data(), out.size(), off_t(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    out = out.subspan(std::size_t(got));
    offset += std::uint64_t(got);
  }
  return true;
}

std::optional<Qcow2Header> read_qcow2_header(const ImageBytes& bytes) {
  std::array<std::uint8_t, header_v3_bytes> raw{};
  if (!bytes.read(0, std::span(raw).first(header_v2_bytes))) return {};
  if (std::memcmp(raw.data(), "QFI\xfb", 4) != 0) return {};
  Qcow2Header header;
  header.version = big_endian_32(&raw[4]);
  if (header.version != 2 && header.version != 3) return {};
  header.backing_offset = big_endian_64(&raw[8]);
  header.backing_bytes = big_endian_32(&raw[16]);
  header.cluster_bits = big_endian_32(&raw[20]);
  header.virtual_bytes = big_endian_64(&raw[24]);
  header.encryption = big_endian_32(&raw[32]);
  header.l1_entries = big_endian_32(&raw[36]);
  header.l1_offset = big_endian_64(&raw[40]);
  header.refcounts_offset = big_endian_64(&raw[48]);
  header.refcounts_clusters = big_endian_32(&raw[56]);
  header.snapshots = big_endian_32(&raw[60]);
  if (header.version == 2) return header;
  if (!bytes.read(0, raw)) return {};
  header.incompatible = big_endian_64(&raw[72]);
  header.autoclear = big_endian_64(&raw[88]);
  header.refcount_order = big_endian_32(&raw[96]);
  header.header_bytes = big_endian_32(&raw[100]);
  return header;
}

std::optional<std::string> read_backing_name(const ImageBytes& bytes, const Qcow2Header& header) {
  if (header.backing_offset == 0) return std::string();
  constexpr std::uint32_t name_bytes_max = 1023;
  if (header.backing_bytes == 0 || header.backing_bytes > name_bytes_max) return {};
  std::array<std::uint8_t, name_bytes_max> name{};
  if (!bytes.read(header.backing_offset, std::span(name).first(header.backing_bytes))) return {};
  return std::string(name.begin(), name.begin() + header.backing_bytes);
}

std::string fresh_qcow2(const FreshQcow2& wish) {
  constexpr std::uint64_t cluster_bits = 16, cluster = 1 << cluster_bits;
  constexpr std::uint64_t covered_by_l1_entry = cluster * (cluster / 8);
  must(wish.virtual_bytes % 512 == 0 && wish.virtual_bytes <= fresh_qcow2_bytes_max,
       "a volume's size is checked");
  must(wish.backing_file.size() <= 1023 && wish.backing_format.size() <= 8, "a backing file's name fits");

  // Cluster 0 is the header, 1 the refcount table, 2 its only block, then comes the L1 table. One block of
  // 16-bit counts covers 32768 clusters, many times what the largest L1 table takes.
  const std::uint64_t l1_entries = (wish.virtual_bytes + covered_by_l1_entry - 1) / covered_by_l1_entry;
  const std::uint64_t l1_clusters = std::max<std::uint64_t>(1, (l1_entries * 8 + cluster - 1) / cluster);
  const std::uint64_t clusters = 3 + l1_clusters;
  std::string image(clusters * cluster, '\0');

  put_text(image, 0, "QFI\xfb");
  put(image, 4, 3, 4);
  put(image, 20, cluster_bits, 4);
  put(image, 24, wish.virtual_bytes, 8);
  put(image, 36, l1_entries, 4);
  put(image, 40, 3 * cluster, 8);
  put(image, 48, 1 * cluster, 8);
  put(image, 56, 1, 4);
  put(image, 96, 4, 4);
  put(image, 100, header_v3_bytes, 4);
  if (!wish.backing_file.empty()) {
    // Format and name follow the header; the end mark between them is the zeros that are there already.
    put(image, header_v3_bytes, qcow2_fields::backing_format, 4);
    put(image, header_v3_bytes + 4, wish.backing_format.size(), 4);
    put_text(image, header_v3_bytes + 8, wish.backing_format);
    constexpr std::size_t name_at = header_v3_bytes + 8 + 8 + 8;
    put(image, 8, name_at, 8);
    put(image, 16, wish.backing_file.size(), 4);
    put_text(image, name_at, wish.backing_file);
  }
  put(image, cluster, 2 * cluster, 8);
  for (std::uint64_t i = 0; i < clusters; ++i) put(image, 2 * cluster + 2 * i, 1, 2);
  return image;
}

}  // namespace welkin::storage
