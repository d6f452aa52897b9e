// A look at hostile bytes in a process of its own that can do nothing but read them and answer.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>

namespace welkin::storage {

/// What is run. It may read `input`, and fills `answer`; it must not allocate, lock or throw, for it runs in
/// the child of a process with many threads.
using ConfinedWork = void (*)(int input, const void* question, std::span<std::byte> answer);

struct Confinement {
  std::chrono::milliseconds patience{10'000};
  unsigned cpu_seconds = 5;
  std::size_t memory_bytes = std::size_t(512) << 20;
};

enum class ConfinedEnd { answered, died, late };

/// Forks, and in the child drops to nobody, closes every other descriptor, sets the limits, and lets the
/// kernel (seccomp) end it at any call but reading, writing and leaving. At most 4096 bytes of answer.
/// Answers `died` when the work broke these rules or the kernel cannot confine it. Throws `internal` when
/// there is no process to be had.
ConfinedEnd run_confined(ConfinedWork work, int input, const void* question, std::span<std::byte> answer,
                         const Confinement& bounds = {});

}  // namespace welkin::storage
