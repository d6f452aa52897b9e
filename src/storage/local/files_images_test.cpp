// The image store keeps what is whole, right and harmless, and nothing of the rest.
#include "storage/local/files_images.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "storage/local/files.hpp"
#include "storage/local/qcow2.hpp"
#include "storage/local/scratch.hpp"

namespace welkin::storage {
namespace {

constexpr std::int64_t mib = 1 << 20;

/// A web of one page.
struct OnePage final : Fetcher {
  std::string body;
  bool length_known = true;
  std::size_t length_off_by = 0;
  std::atomic<int> fetches = 0;
  std::function<void()> meanwhile;

  void fetch(const std::string&, const FetchLimits&, const FetchTarget& target) override {
    ++fetches;
    if (length_known) target.expect(std::int64_t(body.size() + length_off_by));
    for (std::size_t at = 0; at < body.size(); at += 300'000)
      if (!target.take(std::string_view(body).substr(at, 300'000))) return;
    if (meanwhile) meanwhile();
  }
};

class FilesImagesTest : public testing::Test {
 protected:
  FilesImagesTest() {
    std::filesystem::create_directory(imports_);
    web_.body = std::string(5 * mib, 'r');
    images_.open_store(store_);
  }

  ImageWish wish(std::string url = "https://images.example/disk") {
    return {
        .store = store_, .id = some_uuid(), .url = std::move(url), .format = "RAW", .bytes_max = 64 * mib};
  }
  ImageWish qcow2_wish(std::vector<std::string> create) {
    create.insert(create.begin(), {"create", "-q", "-f", "qcow2"});
    create.push_back(scratch_ / "image.qcow2");
    create.push_back("8M");
    qemu_img(create);
    web_.body = file_text(scratch_ / "image.qcow2");
    ImageWish asked = wish();
    asked.format = "QCOW2";
    return asked;
  }
  /// The fault of a download, which must leave the store empty.
  Error refused(const ImageWish& asked) {
    const Error error = error_of([&] { images_.download(asked, {}); });
    EXPECT_TRUE(names_in(store_).empty()) << error.message;
    return error;
  }

  Scratch scratch_;
  std::string store_ = scratch_ / "store", imports_ = scratch_ / "imports";
  OnePage web_;
  FilesImages images_{web_, {imports_}};
};

TEST_F(FilesImagesTest, keeps_an_image_and_gives_it_back_in_pieces) {
  const ImageWish asked = wish();
  const ImageFacts facts = images_.download(asked, {});
  EXPECT_EQ(facts.format, "raw");
  EXPECT_EQ(facts.virtual_bytes, 5 * mib);
  EXPECT_EQ(facts.physical_bytes, 5 * mib);
  EXPECT_EQ(facts.sha256, sha256_of(web_.body));
  std::string got;
  std::size_t largest = 0;
  images_.read({.store = store_, .id = asked.id}, [&](std::string_view piece) {
    got += piece;
    largest = std::max(largest, piece.size());
  });
  EXPECT_EQ(got, web_.body);
  EXPECT_LE(largest, std::size_t(mib));
  EXPECT_EQ(file_text(store_ + "/" + asked.id.text() + "/image.raw"), web_.body);
}

TEST_F(FilesImagesTest, looks_into_a_qcow2_for_its_virtual_size) {
  const ImageFacts facts = images_.download(qcow2_wish({}), {});
  EXPECT_EQ(facts.format, "qcow2");
  EXPECT_EQ(facts.virtual_bytes, 8 * mib);
  EXPECT_EQ(facts.physical_bytes, std::int64_t(web_.body.size()));
}

TEST_F(FilesImagesTest, answers_a_kept_image_again_without_fetching) {
  ImageWish asked = wish();
  const ImageFacts facts = images_.download(asked, {});
  FilesImages after_restart(web_, {});
  EXPECT_EQ(after_restart.download(asked, {}), facts);
  EXPECT_EQ(web_.fetches, 1);
  asked.checksum = std::string(64, '0');
  EXPECT_EQ(error_of([&] { images_.download(asked, {}); }).fault, Fault::conflict);
  asked.checksum.clear();
  asked.format = "qcow2";
  EXPECT_EQ(error_of([&] { images_.download(asked, {}); }).fault, Fault::conflict);
}

TEST_F(FilesImagesTest, fetches_once_for_callers_at_the_same_time) {
  const ImageWish asked = wish();
  constexpr int callers = 6;
  std::atomic<int> waiting = 0, done = 0;
  web_.meanwhile = [&] {
    while (waiting < callers) std::this_thread::yield();
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < callers; ++i)
    threads.emplace_back([&] {
      ++waiting;
      if (images_.download(asked, {}).virtual_bytes == 5 * mib) ++done;
    });
  threads.clear();
  EXPECT_EQ(done, callers);
  EXPECT_EQ(web_.fetches, 1);
}

TEST_F(FilesImagesTest, tells_how_far_it_is_and_gives_up_when_told) {
  std::vector<std::int64_t> told;
  images_.download(wish(), [&](std::int64_t arrived, std::int64_t expected) {
    EXPECT_EQ(expected, 5 * mib);
    told.push_back(arrived);
    return true;
  });
  EXPECT_EQ(told.front(), 0);
  EXPECT_EQ(told.back(), 5 * mib);
  EXPECT_GE(told.size(), 4u);
  EXPECT_TRUE(std::ranges::is_sorted(told));
  const std::size_t kept = names_in(store_).size();
  const auto give_up = [&](std::int64_t arrived, std::int64_t) { return arrived < 2 * mib; };
  EXPECT_EQ(error_of([&] { images_.download(wish(), give_up); }).fault, Fault::cancelled);
  EXPECT_EQ(names_in(store_).size(), kept);
}

TEST_F(FilesImagesTest, accepts_every_kind_of_checksum) {
  web_.body = std::string(512, 'a');
  for (const std::string sum :
       {"{MD5}56907396339ca2b099bd12245f936ddc", "56907396339CA2B099BD12245F936DDC",
        "{SHA-1}164557facb73929875168c1e92caf09bb6064564", "164557facb73929875168c1e92caf09bb6064564"}) {
    ImageWish asked = wish();
    asked.checksum = sum;
    try {
      images_.download(asked, {});
    } catch (const Error& error) {
      ADD_FAILURE() << error.message;
    }
  }
  for (const auto& [name, algorithm] : {std::pair("{SHA-224}", Algorithm::sha224), {"", Algorithm::sha256},
                                        {"{sha-384}", Algorithm::sha384}, {"{SHA-512}", Algorithm::sha512}}) {
    Digest digest(algorithm);
    digest.add(web_.body);
    ImageWish asked = wish();
    asked.checksum = name + digest.hex();
    EXPECT_EQ(images_.download(asked, {}).virtual_bytes, 512);
  }
}

TEST_F(FilesImagesTest, leaves_nothing_of_an_image_with_another_checksum) {
  ImageWish asked = wish();
  asked.checksum = "{SHA-256}" + std::string(64, '0');
  const Error error = refused(asked);
  EXPECT_EQ(error.fault, Fault::invalid);
  EXPECT_NE(error.message.find(sha256_of(web_.body)), std::string::npos) << error.message;
  asked.checksum = std::string(32, '0');
  EXPECT_EQ(refused(asked).subject, "checksum");
  for (const std::string nonsense :
       {"abc", "{CRC}00", "{MD5}zz", "{SHA-256", "{MD5}164557facb73929875168c1e92caf09bb6064564"}) {
    asked.checksum = nonsense;
    EXPECT_EQ(refused(asked).fault, Fault::invalid) << nonsense;
  }
  asked.checksum = std::string(32, 'g');
  EXPECT_EQ(refused(asked).fault, Fault::invalid);
  EXPECT_EQ(web_.fetches, 2);
}

TEST_F(FilesImagesTest, stops_what_is_longer_than_allowed_or_than_announced) {
  ImageWish asked = wish();
  asked.bytes_max = mib;
  EXPECT_EQ(refused(asked).fault, Fault::limited);
  web_.length_known = false;
  EXPECT_EQ(refused(asked).fault, Fault::limited);
  asked.bytes_max = 0;
  EXPECT_EQ(refused(asked).fault, Fault::invalid);
  web_.length_known = true;
  web_.length_off_by = 1;
  EXPECT_EQ(refused(wish()).fault, Fault::unreachable);
  web_.body = std::string();
  web_.length_off_by = 0;
  EXPECT_EQ(refused(wish()).fault, Fault::invalid);
}

TEST_F(FilesImagesTest, refuses_images_that_reach_beyond_themselves) {
  write_file(scratch_ / "secret", std::string(mib, 's'));
  EXPECT_EQ(refused(qcow2_wish({"-F", "raw", "-b", scratch_ / "secret"})).fault, Fault::invalid);
  EXPECT_EQ(refused(qcow2_wish({"-o", "data_file=" + (scratch_ / "data")})).fault, Fault::invalid);
  ImageWish as_raw = qcow2_wish({"-F", "raw", "-b", scratch_ / "secret"});
  as_raw.format = "raw";
  EXPECT_EQ(refused(as_raw).fault, Fault::invalid);
  web_.body = "# Disk DescriptorFile\nversion=1\nRW 1 FLAT \"/etc/shadow\" 0\n";
  EXPECT_EQ(refused(wish()).fault, Fault::invalid);
}

TEST_F(FilesImagesTest, refuses_a_small_file_that_claims_a_tebibyte) {
  web_.body = fresh_qcow2({.virtual_bytes = std::uint64_t(1) << 40});
  ImageWish asked = wish();
  asked.format = "qcow2";
  EXPECT_EQ(refused(asked).fault, Fault::limited);
}

TEST_F(FilesImagesTest, refuses_packed_images_with_advice) {
  web_.body = std::string("\x1f\x8b\x08", 3) + std::string(1000, 'z');
  EXPECT_NE(refused(wish()).message.find("unpack"), std::string::npos);
}

TEST_F(FilesImagesTest, refuses_other_formats_and_addresses) {
  ImageWish asked = wish();
  asked.format = "vmdk";
  EXPECT_EQ(refused(asked).fault, Fault::invalid);
  for (const std::string url : {"", "ftp://x/y", "/etc/passwd", "https", "https://a b/", "https://a/\r\nX: y",
                                "javascript:1", "FILE:///etc/passwd"})
    EXPECT_EQ(refused(wish(url)).subject, "url") << url;
  EXPECT_EQ(refused(wish("https://x/" + std::string(2100, 'a'))).fault, Fault::invalid);
  asked = wish();
  asked.store = store_ + "/../store";
  EXPECT_EQ(refused(asked).fault, Fault::invalid);
  asked = wish();
  asked.id = {};
  EXPECT_EQ(refused(asked).fault, Fault::invalid);
  EXPECT_EQ(web_.fetches, 0);
}

TEST_F(FilesImagesTest, reads_files_only_from_directories_opened_for_it) {
  write_file(imports_ + "/a disk.raw", std::string(mib, 'f'));
  write_file(scratch_ / "outside.raw", std::string(mib, 'o'));
  std::filesystem::create_symlink(scratch_ / "outside.raw", imports_ + "/link.raw");
  std::filesystem::create_directory_symlink(scratch_.path(), imports_ + "/up");
  ASSERT_EQ(::mkfifo((imports_ + "/pipe").c_str(), 0600), 0);
  for (const std::string& path :
       {scratch_ / "outside.raw", imports_ + "/link.raw", imports_ + "/up/outside.raw",
        imports_ + "/../outside.raw", imports_ + "/%2e%2e/outside.raw", imports_ + "/pipe",
        imports_ + "/absent", imports_, imports_ + "/", imports_ + "x", std::string("/proc/self/environ"),
        imports_ + "/a%20disk.raw%00", imports_ + "/%zz"})
    EXPECT_EQ(refused(wish("file://" + path)).fault, Fault::invalid) << path;
  EXPECT_EQ(refused(wish("file://otherhost" + imports_ + "/a%20disk.raw")).fault, Fault::invalid);
  EXPECT_EQ(refused(wish("file://" + imports_ + "/absent")).message,
            refused(wish("file://" + (scratch_ / "outside.raw"))).message);

  EXPECT_EQ(images_.download(wish("file://" + imports_ + "/a%20disk.raw"), {}).physical_bytes, mib);
  EXPECT_EQ(images_.download(wish("file://localhost" + imports_ + "/a%20disk.raw"), {}).physical_bytes, mib);
  EXPECT_EQ(web_.fetches, 0);
}

TEST_F(FilesImagesTest, refuses_a_file_that_is_too_long_before_reading_it) {
  write_file(imports_ + "/large.raw", "x");
  std::filesystem::resize_file(imports_ + "/large.raw", std::uintmax_t(1) << 40);
  EXPECT_EQ(refused(wish("file://" + imports_ + "/large.raw")).fault, Fault::limited);
}

TEST_F(FilesImagesTest, removes_an_image_and_its_absence) {
  const ImageWish asked = wish();
  images_.download(asked, {});
  const ImageName name{.store = store_, .id = asked.id};
  bool removed = false;
  std::size_t got = 0;
  images_.read(name, [&](std::string_view piece) {
    got += piece.size();
    if (!std::exchange(removed, true)) images_.remove(name);
  });
  EXPECT_EQ(got, std::size_t(5 * mib));
  images_.remove(name);
  EXPECT_TRUE(names_in(store_).empty());
  EXPECT_EQ(error_of([&] { images_.read(name, [](std::string_view) {}); }).fault, Fault::missing);
}

TEST_F(FilesImagesTest, sweeps_what_a_crash_left_but_not_what_is_arriving) {
  std::filesystem::create_directory(store_ + "/.unfinished-abcdef");
  write_file(store_ + "/.unfinished-abcdef/image.raw", "half");
  web_.meanwhile = [&] { images_.open_store(store_); };
  const ImageWish asked = wish();
  images_.download(asked, {});
  EXPECT_EQ(names_in(store_), std::vector<std::string>{asked.id.text()});
}

TEST_F(FilesImagesTest, measures_its_store) {
  const StoreFacts facts = images_.open_store(store_);
  EXPECT_GT(facts.capacity_bytes, facts.used_bytes);
}

}  // namespace
}  // namespace welkin::storage
