// posix_spawn(3) and pidfd_open(2).
#include "network/router/daemon.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <array>
#include <charconv>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "network/bridge/state.hpp"

namespace welkin::network {
namespace {

constexpr std::size_t output_bytes_max = 4096;

/// No input, both streams into the pipe, no inherited signal settings, a process group of its own.
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
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
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
    throw Error(Fault::unsupported, fmt::format("This host has no program '{}'; install it.", arguments[0]));
  if (failure != 0)
    throw Error(Fault::internal, fmt::format("This host could not start {}.", arguments[0]), {},
                std::strerror(failure));
  return child;
}

/// Reads until all that hold the other end have closed it; false when the time is up first.
bool collect(int pipe, std::chrono::milliseconds patience, std::string& output) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::array<char, 1024> piece;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd wait{pipe, POLLIN, 0};
    if (left.count() <= 0 || ::poll(&wait, 1, int(left.count())) == 0) return false;
    const auto got = ::read(pipe, piece.data(), piece.size());
    if (got == 0 || (got < 0 && errno != EINTR)) return true;
    if (got > 0) output.append(piece.data(), std::min(std::size_t(got), output_bytes_max - output.size()));
  }
}

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// proc(5): arguments, each ended by a zero. Not of regular size, so read by streams.
bool has_argument(pid_t pid, const std::string& argument) {
  std::ifstream file(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
  for (std::string each; std::getline(file, each, '\0');)
    if (each == argument) return true;
  return false;
}

}  // namespace

std::optional<Daemon> Daemon::find(const std::string& pid_file, const std::string& argument) {
  const auto text = read_state(pid_file);
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  if (pid <= 1) return std::nullopt;
  Descriptor process(int(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process) return std::nullopt;
  Daemon found(pid, std::move(process));
  // In this order: what is held now is what is looked at.
  if (!has_argument(pid, argument) || found.ends_within(std::chrono::milliseconds(0))) return std::nullopt;
  return found;
}

void Daemon::signal(int number) const { ::syscall(SYS_pidfd_send_signal, process_.fd(), number, nullptr, 0); }

bool Daemon::ends_within(std::chrono::milliseconds patience) const {
  pollfd wait{process_.fd(), POLLIN, 0};
  return ::poll(&wait, 1, int(patience.count())) == 1;
}

void Daemon::end(std::chrono::milliseconds patience) const {
  signal(SIGTERM);
  if (ends_within(patience)) return;
  signal(SIGKILL);
  if (!ends_within(patience))
    throw Error(Fault::timeout, fmt::format("Process {} on this host does not end.", pid_));
}

void start_daemon(const std::vector<std::string>& arguments, std::chrono::milliseconds patience) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    throw Error(Fault::internal, "This host has no room for another program.");
  const Descriptor from_child(ends[0]);
  Descriptor to_parent(ends[1]);
  const pid_t child = spawn(arguments, to_parent.fd());
  to_parent = Descriptor();
  std::string output;
  const bool in_time = collect(from_child.fd(), patience, output);
  if (!in_time) ::kill(-child, SIGKILL);
  const int status = wait_for(child);
  if (!in_time)
    throw Error(Fault::timeout, fmt::format("{} did not start in time.", arguments[0]), {}, output);
  if (status != 0)
    throw Error(Fault::internal, fmt::format("{} did not start.", arguments[0]), {},
                fmt::format("{}: {}", status, output));
}

}  // namespace welkin::network
