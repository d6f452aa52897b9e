// Runs another program to its end: arguments as a list, no shell, a deadline, and a bound on what it says.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace welkin {

struct ProgramEnd {
  int status = 0;        ///< exit status; 128 + the signal when one ended it
  std::string output{};  ///< the first 64 KiB of both its streams
};

/// Runs `arguments[0]`, found in the system's own directories, with a clean environment, no input, no open files of ours,
/// and a process group of its own. A program that puts itself into the background has ended when it has let go of its
/// streams. Throws `unsupported` when there is no such program, `timeout` when it and its group had to be killed, and
/// `internal`.
ProgramEnd run_program(const std::vector<std::string>& arguments, std::chrono::milliseconds patience);

}  // namespace welkin
