// Runs another program by posix_spawn and collects what it says.
#include "base/program.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "base/error.hpp"

namespace welkin {
namespace {

constexpr std::size_t output_bytes_max = 65536;

[[noreturn]] void fail(std::string_view doing, std::string_view what, int code = errno) {
  throw Error(Fault::internal, fmt::format("The host could not {}: {}.", doing, std::strerror(code)), {}, std::string(what));
}

/// One end of a pipe.
class End {
 public:
  explicit End(int number) : number_(number) {}
  ~End() { close(); }
  End(const End&) = delete;
  End& operator=(const End&) = delete;
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

/// What posix_spawn is told: no input, both streams into the pipe, nothing else open, no inherited signal settings.
struct SpawnPlan {
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;

  explicit SpawnPlan(int output) {
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, 1);
    posix_spawn_file_actions_adddup2(&files, output, 2);
    posix_spawn_file_actions_addclosefrom_np(&files, 3);
    posix_spawnattr_init(&attributes);
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
};

pid_t spawn(const std::vector<std::string>& arguments, int output) {
  const SpawnPlan plan(output);
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin", locale[] = "LC_ALL=C";
  char* environment[] = {path, locale, nullptr};
  pid_t child = -1;
  const int failure =
      ::posix_spawnp(&child, argv[0], &plan.files, &plan.attributes, argv.data(), environment);
  if (failure == ENOENT)
    throw Error(Fault::unsupported, fmt::format("The host has no program '{}'; install it.", arguments[0]));
  if (failure != 0) fail("start a program", arguments[0], failure);
  return child;
}

/// Reads until all that hold the streams have closed them; false when the time is up first.
bool collect(int pipe, std::chrono::steady_clock::time_point end, std::string& output) {
  std::array<char, 4096> buffer;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd wait{.fd = pipe, .events = POLLIN, .revents = 0};
    const int ready = left.count() > 0 ? ::poll(&wait, 1, int(left.count())) : 0;
    if (ready == 0) return false;
    if (ready < 0) continue;
    const ssize_t got = ::read(pipe, buffer.data(), buffer.size());
    if (got == 0 || (got < 0 && errno != EINTR)) return true;
    if (got > 0) output.append(buffer.data(), std::min(std::size_t(got), output_bytes_max - output.size()));
  }
}

}  // namespace

ProgramEnd run_program(const std::vector<std::string>& arguments, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) fail("open a pipe", "pipe");
  const End from_child(ends[0]);
  End to_parent(ends[1]);
  const pid_t child = spawn(arguments, to_parent.number());
  to_parent.close();
  ProgramEnd ended;
  const bool in_time = collect(from_child.number(), end, ended.output);
  if (!in_time) ::kill(-child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) fail("wait for a program", arguments[0]);
  if (!in_time)
    throw Error(Fault::timeout, fmt::format("The program '{}' took too long and was ended.", arguments[0]),
                {}, ended.output);
  ended.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return ended;
}

}  // namespace welkin
