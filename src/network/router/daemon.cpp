// pidfd_open(2).
#include "network/router/daemon.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

#include <charconv>
#include <fstream>

#include "base/error.hpp"
#include "base/program.hpp"
#include "network/bridge/state.hpp"

namespace welkin::network {
namespace {

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
  const auto end = run_program(arguments, patience);
  if (end.status != 0)
    throw Error(Fault::internal, fmt::format("{} did not start.", arguments[0]), {},
                fmt::format("{}: {}", end.status, end.output));
}

}  // namespace welkin::network
