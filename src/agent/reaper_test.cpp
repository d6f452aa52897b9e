// The reaper takes orphans and leaves other people's children alone.
#include "agent/reaper.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <functional>

namespace welkin::agent {
namespace {

using namespace std::chrono_literals;

bool soon(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + 10s;
  while (std::chrono::steady_clock::now() < until) {
    if (holds()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

TEST(Reaper, collects_a_daemon_whose_starter_has_gone) {
  const Reaper reaper;
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const pid_t starter = ::fork();
  if (starter == 0) {
    const pid_t daemon = ::fork();
    if (daemon == 0) {
      ::setsid();
      _exit(0);
    }
    _exit(::write(ends[1], &daemon, sizeof daemon) == sizeof daemon ? 0 : 1);
  }
  pid_t daemon = 0;
  ASSERT_EQ(::read(ends[0], &daemon, sizeof daemon), ssize_t(sizeof daemon));
  ASSERT_EQ(::waitpid(starter, nullptr, 0), starter);
  EXPECT_TRUE(soon([&] { return ::kill(daemon, 0) != 0 && errno == ESRCH; }));
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(Reaper, leaves_a_child_to_whoever_started_it) {
  const Reaper reaper;
  const pid_t child = ::fork();
  if (child == 0) _exit(7);
  siginfo_t facts{};
  ASSERT_EQ(::waitid(P_PID, id_t(child), &facts, WEXITED | WNOWAIT), 0);
  std::this_thread::sleep_for(
      1s);  // the reaper has looked several times; there is no event for what it does not do
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
}

}  // namespace
}  // namespace welkin::agent
