// A program that runs on by itself and is found again by its pid file.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "network/bridge/descriptor.hpp"

namespace welkin::network {

/// One process, held by a descriptor so that its number cannot pass to a stranger between look and signal.
class Daemon {
 public:
  /// The process whose number stands in `pid_file`, if it lives and one of its arguments is `argument`.
  static std::optional<Daemon> find(const std::string& pid_file, const std::string& argument);

  pid_t pid() const { return pid_; }
  void signal(int number) const;
  /// Asks it to end, and makes it after `patience`. Throws `timeout` when even that does not end it.
  void end(std::chrono::milliseconds patience) const;

 private:
  Daemon(pid_t pid, Descriptor process) : pid_(pid), process_(std::move(process)) {}
  bool ends_within(std::chrono::milliseconds patience) const;
  pid_t pid_;
  Descriptor process_;
};

/// Starts a program that puts itself into the background, in the calling thread's namespace, and waits until
/// it has. Throws like `run_program`, and `internal` with what it said when it fails.
void start_daemon(const std::vector<std::string>& arguments, std::chrono::milliseconds patience);

}  // namespace welkin::network
