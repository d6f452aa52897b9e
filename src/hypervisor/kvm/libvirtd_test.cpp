// The private libvirtd is found again, keeps to itself, and ends cleanly.
#include "hypervisor/kvm/libvirtd.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "hypervisor/driver_trial.hpp"
#include "hypervisor/kvm/kvm_ground.hpp"
#include "hypervisor/kvm/process.hpp"

namespace welkin::hypervisor::kvm {
namespace {

namespace fs = std::filesystem;

const Uuid host = *Uuid::parse("01939f00-1111-7222-8333-444455556666");

TEST(Libvirtd, wants_a_directory_whose_socket_can_be_named) {
  EXPECT_EQ(fault_of([] { Libvirtd({.directory = "relative", .host = host}); }), Fault::invalid);
  EXPECT_EQ(fault_of([] { Libvirtd({.directory = "/" + std::string(90, 'x'), .host = host}); }),
            Fault::invalid);
  EXPECT_EQ(fault_of([] { Libvirtd({.directory = "/tmp/with\nline", .host = host}); }), Fault::invalid);
  EXPECT_EQ(fault_of([] { Libvirtd({.directory = "/tmp/x"}); }), Fault::invalid);
}

struct RunningLibvirtd : testing::Test {
  void SetUp() override {
    if (const auto reason = KvmGround::missing(); !reason.empty()) GTEST_SKIP() << reason;
    char name[] = "/tmp/welkin libvirtd-XXXXXX";
    directory = mkdtemp(name);
  }
  void TearDown() override {
    if (directory.empty()) return;
    mine().stop_everything();
    fs::remove_all(directory);
  }
  Libvirtd mine() const { return Libvirtd({.directory = directory, .host = host}); }
  pid_t pid() const { return read_pid(directory + "/libvirtd.pid"); }

  std::string directory;
};

TEST_F(RunningLibvirtd, is_one_however_many_ask_for_it) {
  std::vector<std::jthread> askers;
  for (int i = 0; i < 3; ++i) askers.emplace_back([this] { mine().ensure(); });
  askers.clear();
  const auto first = pid();
  EXPECT_TRUE(mine().answers());
  mine().ensure();
  EXPECT_EQ(pid(), first);
}

TEST_F(RunningLibvirtd, ends_with_its_keeper_and_may_be_started_again) {
  mine().ensure();
  const Process daemon(pid()), keeper(read_pid(directory + "/keeper.pid"));
  EXPECT_TRUE(keeper.sees(directory + "/run", "/run/libvirt"));
  EXPECT_FALSE(Process(getpid()).sees(directory + "/run", "/run/libvirt"));
  mine().stop_everything();
  EXPECT_FALSE(daemon.alive());
  EXPECT_FALSE(keeper.alive());
  EXPECT_FALSE(mine().answers());
  mine().stop_everything();
  mine().ensure();
  EXPECT_TRUE(mine().answers());
}

TEST_F(RunningLibvirtd, that_hangs_is_replaced) {
  mine().ensure();
  const Process hanging(pid());
  hanging.signal(SIGSTOP);
  Libvirtd({.directory = directory, .host = host, .hang_seconds = 1}).ensure();
  EXPECT_FALSE(hanging.alive());
  EXPECT_TRUE(mine().answers());
}

TEST_F(RunningLibvirtd, never_ends_a_stranger_that_got_its_number) {
  mine().ensure();
  mine().stop_everything();
  for (const auto* file : {"/libvirtd.pid", "/keeper.pid", "/run/qemu/guest.pid"}) {
    fs::create_directories(fs::path(directory + file).parent_path());
    std::ofstream(directory + file) << getpid() << "\n";
  }
  mine().stop_everything();  // this very test would not survive it
}

TEST_F(RunningLibvirtd, forgets_what_ran_before_the_machine_booted) {
  fs::create_directories(directory + "/run/qemu");
  std::ofstream(directory + "/run/qemu/old.xml") << "stale";
  std::ofstream(directory + "/boot_id") << "another boot\n";
  mine().ensure();
  EXPECT_FALSE(fs::exists(directory + "/run/qemu/old.xml"));
}

TEST_F(RunningLibvirtd, that_cannot_start_says_why) {
  const Libvirtd absent({.directory = directory, .host = host, .program = "/nowhere/libvirtd"});
  try {
    Libvirtd(absent).ensure();
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.fault, Fault::internal);
    EXPECT_NE(error.cause.find("/nowhere/libvirtd"), std::string::npos) << error.cause;
  }
}

}  // namespace
}  // namespace welkin::hypervisor::kvm
