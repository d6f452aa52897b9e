// Fresh images are what qemu-img itself would accept, and headers read back as they were written.
#include "storage/local/qcow2.hpp"

#include <fcntl.h>

#include "storage/local/files.hpp"
#include "storage/local/scratch.hpp"

namespace welkin::storage {
namespace {

Qcow2Header header_of(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const auto header = read_qcow2_header(ImageBytes(file.number(), std::filesystem::file_size(path)));
  EXPECT_TRUE(header);
  return header.value_or(Qcow2Header{});
}

TEST(FreshQcow2, is_whole_to_qemu_at_any_size) {
  const Scratch scratch;
  const std::string path = scratch / "disk.qcow2";
  for (const std::uint64_t bytes :
       {std::uint64_t(512), std::uint64_t(1) << 20, (std::uint64_t(1) << 29) + 512, std::uint64_t(5) << 40,
        fresh_qcow2_bytes_max}) {
    write_file(path, fresh_qcow2({.virtual_bytes = bytes}));
    EXPECT_NE(qemu_img({"check", "-f", "qcow2", path}).find("No errors"), std::string::npos) << bytes;
    const std::string facts = qemu_img({"info", "-f", "qcow2", "--output=json", path});
    EXPECT_NE(facts.find("\"virtual-size\": " + std::to_string(bytes) + ","), std::string::npos) << facts;
  }
}

TEST(FreshQcow2, has_the_header_that_qemu_img_writes) {
  const Scratch scratch;
  write_file(scratch / "ours.qcow2", fresh_qcow2({.virtual_bytes = 3 << 20}));
  qemu_img({"create", "-q", "-f", "qcow2", scratch / "theirs.qcow2", "3M"});
  Qcow2Header theirs = header_of(scratch / "theirs.qcow2");
  theirs.header_bytes = 104;  // QEMU writes one more field, whose absence means the same
  EXPECT_EQ(header_of(scratch / "ours.qcow2"), theirs);
}

TEST(FreshQcow2, shows_its_backing_file_until_it_is_written_to) {
  const Scratch scratch;
  const std::string base = scratch / "base.raw", overlay = scratch / "overlay.qcow2";
  write_file(base, std::string(1 << 20, 'b'));
  write_file(overlay, fresh_qcow2({.virtual_bytes = 2 << 20, .backing_file = base, .backing_format = "raw"}));
  qemu_img({"check", "-q", "-f", "qcow2", overlay});
  qemu_img({"convert", "-f", "qcow2", "-O", "raw", overlay, scratch / "flat.raw"});
  EXPECT_EQ(file_text(scratch / "flat.raw"), std::string(1 << 20, 'b') + std::string(1 << 20, '\0'));

  const Descriptor file(::open(overlay.c_str(), O_RDONLY | O_CLOEXEC));
  const ImageBytes bytes(file.number(), std::filesystem::file_size(overlay));
  EXPECT_EQ(read_backing_name(bytes, header_of(overlay)), base);
  const std::string facts = qemu_img({"info", "-f", "qcow2", "--output=json", overlay});
  EXPECT_NE(facts.find("\"backing-filename-format\": \"raw\""), std::string::npos) << facts;
}

TEST(FreshQcow2, takes_writes_like_any_other) {
  const Scratch scratch;
  const std::string base = scratch / "base.raw", overlay = scratch / "overlay.qcow2";
  write_file(base, std::string(1 << 20, 'b'));
  write_file(overlay, fresh_qcow2({.virtual_bytes = 1 << 20, .backing_file = base, .backing_format = "raw"}));
  write_file(scratch / "new.raw", std::string(1 << 20, 'n'));
  qemu_img({"convert", "-n", "-f", "raw", "-O", "qcow2", scratch / "new.raw", overlay});
  EXPECT_NE(qemu_img({"check", "-f", "qcow2", overlay}).find("No errors"), std::string::npos);
  qemu_img({"convert", "-f", "qcow2", "-O", "raw", overlay, scratch / "flat.raw"});
  EXPECT_EQ(file_text(scratch / "flat.raw"), std::string(1 << 20, 'n'));
  EXPECT_EQ(file_text(base), std::string(1 << 20, 'b'));
}

TEST(FreshQcow2, accepts_a_backing_name_of_the_longest_kind) {
  const Scratch scratch;
  const std::string name = "/" + std::string(1022, 'x');
  write_file(scratch / "o.qcow2",
             fresh_qcow2({.virtual_bytes = 512, .backing_file = name, .backing_format = "qcow2"}));
  const std::string facts = qemu_img({"info", "-f", "qcow2", "--output=json", scratch / "o.qcow2"});
  EXPECT_NE(facts.find("\"" + name + "\""), std::string::npos) << facts;
}

}  // namespace
}  // namespace welkin::storage
