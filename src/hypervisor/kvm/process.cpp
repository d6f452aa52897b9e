// pidfd_open(2), poll(2) and the links of /proc.
#include "hypervisor/kvm/process.hpp"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <filesystem>
#include <utility>

#include "hypervisor/kvm/host_gauges.hpp"

namespace welkin::hypervisor::kvm {

Process::Process(pid_t pid) : pid_(pid), fd_(pid > 1 ? int(syscall(SYS_pidfd_open, pid, 0)) : -1) {}

Process::~Process() {
  if (fd_ >= 0) close(fd_);
}

Process::Process(Process&& other) noexcept : pid_(other.pid_), fd_(std::exchange(other.fd_, -1)) {}

bool Process::ended(std::chrono::milliseconds patience) const {
  if (fd_ < 0) return true;
  pollfd waiting{fd_, POLLIN, 0};
  return poll(&waiting, 1, int(patience.count())) == 1;
}

void Process::signal(int number) const {
  if (fd_ >= 0) syscall(SYS_pidfd_send_signal, fd_, number, nullptr, 0);
}

bool Process::end(std::chrono::milliseconds patience) const {
  signal(SIGTERM);
  if (ended(patience)) return true;
  signal(SIGKILL);
  return ended(patience);
}

bool Process::sees(const std::string& directory, const std::string& path) const {
  struct stat ours{}, theirs{};
  const auto through = "/proc/" + std::to_string(pid_) + "/root" + path;
  return stat(directory.c_str(), &ours) == 0 && stat(through.c_str(), &theirs) == 0 &&
         ours.st_dev == theirs.st_dev && ours.st_ino == theirs.st_ino && alive();
}

std::string Process::program() const {
  std::error_code failed;
  const auto target = std::filesystem::read_symlink("/proc/" + std::to_string(pid_) + "/exe", failed);
  auto name = target.filename().string();
  // The kernel says so of a program that was upgraded while it ran.
  if (name.ends_with(" (deleted)")) name.resize(name.size() - 10);
  return alive() ? name : "";
}

pid_t read_pid(const std::string& file) {
  const auto text = read_file(file);
  pid_t pid = 0;
  std::from_chars(text.data(), text.data() + text.size(), pid);
  return pid;
}

}  // namespace welkin::hypervisor::kvm
