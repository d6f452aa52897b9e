// The confined child: between fork and exit only system calls, no allocation.
#include "storage/local/confined.hpp"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "storage/local/files.hpp"

namespace welkin::storage {
namespace {

#if defined(__x86_64__)
constexpr std::uint32_t machine = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t machine = AUDIT_ARCH_AARCH64;
#else
#error "Say which system calls a confined process may make on this machine."
#endif

constexpr std::size_t answer_bytes_max = 4096;  // what a pipe takes at one stroke
constexpr int child_input = 3, child_answer = 4;
constexpr std::uint32_t nobody = 65534;

/// Only pread64, writing the answer, exit and exit_group pass; anything else ends the process.
bool forbid_all_but_reading() {
  constexpr std::uint32_t number_at = offsetof(seccomp_data, nr), machine_at = offsetof(seccomp_data, arch);
  constexpr std::uint32_t first_argument_at =
      offsetof(seccomp_data, args);  // its low half: both machines' order
  // The two numbers of a jump are how many lines it skips when the comparison holds and when not.
  std::array filter = {
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, machine_at),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, machine, 0, 7),
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number_at),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pread64, 6, 0),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 5, 0),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 4, 0),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 0, 2),
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, first_argument_at),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, child_answer, 1, 0),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{.len = filter.size(), .filter = filter.data()};
  return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

bool limit(int resource, rlim_t value) {
  const rlimit both{.rlim_cur = value, .rlim_max = value};
  return ::setrlimit(resource, &both) == 0;
}

/// WHY raw calls: the C library's own would try to change the parent's other threads along.
bool become_nobody() {
  if (::geteuid() != 0) return true;
  return ::syscall(SYS_setgroups, 0, nullptr) == 0 && ::syscall(SYS_setresgid, nobody, nobody, nobody) == 0 &&
         ::syscall(SYS_setresuid, nobody, nobody, nobody) == 0;
}

/// Leaves the child with two descriptors: 3 to read from, 4 to answer on.
bool keep_two_descriptors(int input, int answer) {
  // First to numbers above both targets, so that neither lands on the other.
  const int high_input = ::fcntl(input, F_DUPFD, 16), high_answer = ::fcntl(answer, F_DUPFD, 16);
  if (high_input < 0 || high_answer < 0) return false;
  if (::dup2(high_input, child_input) < 0 || ::dup2(high_answer, child_answer) < 0) return false;
  return ::syscall(SYS_close_range, 0, 2, 0) == 0 &&
         ::syscall(SYS_close_range, child_answer + 1, ~0U, 0) == 0;
}

bool confine(const Confinement& bounds) {
  return ::prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && become_nobody() && ::prctl(PR_SET_DUMPABLE, 0) == 0 &&
         limit(RLIMIT_CPU, bounds.cpu_seconds) && limit(RLIMIT_AS, bounds.memory_bytes) &&
         limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, 0) &&
         forbid_all_but_reading();
}

[[noreturn]] void live_as_child(ConfinedWork work, int input, int pipe, const void* question,
                                std::size_t answer_bytes, const Confinement& bounds) {
  std::array<std::byte, answer_bytes_max> buffer{};
  const auto answer = std::span(buffer).first(answer_bytes);
  if (keep_two_descriptors(input, pipe) && confine(bounds)) {
    work(child_input, question, answer);
    if (::write(child_answer, answer.data(), answer.size()) == ssize_t(answer.size())) ::_exit(0);
  }
  ::_exit(1);
}

/// Reads the answer whole, or says why there is none.
ConfinedEnd await_answer(int pipe, std::span<std::byte> answer, std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  std::size_t filled = 0;
  while (filled < answer.size()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd wait{.fd = pipe, .events = POLLIN, .revents = 0};
    const int ready = left.count() > 0 ? ::poll(&wait, 1, int(left.count())) : 0;
    if (ready == 0) return ConfinedEnd::late;
    if (ready < 0 && errno == EINTR) continue;
    const ssize_t got = ::read(pipe, answer.data() + filled, answer.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return ConfinedEnd::died;
    filled += std::size_t(got);
  }
  return ConfinedEnd::answered;
}

}  // namespace

ConfinedEnd run_confined(ConfinedWork work, int input, const void* question, std::span<std::byte> answer,
                         const Confinement& bounds) {
  must(answer.size() <= answer_bytes_max, "a confined answer fits into a pipe");
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw_file_error("open a pipe", "pipe");
  const Descriptor from_child(ends[0]);
  Descriptor to_parent(ends[1]);
  // The child must never run one of the server's signal handlers; the kernel's own endings cannot be blocked.
  sigset_t all, before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t child = ::fork();
  if (child == 0) live_as_child(work, input, to_parent.number(), question, answer.size(), bounds);
  const int failure = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (child < 0) throw_file_error("start a process", "fork", failure);
  to_parent = Descriptor();
  const ConfinedEnd end = await_answer(from_child.number(), answer, bounds.patience);
  // The child is ours and not yet waited for, so that its number cannot name another.
  ::kill(child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
  return end;
}

}  // namespace welkin::storage
