// The marks by which QEMU and archivers know their files.
#include <algorithm>
#include <array>
#include <cstring>

#include "storage/local/image_header.hpp"

namespace welkin::storage {
namespace {

struct Mark {
  FoundFormat format;
  std::uint64_t from_start;
  std::string_view bytes;
};

using enum FoundFormat;
using std::string_view_literals::operator""sv;

constexpr std::array marks_at_start = {Mark{vmdk, 0, "KDMV"},
                                       Mark{vmdk, 0, "COWD"},
                                       Mark{vhd, 0, "conectix"},
                                       Mark{vhdx, 0, "vhdxfile"},
                                       Mark{vdi, 64, "\x7f\x10\xda\xbe"},
                                       Mark{qed, 0, "QED\0"sv},
                                       Mark{parallels, 0, "WithoutFreeSpace"},
                                       Mark{parallels, 0, "WithouFreSpacExt"},
                                       Mark{luks, 0, "LUKS\xba\xbe"},
                                       Mark{bochs, 0, "Bochs Virtual HD Image"},
                                       Mark{cloop, 0, "#!/bin/sh\n#V2.0 Format"},
                                       Mark{tar, 257, "ustar"},
                                       Mark{gzip, 0, "\x1f\x8b\x08"},
                                       Mark{bzip2, 0, "BZh"},
                                       Mark{xz, 0,
                                            "\xfd"
                                            "7zXZ\0"sv},
                                       Mark{zstd, 0, "\x28\xb5\x2f\xfd"},
                                       Mark{lz4, 0, "\x04\x22\x4d\x18"},
                                       Mark{zip, 0, "PK\x03\x04"},
                                       Mark{seven_zip, 0, "7z\xbc\xaf\x27\x1c"},
                                       Mark{text_archive, 0, "!<arch>\n"}};

/// Marks in the last 512 bytes: a disk that is raw up to its footer.
constexpr std::array marks_at_end = {Mark{vhd, 0, "conectix"}, Mark{dmg, 0, "koly"}};

bool stands_at(std::span<const std::uint8_t> bytes, std::size_t at, std::string_view mark) {
  return at + mark.size() <= bytes.size() && std::memcmp(bytes.data() + at, mark.data(), mark.size()) == 0;
}

/// VDI's own mark stands in the machine's order of bytes; both orders are taken for it.
bool is_vdi(std::span<const std::uint8_t> head) { return stands_at(head, 64, "\xbe\xda\x10\x7f"); }

/// QEMU takes a text whose first line that is neither comment nor blank is `version=` for a VMDK descriptor,
/// and any file that begins with the comment of one.
bool is_vmdk_descriptor(std::span<const std::uint8_t> head) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = text.find('\n', at);
    std::string_view line = text.substr(at, end == text.npos ? text.npos : end - at);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    if (line.starts_with("# Disk DescriptorFile") || line.starts_with("version=")) return true;
    if (!line.empty() && line.front() != '#') return false;
    if (end == text.npos) return false;
    at = end + 1;
  }
  return false;
}

}  // namespace

FoundFormat found_format(const ImageBytes& bytes) {
  std::array<std::uint8_t, 2048> buffer{};
  const auto head = std::span(buffer).first(std::min<std::uint64_t>(buffer.size(), bytes.size()));
  if (!bytes.read(0, head)) return none;
  if (stands_at(head, 0, "QFI\xfb")) return head.size() >= 8 && big_endian_32(&head[4]) == 1 ? qcow1 : qcow2;
  for (const auto& mark : marks_at_start)
    if (stands_at(head, mark.from_start, mark.bytes)) return mark.format;
  if (is_vdi(head)) return vdi;
  if (is_vmdk_descriptor(head)) return vmdk_descriptor;
  std::array<std::uint8_t, 512> tail{};
  if (bytes.size() < tail.size() || !bytes.read(bytes.size() - tail.size(), tail)) return none;
  for (const auto& mark : marks_at_end)
    if (stands_at(tail, 0, mark.bytes)) return mark.format;
  // Early fixed VHDs end with 511 bytes.
  return stands_at(tail, 1, "conectix") ? vhd : none;
}

}  // namespace welkin::storage
