// Another process, held by a descriptor so that its number cannot pass to a stranger between look and signal.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>

namespace welkin::hypervisor::kvm {

class Process {
 public:
  /// Holds nothing when there is no such process.
  explicit Process(pid_t pid);
  ~Process();
  Process(Process&& other) noexcept;
  Process& operator=(Process&&) = delete;

  pid_t pid() const { return pid_; }
  bool alive() const { return !ended(std::chrono::milliseconds(0)); }
  /// Waits for its end; answers whether it has ended.
  bool ended(std::chrono::milliseconds patience) const;
  void signal(int number) const;
  /// Asks it to end, and makes it after `patience`. Answers whether it has ended.
  bool end(std::chrono::milliseconds patience) const;

  /// What it sees at `path` is `directory` of ours: it lives in a mount namespace that was made around it.
  bool sees(const std::string& directory, const std::string& path) const;
  /// Base name of the program it runs.
  std::string program() const;

 private:
  pid_t pid_;
  int fd_;
};

/// The number in a pid file; 0 when there is none.
pid_t read_pid(const std::string& file);

}  // namespace welkin::hypervisor::kvm
