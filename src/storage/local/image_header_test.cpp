// Real images pass, and every lie that a header can tell is refused in words.
#include "storage/local/image_header.hpp"

#include <fcntl.h>

#include <cstring>

#include "storage/local/files.hpp"
#include "storage/local/scratch.hpp"

namespace welkin::storage {
namespace {

constexpr std::uint64_t one_gib = std::uint64_t(1) << 30;

ImageVerdict check(std::string_view text, ImageFormat format = ImageFormat::qcow2) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  return check_image(ImageBytes(std::span(bytes, text.size())), format, one_gib);
}

/// A sound small image with one field overwritten, in the file's order of bytes.
std::string altered(std::size_t at, std::uint64_t value, int width) {
  std::string image = fresh_qcow2({.virtual_bytes = 16 << 20});
  for (int i = width - 1; i >= 0; --i, value >>= 8) image[at + std::size_t(i)] = char(value & 0xff);
  return image;
}

std::string with_extension(std::uint32_t kind, std::uint32_t length) {
  std::string image = altered(104, kind, 4);
  image[107 + 4] = char(length);
  return image;
}

ImageRefusal refusal(const std::string& image, ImageFormat format = ImageFormat::qcow2) {
  const ImageVerdict verdict = check(image, format);
  if (verdict.refusal != ImageRefusal::none)
    EXPECT_GT(error_of([&] { throw_refusal(verdict, format); }).message.size(), 15u);
  return verdict.refusal;
}

TEST(ImageHeader, accepts_what_qemu_img_makes) {
  const Scratch scratch;
  write_file(scratch / "data.raw", std::string(3 << 20, 'd'));
  const std::vector<std::vector<std::string>> kinds = {{},
                                                       {"-o", "compat=0.10"},
                                                       {"-o", "compat=1.1,cluster_size=512"},
                                                       {"-o", "cluster_size=2M"},
                                                       {"-c"},
                                                       {"-o", "extended_l2=on"},
                                                       {"-o", "refcount_bits=64,lazy_refcounts=on"},
                                                       {"-o", "preallocation=metadata"}};
  for (const auto& kind : kinds) {
    std::vector<std::string> arguments = {"convert", "-f", "raw", "-O", "qcow2"};
    arguments.insert(arguments.end(), kind.begin(), kind.end());
    arguments.insert(arguments.end(), {scratch / "data.raw", scratch / "image.qcow2"});
    qemu_img(arguments);
    const auto verdict = check(file_text(scratch / "image.qcow2"));
    EXPECT_EQ(verdict.refusal, ImageRefusal::none) << (kind.empty() ? "plain" : kind.back());
    EXPECT_EQ(verdict.virtual_bytes, 3u << 20);
  }
}

TEST(ImageHeader, accepts_a_raw_disk_and_counts_whole_sectors) {
  std::string disk(1000, '\0');
  disk[510] = '\x55';
  disk[511] = '\xaa';
  const auto verdict = check(disk, ImageFormat::raw);
  EXPECT_EQ(verdict.refusal, ImageRefusal::none);
  EXPECT_EQ(verdict.virtual_bytes, 1024u);
}

TEST(ImageHeader, refuses_what_refers_to_other_files) {
  EXPECT_EQ(
      refusal(fresh_qcow2({.virtual_bytes = 512, .backing_file = "/etc/passwd", .backing_format = "raw"})),
      ImageRefusal::backing_file);
  EXPECT_EQ(refusal(altered(8, 512, 8)), ImageRefusal::backing_file);
  EXPECT_EQ(refusal(altered(16, 7, 4)), ImageRefusal::backing_file);
  EXPECT_EQ(refusal(with_extension(0xe2792aca, 3)), ImageRefusal::backing_file);
  EXPECT_EQ(refusal(altered(72, 4, 8)), ImageRefusal::external_data);
  EXPECT_EQ(refusal(altered(88, 2, 8)), ImageRefusal::external_data);
  EXPECT_EQ(refusal(with_extension(0x44415441, 8)), ImageRefusal::external_data);
}

TEST(ImageHeader, refuses_qemu_s_own_dangerous_images) {
  const Scratch scratch;
  const std::string path = scratch / "x.qcow2";
  write_file(scratch / "b.raw", std::string(1 << 20, 'b'));
  qemu_img({"create", "-q", "-f", "qcow2", "-F", "raw", "-b", scratch / "b.raw", path});
  EXPECT_EQ(refusal(file_text(path)), ImageRefusal::backing_file);
  qemu_img({"create", "-q", "-f", "qcow2", "-o", "data_file=" + (scratch / "d.raw"), path, "1M"});
  EXPECT_EQ(refusal(file_text(path)), ImageRefusal::external_data);
  qemu_img({"create", "-q", "-f", "qcow2", "--object", "secret,id=s,data=abc", "-o",
            "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10", path, "1M"});
  EXPECT_EQ(refusal(file_text(path)), ImageRefusal::encrypted);
  qemu_img({"create", "-q", "-f", "qcow2", path, "1M"});
  qemu_img({"bitmap", "-f", "qcow2", "--add", path, "b0"});
  EXPECT_EQ(refusal(file_text(path)), ImageRefusal::bitmaps);
  qemu_img({"create", "-q", "-f", "qcow2", path, "1M"});
  qemu_img({"snapshot", "-q", "-c", "s0", path});
  EXPECT_EQ(refusal(file_text(path)), ImageRefusal::snapshots);
}

TEST(ImageHeader, refuses_what_it_does_not_know) {
  EXPECT_EQ(refusal(altered(4, 4, 4)), ImageRefusal::version);
  EXPECT_EQ(refusal(altered(32, 1, 4)), ImageRefusal::encrypted);
  EXPECT_EQ(refusal(altered(72, 1, 8)), ImageRefusal::dirty);
  EXPECT_EQ(refusal(altered(72, 2, 8)), ImageRefusal::corrupt);
  EXPECT_EQ(refusal(altered(72, 32, 8)), ImageRefusal::unknown_feature);
  EXPECT_EQ(refusal(altered(72, std::uint64_t(1) << 63, 8)), ImageRefusal::unknown_feature);
  EXPECT_EQ(refusal(with_extension(0x12345678, 8)), ImageRefusal::unknown_extension);
  EXPECT_EQ(refusal(with_extension(0x0537be77, 8)), ImageRefusal::encrypted);
}

TEST(ImageHeader, refuses_impossible_shapes) {
  EXPECT_EQ(refusal(altered(20, 8, 4)), ImageRefusal::cluster_size);
  EXPECT_EQ(refusal(altered(20, 22, 4)), ImageRefusal::cluster_size);
  EXPECT_EQ(refusal(altered(20, 64, 4)), ImageRefusal::cluster_size);
  EXPECT_EQ(refusal(altered(24, 0, 8)), ImageRefusal::empty);
  EXPECT_EQ(refusal(altered(96, 7, 4)), ImageRefusal::refcount_width);
  EXPECT_EQ(refusal(altered(100, 72, 4)), ImageRefusal::header_length);
  EXPECT_EQ(refusal(altered(100, 0xfffffff8, 4)), ImageRefusal::header_length);
  std::string long_extension = with_extension(0x6803f857, 0);
  std::memcpy(long_extension.data() + 108, "\xff\xff\xff\xff", 4);
  EXPECT_EQ(refusal(long_extension), ImageRefusal::header_length);
}

TEST(ImageHeader, refuses_a_header_that_is_nothing_but_extensions) {
  std::string image = fresh_qcow2({.virtual_bytes = 16 << 20});
  for (std::size_t at = 104; at + 8 <= 65536; at += 8)
    std::memcpy(image.data() + at, "\x68\x03\xf8\x57\0\0\0\0", 8);
  EXPECT_EQ(refusal(image), ImageRefusal::header_length);
}

TEST(ImageHeader, refuses_tables_outside_the_file_or_of_any_monstrous_size) {
  EXPECT_EQ(refusal(altered(48, 0, 8)), ImageRefusal::refcount_table);
  EXPECT_EQ(refusal(altered(48, 65537, 8)), ImageRefusal::refcount_table);
  EXPECT_EQ(refusal(altered(48, 0xffffffffffff0000, 8)), ImageRefusal::refcount_table);
  EXPECT_EQ(refusal(altered(56, 0, 4)), ImageRefusal::refcount_table);
  EXPECT_EQ(refusal(altered(56, 0xffffffff, 4)), ImageRefusal::refcount_table);
  EXPECT_EQ(refusal(altered(36, 0, 4)), ImageRefusal::l1_table);
  EXPECT_EQ(refusal(altered(36, 0xffffffff, 4)), ImageRefusal::l1_table);
  EXPECT_EQ(refusal(altered(36, 4 << 20, 4)), ImageRefusal::truncated);
  EXPECT_EQ(refusal(altered(40, 0xffffffffffff0000, 8)), ImageRefusal::truncated);
  EXPECT_EQ(refusal(altered(40, 65536, 8)), ImageRefusal::tables_overlap);
  EXPECT_EQ(refusal(altered(3 * 65536, 0x8000000000000001, 8)), ImageRefusal::l1_table);
  EXPECT_EQ(refusal(altered(3 * 65536, 0x8000000001000000, 8)), ImageRefusal::truncated);
}

TEST(ImageHeader, refuses_more_than_the_guest_may_see) {
  const std::string large = fresh_qcow2({.virtual_bytes = std::uint64_t(1) << 40});
  const ImageVerdict verdict = check(large);
  EXPECT_EQ(verdict.refusal, ImageRefusal::too_large);
  const Error error = error_of([&] { throw_refusal(verdict, ImageFormat::qcow2); });
  EXPECT_EQ(error.fault, Fault::limited);
  EXPECT_NE(error.message.find("1099511627776"), std::string::npos) << error.message;
  EXPECT_EQ(refusal(altered(24, ~std::uint64_t(0), 8)), ImageRefusal::too_large);
}

TEST(ImageHeader, refuses_a_file_cut_at_any_length) {
  const Scratch scratch;
  write_file(scratch / "data.raw", std::string(3 << 20, 'd'));
  qemu_img({"convert", "-f", "raw", "-O", "qcow2", scratch / "data.raw", scratch / "image.qcow2"});
  const std::string whole = file_text(scratch / "image.qcow2");
  for (const std::size_t length :
       {1u, 7u, 8u, 71u, 72u, 103u, 104u, 4096u, 65536u, 131072u, 196608u, 200000u})
    EXPECT_NE(refusal(whole.substr(0, length)), ImageRefusal::none) << length;
  EXPECT_EQ(refusal(""), ImageRefusal::empty);
}

TEST(ImageHeader, refuses_another_format_under_the_name_of_raw) {
  const auto found = [](std::size_t at, std::string_view mark, std::size_t size = 4096) {
    std::string file(size, '\0');
    mark.copy(file.data() + at, mark.size());
    const auto verdict = check(file, ImageFormat::raw);
    EXPECT_EQ(verdict.refusal, ImageRefusal::other_format) << mark;
    EXPECT_EQ(refusal(file, ImageFormat::raw), ImageRefusal::other_format);
    return verdict.format;
  };
  EXPECT_EQ(found(0, {"QFI\xfb\0\0\0\3", 8}), FoundFormat::qcow2);
  EXPECT_EQ(found(0, {"QFI\xfb\0\0\0\1", 8}), FoundFormat::qcow1);
  EXPECT_EQ(found(0, "KDMV"), FoundFormat::vmdk);
  EXPECT_EQ(found(0, "# Disk DescriptorFile\nversion=1\n"), FoundFormat::vmdk_descriptor);
  EXPECT_EQ(found(0, "#\n\n  # a remark\r\n version=1\n"), FoundFormat::vmdk_descriptor);
  EXPECT_EQ(found(0, "vhdxfile"), FoundFormat::vhdx);
  EXPECT_EQ(found(0, "conectix"), FoundFormat::vhd);
  EXPECT_EQ(found(4096 - 512, "conectix"), FoundFormat::vhd);
  EXPECT_EQ(found(4096 - 512, "koly"), FoundFormat::dmg);
  EXPECT_EQ(found(64, "\x7f\x10\xda\xbe"), FoundFormat::vdi);
  EXPECT_EQ(found(0, "LUKS\xba\xbe"), FoundFormat::luks);
  EXPECT_EQ(found(257, "ustar"), FoundFormat::tar);
  EXPECT_EQ(found(0, "\x1f\x8b\x08"), FoundFormat::gzip);
  EXPECT_EQ(found(0, {"\xfd""7zXZ\0", 6}), FoundFormat::xz);
}

TEST(ImageHeader, knows_the_formats_that_qemu_img_writes) {
  const Scratch scratch;
  for (const std::string format : {"qcow2", "qcow", "vmdk", "vdi", "vpc", "vhdx", "qed", "parallels"}) {
    const std::string path = scratch / ("image." + format);
    qemu_img({"create", "-q", "-f", format, path, "4M"});
    EXPECT_EQ(refusal(file_text(path), ImageFormat::raw), ImageRefusal::other_format) << format;
  }
}

TEST(ImageHeader, refuses_raw_under_the_name_of_qcow2) {
  EXPECT_EQ(refusal(std::string(4096, '\0')), ImageRefusal::other_format);
}

TEST(ImageHeader, says_that_a_packed_image_must_be_unpacked) {
  const ImageVerdict verdict = check(std::string("\xfd""7zXZ\0", 6) + std::string(600, 'x'));
  const Error error = error_of([&] { throw_refusal(verdict, ImageFormat::qcow2); });
  EXPECT_NE(error.message.find("unpack"), std::string::npos) << error.message;
}

}  // namespace
}  // namespace welkin::storage
