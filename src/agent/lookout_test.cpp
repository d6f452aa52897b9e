// The lookout tells what changed, all of it to whoever listens anew, and nothing otherwise.
#include "agent/lookout.hpp"

#include <gtest/gtest.h>

#include "link/fake_hands_test.hpp"

namespace welkin::agent {
namespace {

/// Collects what is told; may refuse to listen.
struct Listener {
  std::mutex mutex;
  std::condition_variable heard;
  std::vector<std::string> news;
  int asked = 0;
  bool listening = true;

  bool take(const std::string& text) {
    const std::lock_guard lock(mutex);
    ++asked;
    if (listening) news.push_back(text);
    heard.notify_all();
    return listening;
  }
  bool wait_for(const std::function<bool()>& holds) {
    std::unique_lock lock(mutex);
    return heard.wait_for(lock, 10s, holds);
  }
};

struct Looking : testing::Test {
  link::FakeDriver driver;
  Listener listener;

  void see(int cpus) {
    const std::lock_guard lock(driver.mutex);
    driver.seen.instances = {{*Uuid::parse("00000000-0000-7000-8000-000000000e01"), "i-2-1-VM",
                              hypervisor::Power::running, cpus, 1 << 20}};
  }
  auto tell() {
    return [this](const std::string& text) { return listener.take(text); };
  }
};

TEST_F(Looking, tells_at_once_and_then_only_what_changes) {
  see(1);
  const Lookout lookout(driver, tell(), 1ms);
  ASSERT_TRUE(listener.wait_for([&] { return listener.news.size() == 1; }));
  see(2);
  ASSERT_TRUE(listener.wait_for([&] { return listener.news.size() == 2; }));
  EXPECT_NE(listener.news[0], listener.news[1]);
  EXPECT_EQ(lookout.pulse().instances, 1);
  EXPECT_TRUE(lookout.pulse().hypervisor_answers);
  EXPECT_GT(lookout.pulse().memory_bytes_free, 0);
}

TEST_F(Looking, tells_everything_again_to_a_new_listener) {
  see(1);
  Lookout lookout(driver, tell(), 1h);
  ASSERT_TRUE(listener.wait_for([&] { return listener.news.size() == 1; }));
  lookout.start_over();
  ASSERT_TRUE(listener.wait_for([&] { return listener.news.size() == 2; }));
  EXPECT_EQ(listener.news[0], listener.news[1]);
}

TEST_F(Looking, tries_again_when_nobody_listened) {
  see(1);
  listener.listening = false;
  const Lookout lookout(driver, tell(), 1ms);
  ASSERT_TRUE(listener.wait_for([&] { return listener.asked > 2; }));
  const std::unique_lock lock(listener.mutex);
  EXPECT_TRUE(listener.news.empty());
}

}  // namespace
}  // namespace welkin::agent
