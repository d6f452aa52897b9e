// A directory pool: volumes share their template, which nobody writes to; every verb may be said twice.
#include "storage/local/local_pools.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "storage/local/files.hpp"
#include "storage/local/scratch.hpp"

namespace welkin::storage {
namespace {

constexpr std::int64_t mib = 1 << 20;

/// Gives one image's bytes, in pieces, and counts how often.
struct OneImage final : ImageSource {
  std::string bytes;
  std::atomic<int> fetches = 0;
  std::function<void()> meanwhile;

  void fetch(const std::string& image, const std::function<void(std::string_view)>& chunk) override {
    ++fetches;
    if (image != "image") throw Error(Fault::missing, "no such image");
    for (std::size_t at = 0; at < bytes.size(); at += 100'000)
      chunk(std::string_view(bytes).substr(at, 100'000));
    if (meanwhile) meanwhile();
  }
};

class LocalPoolsTest : public testing::Test {
 protected:
  LocalPoolsTest() {
    source_.bytes = std::string(2 * mib, 't');
    pools_.open(pool_);
  }

  TemplateSpec raw_template() {
    TemplateSpec spec{.pool = pool_, .id = some_uuid(), .image = "image", .format = "raw"};
    spec.bytes = std::int64_t(source_.bytes.size());
    spec.sha256 = sha256_of(source_.bytes);
    return spec;
  }
  TemplateSpec qcow2_template() {
    write_file(scratch_ / "data.raw", std::string(2 * mib, 'q'));
    qemu_img({"convert", "-f", "raw", "-O", "qcow2", scratch_ / "data.raw", scratch_ / "image.qcow2"});
    source_.bytes = file_text(scratch_ / "image.qcow2");
    TemplateSpec spec = raw_template();
    spec.format = "qcow2";
    return spec;
  }
  VolumeSpec volume_on(const TemplateSpec& spec, std::int64_t bytes = 8 * mib) {
    return {.pool = pool_, .id = some_uuid(), .bytes = bytes, .template_id = spec.id};
  }
  std::vector<std::string> all_names() {
    auto names = names_in(pool_.path + "/volumes");
    for (auto& name : names_in(pool_.path + "/templates")) names.push_back(std::move(name));
    return names;
  }

  Scratch scratch_;
  OneImage source_;
  LocalPools pools_{source_};
  PoolSpec pool_{.id = some_uuid(), .kind = "Filesystem", .path = scratch_ / "deep/pool"};
};

TEST_F(LocalPoolsTest, opens_a_pool_by_making_its_folders_and_measuring) {
  const PoolFacts facts = pools_.open(pool_);
  EXPECT_GT(facts.capacity_bytes, 0);
  EXPECT_GT(facts.used_bytes, 0);
  EXPECT_LE(facts.used_bytes, facts.capacity_bytes);
  EXPECT_TRUE(std::filesystem::is_directory(pool_.path + "/volumes"));
  EXPECT_TRUE(std::filesystem::is_directory(pool_.path + "/templates"));
}

TEST_F(LocalPoolsTest, refuses_paths_that_are_not_plain_and_other_kinds) {
  for (const std::string path : {"", "/", "relative", "/a/../b", "/a/./b", "/a//b", "/a/", "/a\nb", "/.."}) {
    PoolSpec bad = pool_;
    bad.path = path;
    EXPECT_EQ(error_of([&] { pools_.open(bad); }).fault, Fault::invalid) << path;
    EXPECT_EQ(error_of([&] { pools_.remove({.pool = bad, .id = some_uuid()}); }).fault, Fault::invalid)
        << path;
  }
  PoolSpec nfs = pool_;
  nfs.kind = "NetworkFilesystem";
  EXPECT_EQ(error_of([&] { pools_.open(nfs); }).fault, Fault::unsupported);
  EXPECT_EQ(error_of([&] { pools_.measure({.pool = pool_}); }).fault, Fault::invalid);
}

TEST_F(LocalPoolsTest, shares_one_read_only_template_among_volumes) {
  for (const bool raw : {true, false}) {
    const TemplateSpec spec = raw ? raw_template() : qcow2_template();
    const VolumePlace brought = pools_.bring_template(spec);
    EXPECT_EQ(brought.path, pool_.path + "/templates/" + spec.id.text() + "." + spec.format);
    EXPECT_EQ(brought.bytes, 2 * mib);
    struct stat status {};
    ASSERT_EQ(::stat(brought.path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0444u);

    const VolumePlace one = pools_.create(volume_on(spec)), two = pools_.create(volume_on(spec));
    EXPECT_EQ(one.bytes, 8 * mib);
    EXPECT_LT(one.physical_bytes, mib / 2);
    write_file(scratch_ / "new.raw", std::string(8 * mib, 'n'));
    qemu_img({"convert", "-n", "-f", "raw", "-O", "qcow2", scratch_ / "new.raw", one.path});
    qemu_img({"check", "-q", "-f", "qcow2", one.path});
    qemu_img({"check", "-q", "-f", "qcow2", two.path});
    qemu_img({"convert", "-f", "qcow2", "-O", "raw", two.path, scratch_ / "flat.raw"});
    const char letter = raw ? 't' : 'q';
    EXPECT_EQ(file_text(scratch_ / "flat.raw"), std::string(2 * mib, letter) + std::string(6 * mib, '\0'));
    EXPECT_EQ(sha256_of(file_text(brought.path)), spec.sha256);
  }
}

TEST_F(LocalPoolsTest, brings_a_template_once_however_often_it_is_asked) {
  const TemplateSpec spec = raw_template();
  const VolumePlace first = pools_.bring_template(spec);
  EXPECT_EQ(pools_.bring_template(spec), first);
  LocalPools after_restart(source_);
  EXPECT_EQ(after_restart.bring_template(spec), first);
  EXPECT_EQ(source_.fetches, 1);
}

TEST_F(LocalPoolsTest, brings_a_template_once_for_callers_at_the_same_time) {
  const TemplateSpec spec = raw_template();
  constexpr int callers = 8;
  std::atomic<int> waiting = 0, done = 0;
  // The first fetch ends only when all have called, as far as can be told from outside.
  source_.meanwhile = [&] {
    while (waiting < callers) std::this_thread::yield();
  };
  std::vector<std::jthread> threads;
  for (int i = 0; i < callers; ++i)
    threads.emplace_back([&] {
      ++waiting;
      if (pools_.bring_template(spec).bytes == 2 * mib) ++done;
    });
  threads.clear();
  EXPECT_EQ(done, callers);
  EXPECT_EQ(source_.fetches, 1);
}

TEST_F(LocalPoolsTest, leaves_nothing_of_a_template_that_did_not_arrive_whole) {
  TemplateSpec spec = raw_template();
  spec.sha256[0] = spec.sha256[0] == '0' ? '1' : '0';
  EXPECT_EQ(error_of([&] { pools_.bring_template(spec); }).fault, Fault::conflict);
  spec = raw_template();
  spec.bytes += 1;
  EXPECT_EQ(error_of([&] { pools_.bring_template(spec); }).fault, Fault::unreachable);
  spec.bytes -= 2;
  EXPECT_EQ(error_of([&] { pools_.bring_template(spec); }).fault, Fault::conflict);
  spec = raw_template();
  source_.meanwhile = [] { throw Error(Fault::unreachable, "gone"); };
  EXPECT_EQ(error_of([&] { pools_.bring_template(spec); }).fault, Fault::unreachable);
  EXPECT_TRUE(all_names().empty());
  source_.meanwhile = {};
  EXPECT_EQ(pools_.bring_template(spec).bytes, 2 * mib);
}

TEST_F(LocalPoolsTest, refuses_a_template_that_does_not_stand_alone) {
  write_file(scratch_ / "base.raw", std::string(mib, 'b'));
  qemu_img({"create", "-q", "-f", "qcow2", "-F", "raw", "-b", scratch_ / "base.raw", scratch_ / "x.qcow2"});
  source_.bytes = file_text(scratch_ / "x.qcow2");
  TemplateSpec spec = raw_template();
  spec.format = "qcow2";
  EXPECT_EQ(error_of([&] { pools_.bring_template(spec); }).fault, Fault::invalid);
  EXPECT_TRUE(all_names().empty());
}

TEST_F(LocalPoolsTest, refuses_another_image_under_the_same_id) {
  TemplateSpec spec = raw_template();
  pools_.bring_template(spec);
  source_.bytes[0] = 'u';
  spec.sha256 = sha256_of(source_.bytes);
  EXPECT_EQ(error_of([&] { pools_.bring_template(spec); }).fault, Fault::conflict);
}

TEST_F(LocalPoolsTest, notices_that_a_template_was_written_to) {
  const TemplateSpec spec = raw_template();
  const std::string path = pools_.bring_template(spec).path;
  pools_.create(volume_on(spec));
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  EXPECT_EQ(error_of([&] { pools_.create(volume_on(spec)); }).fault, Fault::conflict);
  write_file(path, source_.bytes);
  ASSERT_EQ(::chmod(path.c_str(), 0444), 0);
  const Error error = error_of([&] { pools_.create(volume_on(spec)); });
  EXPECT_EQ(error.fault, Fault::conflict);
  EXPECT_NE(error.message.find("written to"), std::string::npos) << error.message;
}

TEST_F(LocalPoolsTest, creates_the_same_volume_twice_as_one) {
  const TemplateSpec spec = raw_template(), other = raw_template();
  pools_.bring_template(spec);
  pools_.bring_template(other);
  VolumeSpec volume = volume_on(spec);
  const VolumePlace first = pools_.create(volume);
  EXPECT_EQ(pools_.create(volume), first);
  volume.bytes += mib;
  EXPECT_EQ(error_of([&] { pools_.create(volume); }).fault, Fault::conflict);
  volume.bytes -= mib;
  volume.template_id = other.id;
  EXPECT_EQ(error_of([&] { pools_.create(volume); }).fault, Fault::conflict);
  EXPECT_EQ(names_in(pool_.path + "/volumes").size(), 1u);
}

TEST_F(LocalPoolsTest, creates_one_volume_for_callers_at_the_same_time) {
  const TemplateSpec spec = raw_template();
  pools_.bring_template(spec);
  const VolumeSpec volume = volume_on(spec);
  std::atomic<int> done = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      if (pools_.create(volume).bytes == 8 * mib) ++done;
    });
  threads.clear();
  EXPECT_EQ(done, 8);
  EXPECT_EQ(names_in(pool_.path + "/volumes").size(), 1u);
}

TEST_F(LocalPoolsTest, will_not_resize_what_a_guest_has_open) {
  const VolumeSpec disk{.pool = pool_, .id = some_uuid(), .bytes = mib};
  const std::string path = pools_.create(disk).path;
  // QEMU locks byte 201 of a file to say that it lets nobody else write (block/file-posix.c).
  const Descriptor guest(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  struct flock lock {.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 201, .l_len = 1};
  ASSERT_EQ(::fcntl(guest.number(), F_OFD_SETLK, &lock), 0);
  const Error error = error_of([&] { pools_.resize({.pool = pool_, .id = disk.id, .bytes = 2 * mib}); });
  EXPECT_EQ(error.fault, Fault::in_use) << error.message << error.cause;
}

TEST_F(LocalPoolsTest, makes_an_empty_disk_without_a_template) {
  const VolumePlace disk = pools_.create({.pool = pool_, .id = some_uuid(), .bytes = 1000});
  EXPECT_EQ(disk.bytes, 1024);
  EXPECT_EQ(disk.format, "qcow2");
  qemu_img({"check", "-q", "-f", "qcow2", disk.path});
}

TEST_F(LocalPoolsTest, refuses_a_volume_of_an_impossible_size) {
  const TemplateSpec spec = raw_template();
  EXPECT_EQ(error_of([&] { pools_.create(volume_on(spec)); }).fault, Fault::missing);
  pools_.bring_template(spec);
  EXPECT_EQ(error_of([&] { pools_.create(volume_on(spec, mib)); }).fault, Fault::invalid);
  for (const std::int64_t bytes : {std::int64_t(0), std::int64_t(-1), std::int64_t(65) << 40, INT64_MAX})
    EXPECT_EQ(error_of([&] { pools_.create(volume_on(spec, bytes)); }).fault, Fault::invalid);
  EXPECT_TRUE(names_in(pool_.path + "/volumes").empty());
}

TEST_F(LocalPoolsTest, resizes_a_volume_but_never_into_its_template) {
  const TemplateSpec spec = raw_template();
  pools_.bring_template(spec);
  const VolumeSpec volume = volume_on(spec);
  pools_.create(volume);
  ResizeVolume order{.pool = pool_, .id = volume.id, .bytes = 16 * mib};
  EXPECT_EQ(pools_.resize(order).bytes, 16 * mib);
  EXPECT_EQ(pools_.resize(order).bytes, 16 * mib);
  order.bytes = 4 * mib;
  EXPECT_EQ(error_of([&] { pools_.resize(order); }).fault, Fault::invalid);
  order.shrink = true;
  const VolumePlace small = pools_.resize(order);
  EXPECT_EQ(small.bytes, 4 * mib);
  EXPECT_EQ(pools_.measure({.pool = pool_, .id = volume.id}), small);
  order.bytes = mib;
  EXPECT_EQ(error_of([&] { pools_.resize(order); }).fault, Fault::invalid);
  qemu_img({"check", "-q", "-f", "qcow2", small.path});
  order.id = some_uuid();
  EXPECT_EQ(error_of([&] { pools_.resize(order); }).fault, Fault::missing);
}

TEST_F(LocalPoolsTest, will_not_resize_what_lies_on_a_strange_file) {
  const VolumeSpec disk{.pool = pool_, .id = some_uuid(), .bytes = mib};
  const std::string path = pools_.create(disk).path;
  write_file(scratch_ / "b.raw", std::string(mib, 'b'));
  qemu_img({"create", "-q", "-f", "qcow2", "-F", "raw", "-b", scratch_ / "b.raw", path});
  const ResizeVolume order{.pool = pool_, .id = disk.id, .bytes = 2 * mib};
  EXPECT_EQ(error_of([&] { pools_.resize(order); }).fault, Fault::conflict);
}

TEST_F(LocalPoolsTest, removes_volumes_and_templates_in_their_order) {
  const TemplateSpec spec = qcow2_template();
  pools_.bring_template(spec);
  const VolumeSpec volume = volume_on(spec);
  const std::string path = pools_.create(volume).path;
  const Error error = error_of([&] { pools_.remove_template({.pool = pool_, .id = spec.id}); });
  EXPECT_EQ(error.fault, Fault::in_use);
  // A snapshot's file under another name counts as well.
  std::filesystem::rename(path, pool_.path + "/volumes/snapshot");
  EXPECT_EQ(error_of([&] { pools_.remove_template({.pool = pool_, .id = spec.id}); }).fault, Fault::in_use);
  std::filesystem::rename(pool_.path + "/volumes/snapshot", path);

  pools_.remove({.pool = pool_, .id = volume.id});
  pools_.remove({.pool = pool_, .id = volume.id});
  EXPECT_EQ(error_of([&] { pools_.measure({.pool = pool_, .id = volume.id}); }).fault, Fault::missing);
  pools_.remove_template({.pool = pool_, .id = spec.id});
  pools_.remove_template({.pool = pool_, .id = spec.id});
  EXPECT_TRUE(all_names().empty());
}

TEST_F(LocalPoolsTest, sweeps_what_a_crash_left_but_not_what_is_being_written) {
  write_file(pool_.path + "/volumes/.unfinished-abcdef", "half");
  write_file(pool_.path + "/templates/.unfinished-abcdef", "half");
  const TemplateSpec spec = raw_template();
  source_.meanwhile = [&] { pools_.open(pool_); };
  pools_.bring_template(spec);
  EXPECT_EQ(all_names().size(), 2u);
}

/// What the child of the next test does on a file system of 1 MiB; answers which expectation failed, or 0.
int fill_a_small_disk(const std::string& folder) {
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 77;
  if (::mount("none", folder.c_str(), "tmpfs", 0, "size=1m") != 0) return 77;
  OneImage source;
  LocalPools pools(source);
  const PoolSpec pool{.id = some_uuid(), .kind = "Filesystem", .path = folder + "/pool"};
  pools.open(pool);
  const auto fault_of = [&](std::size_t bytes, std::function<void()> meanwhile) {
    source.bytes = std::string(bytes, 't');
    source.meanwhile = std::move(meanwhile);
    try {
      pools.bring_template({.pool = pool, .id = some_uuid(), .image = "image", .format = "raw",
                            .bytes = std::int64_t(bytes), .sha256 = sha256_of(source.bytes)});
    } catch (const Error& error) {
      return error.fault;
    }
    return Fault::internal;
  };
  if (fault_of(2 * mib, {}) != Fault::exhausted) return 1;
  // Now somebody else takes the room while the template arrives.
  write_file(folder + "/hog", std::string(600'000, 'h'));
  if (fault_of(800'000, {}) != Fault::exhausted) return 2;
  UnfinishedFile file(folder + "/pool/templates");
  bool full = false;
  try {
    file.write(std::string(800'000, 'x'));
  } catch (const Error& error) {
    full = error.fault == Fault::exhausted;
  }
  if (!full) return 3;
  return names_in(pool.path + "/templates").size() == 1 ? 0 : 4;
}

TEST(LocalPoolsOnAFullDisk, say_so_and_leave_nothing_behind) {
  const Scratch scratch;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(::unshare(CLONE_NEWNS) == 0 ? fill_a_small_disk(scratch.path()) : 77);
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  if (WEXITSTATUS(status) == 77) GTEST_SKIP() << "mounts in a namespace of its own need root";
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace welkin::storage
