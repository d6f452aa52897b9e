// Starts a program in a mount namespace of its own, beneath a process that takes in its orphans.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace welkin::hypervisor::kvm {

struct Bind {
  std::string from, to;
};

struct Charge {
  std::vector<Bind> binds;             ///< laid over the namespace; both ends must exist
  std::vector<std::string> arguments;  ///< the first is the program's absolute path
  std::string output;                  ///< file that receives what it prints
};

struct Kept {
  pid_t keeper = 0, program = 0;
};

/// The keeper is a child of nobody here, in a session of its own; it ends when the program and all its
/// descendants have. It exists because a guest's QEMU is an orphan by design: where process 1 collects
/// orphans slowly, ending a guest would take seconds. Mounts made on the machine later still appear in the
/// namespace. Throws `internal`.
Kept keep(const Charge& charge);

}  // namespace welkin::hypervisor::kvm
