// The confined process answers, and cannot do anything else.
#include "storage/local/confined.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>

#include "storage/local/files.hpp"
#include "storage/local/scratch.hpp"

namespace welkin::storage {
namespace {

using namespace std::chrono_literals;

/// Runs `work` on a file that holds "bytes", and answers how it ended and its first byte of answer.
std::pair<ConfinedEnd, char> confined(ConfinedWork work, const Confinement& bounds = {}) {
  const Scratch scratch;
  write_file(scratch / "input", "bytes");
  const Descriptor input(::open((scratch / "input").c_str(), O_RDWR | O_CLOEXEC));
  std::array<std::byte, 8> answer{};
  const ConfinedEnd end = run_confined(work, input.number(), nullptr, answer, bounds);
  EXPECT_EQ(file_text(scratch / "input"), "bytes");
  return {end, char(answer[0])};
}

TEST(Confined, reads_its_input_and_answers) {
  const auto [end, answer] = confined([](int input, const void*, std::span<std::byte> out) {
    if (::pread(input, out.data(), 1, 0) != 1) out[0] = std::byte('?');
  });
  EXPECT_EQ(end, ConfinedEnd::answered);
  EXPECT_EQ(answer, 'b');
}

TEST(Confined, dies_when_it_opens_a_file) {
  const auto [end, answer] = confined([](int, const void*, std::span<std::byte>) {
    (void)::open("/etc/hostname", O_RDONLY);
  });
  EXPECT_EQ(end, ConfinedEnd::died);
}

TEST(Confined, dies_when_it_reaches_for_the_network_or_a_program) {
  EXPECT_EQ(
      confined([](int, const void*, std::span<std::byte>) { (void)::socket(AF_INET, SOCK_STREAM, 0); }).first,
      ConfinedEnd::died);
  EXPECT_EQ(confined([](int, const void*, std::span<std::byte>) {
              char* const argv[] = {nullptr};
              ::execv("/bin/true", argv);
            }).first,
            ConfinedEnd::died);
  EXPECT_EQ(confined([](int, const void*, std::span<std::byte>) { (void)::fork(); }).first,
            ConfinedEnd::died);
}

TEST(Confined, cannot_change_its_input) {
  const auto [end, answer] = confined([](int input, const void*, std::span<std::byte> out) {
    out[0] = ::write(input, "X", 1) == 1 ? std::byte('w') : std::byte('r');
  });
  EXPECT_EQ(end, ConfinedEnd::died);
}

TEST(Confined, sees_no_other_descriptor_of_its_parent) {
  const auto [end, answer] = confined([](int, const void*, std::span<std::byte> out) {
    out[0] = std::byte('-');
    char byte = 0;
    for (int number = 0; number < 1024; ++number)
      if (number != 3 && number != 4 && (::pread(number, &byte, 1, 0) >= 0 || errno != EBADF))
        out[0] = std::byte('+');
  });
  EXPECT_EQ(end, ConfinedEnd::answered);
  EXPECT_EQ(answer, '-');
}

TEST(Confined, ends_when_it_takes_too_long) {
  const auto [end, answer] = confined(
      [](int, const void*, std::span<std::byte>) {
        for (volatile int forever = 0;;) forever = forever + 1;
      },
      {.patience = 200ms});
  EXPECT_EQ(end, ConfinedEnd::late);
}

TEST(Confined, ends_when_it_works_too_long) {
  const auto [end, answer] = confined(
      [](int, const void*, std::span<std::byte>) {
        for (volatile int forever = 0;;) forever = forever + 1;
      },
      {.patience = 60s, .cpu_seconds = 1});
  EXPECT_EQ(end, ConfinedEnd::died);
}

TEST(Confined, survives_its_own_crash_without_ours) {
  const auto [end, answer] = confined([](int, const void*, std::span<std::byte>) { __builtin_trap(); });
  EXPECT_EQ(end, ConfinedEnd::died);
}

}  // namespace
}  // namespace welkin::storage
