// What each refusal of an image says to who brought it.
#include <fmt/format.h>

#include "base/described.hpp"
#include "base/error.hpp"
#include "storage/local/image_header.hpp"

namespace welkin::storage {
namespace {

std::string_view words_for(FoundFormat format) {
  switch (format) {
    using enum FoundFormat;
    case none: return "none that Welkin knows";
    case qcow2: return "qcow2";
    case qcow1: return "qcow version 1";
    case vmdk: return "VMDK";
    case vmdk_descriptor: return "a VMDK descriptor, which names other files";
    case vhd: return "VHD";
    case vhdx: return "VHDX";
    case vdi: return "VDI";
    case qed: return "QED";
    case parallels: return "Parallels";
    case luks: return "LUKS, which is encrypted";
    case bochs: return "Bochs";
    case cloop: return "cloop";
    case dmg: return "DMG";
    case tar: return "a tar archive or OVA";
    case gzip: return "gzip";
    case bzip2: return "bzip2";
    case xz: return "xz";
    case zstd: return "zstd";
    case lz4: return "lz4";
    case zip: return "zip";
    case seven_zip: return "7-Zip";
    case text_archive: return "an ar archive";
  }
  return "unknown";
}

bool is_packed(FoundFormat format) {
  return format >= FoundFormat::tar && format <= FoundFormat::text_archive;
}

std::string other_format_words(FoundFormat found, ImageFormat declared) {
  if (is_packed(found))
    return fmt::format(
        "The file is packed ({}); unpack it first, for Welkin never unpacks what comes from outside.",
        words_for(found));
  return fmt::format(
      "The file was declared {}, but its content's format is {}; declare what it is, or convert it "
      "with 'qemu-img convert'.",
      image_format_name(declared), words_for(found));
}

std::string words_for(const ImageVerdict& verdict, ImageFormat declared) {
  switch (verdict.refusal) {
    using enum ImageRefusal;
    case none: return {};
    case unreadable: return "The image cannot be read.";
    case empty: return "The image is empty.";
    case other_format: return other_format_words(verdict.format, declared);
    case version: return fmt::format("The qcow2 has version {}; only 2 and 3 are taken.", verdict.found);
    case truncated:
      return fmt::format("The qcow2 is cut short: {} bytes do not hold the tables that its header names.",
                         verdict.found);
    case backing_file:
      return "The qcow2 names a backing file; flatten it with 'qemu-img convert' so that it stands alone.";
    case external_data:
      return "The qcow2 keeps its data in another file; convert it with 'qemu-img convert' so that it stands "
             "alone.";
    case encrypted: return "The qcow2 is encrypted; decrypt it with 'qemu-img convert' first.";
    case snapshots:
      return fmt::format("The qcow2 holds {} internal snapshots; remove them with 'qemu-img convert'.",
                         verdict.found);
    case bitmaps: return "The qcow2 holds dirty bitmaps; remove them with 'qemu-img convert'.";
    case dirty: return "The qcow2 was not closed cleanly; mend it with 'qemu-img check -r all' first.";
    case corrupt: return "The qcow2 is marked as corrupt; mend it with 'qemu-img check -r all' first.";
    case unknown_feature:
      return fmt::format(
          "The qcow2 needs features that are not taken (bits {:#x}); convert it with 'qemu-img convert'.",
          verdict.found);
    case unknown_extension:
      return fmt::format("The qcow2 has a header extension that is not taken ({:#010x}); convert it with "
                         "'qemu-img convert'.",
                         verdict.found);
    case cluster_size:
      return fmt::format("The qcow2's cluster size of 2^{} bytes is not between 512 bytes and 2 MiB.",
                         verdict.found);
    case header_length:
      return fmt::format("The qcow2's header is damaged: a length of {} is wrong.", verdict.found);
    case refcount_width:
      return fmt::format("The qcow2's reference counts of 2^{} bits are too wide.", verdict.found);
    case l1_table: return fmt::format("The qcow2's first-level table is damaged ({}).", verdict.found);
    case refcount_table:
      return fmt::format("The qcow2's reference count table is damaged ({}).", verdict.found);
    case tables_overlap: return "The qcow2 is damaged: its tables overlap.";
    case too_large:
      return fmt::format("The image is {} bytes large to its guest; at most {} are taken.", verdict.found,
                         verdict.bound);
  }
  return "The image cannot be understood.";
}

}  // namespace

ImageFormat image_format_named(const std::string& name) {
  if (same_text_ignoring_case(name, "qcow2")) return ImageFormat::qcow2;
  if (same_text_ignoring_case(name, "raw")) return ImageFormat::raw;
  throw Error(Fault::invalid,
              fmt::format("The format '{}' is not taken; use qcow2 or raw.", name.substr(0, 64)), "format");
}

std::string_view image_format_name(ImageFormat format) {
  return format == ImageFormat::qcow2 ? "qcow2" : "raw";
}

void throw_refusal(const ImageVerdict& verdict, ImageFormat declared) {
  if (verdict.refusal == ImageRefusal::none) return;
  const bool too_large = verdict.refusal == ImageRefusal::too_large;
  throw Error(too_large ? Fault::limited : Fault::invalid, words_for(verdict, declared), "url");
}

}  // namespace welkin::storage
