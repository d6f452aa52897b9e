// The agent's command line and configuration file.
#include "agent/settings.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace welkin::agent {
namespace {

std::optional<Settings> read(std::vector<const char*> words, int& status) {
  words.insert(words.begin(), "welkin-agent");
  return read_settings(int(words.size()), words.data(), status);
}

TEST(AgentSettings, are_read_from_flags) {
  int status = 0;
  const auto settings = read({"--server", "a:8250", "--server", "[::1]:99", "--tag", "x1", "--host-id",
                              "00000000-0000-7000-8000-000000000e01", "--libvirt", "qemu:///system"},
                             status);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->servers, (std::vector<std::string>{"a:8250", "[::1]:99"}));
  EXPECT_EQ(settings->tag, "x1");
  EXPECT_EQ(settings->host_id, Uuid::parse("00000000-0000-7000-8000-000000000e01"));
  EXPECT_EQ(settings->libvirt, "qemu:///system");
  EXPECT_EQ(settings->task, Task::serve);
}

TEST(AgentSettings, are_read_from_a_file_too) {
  const auto path = testing::TempDir() + "/welkin_agent_" + std::to_string(::getpid()) + ".conf";
  std::ofstream(path) << "server = [\"a:8250\", \"b:8250\"]\ntag = \"zz\"\npool = \"/srv/pool\"\n";
  int status = 0;
  const auto settings = read({"--config", path.c_str()}, status);
  std::filesystem::remove(path);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->servers.size(), 2u);
  EXPECT_EQ(settings->tag, "zz");
  EXPECT_EQ(settings->pool, "/srv/pool");
}

TEST(AgentSettings, know_the_verb_clean) {
  int status = 0;
  const auto settings = read({"clean", "--data", "/srv/agent"}, status);
  ASSERT_TRUE(settings);
  EXPECT_EQ(settings->task, Task::clean);
  EXPECT_EQ(settings->data, "/srv/agent");
}

TEST(AgentSettings, refuse_what_makes_no_sense) {
  for (const auto& words : std::vector<std::vector<const char*>>{{"--bogus"},
                                                                 {"--tag", "toolong"},
                                                                 {"--host-id", "7"},
                                                                 {"--server", "a:port"},
                                                                 {"--outside-gateway", "10.0.0.1/33"}}) {
    int status = 0;
    EXPECT_FALSE(read(words, status)) << words[0];
    EXPECT_NE(status, 0) << words[0];
  }
  int status = 7;
  EXPECT_FALSE(read({"--version"}, status));
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace welkin::agent
