// Serial logs stay short.
#include "hypervisor/kvm/serial_logs.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "hypervisor/kvm/host_gauges.hpp"

namespace welkin::hypervisor::kvm {
namespace {

namespace fs = std::filesystem;

struct SerialLog : testing::Test {
  SerialLog() {
    char name[] = "/tmp/welkin-logs-XXXXXX";
    directory = mkdtemp(name);
    id.bytes[0] = 1;
  }
  ~SerialLog() override { fs::remove_all(directory); }
  void say(std::string_view text) { std::ofstream(logs().path(id), std::ios::app) << text; }
  SerialLogs logs() const { return SerialLogs(directory, 100); }

  std::string directory;
  Uuid id;
};

TEST_F(SerialLog, is_for_its_owner_only) {
  logs().prepare(id);
  struct stat file{};
  ASSERT_EQ(stat(logs().path(id).c_str(), &file), 0);
  EXPECT_EQ(file.st_mode & 0777, 0600u);
}

TEST_F(SerialLog, keeps_its_end_when_it_is_cut) {
  logs().prepare(id);
  say(std::string(90, 'a'));
  logs().trim();
  EXPECT_EQ(read_file(logs().path(id)).size(), 90u);
  say(std::string(20, 'b') + "end");
  logs().trim();
  EXPECT_EQ(read_file(logs().path(id)), "aa" + std::string(20, 'b') + "end");
}

TEST_F(SerialLog, is_kept_when_it_is_prepared_again_and_gone_when_removed) {
  logs().prepare(id);
  say("hello");
  logs().prepare(id);
  EXPECT_EQ(read_file(logs().path(id)), "hello");
  logs().remove(id);
  EXPECT_FALSE(fs::exists(logs().path(id)));
}

TEST_F(SerialLog, that_a_guest_replaced_by_a_link_is_left_alone) {
  std::ofstream(directory + "/victim") << std::string(200, 'v');
  fs::create_symlink(directory + "/victim", logs().path(id));
  logs().trim();
  EXPECT_EQ(fs::file_size(directory + "/victim"), 200u);
  EXPECT_ANY_THROW(logs().prepare(id));
}

}  // namespace
}  // namespace welkin::hypervisor::kvm
