// Two forks and an exec. Other threads may exist, so between fork and exec there are system calls only.
#include "hypervisor/kvm/keeper.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/error.hpp"

namespace welkin::hypervisor::kvm {
namespace {

/// What the keeper reports: two process ids, or where it failed.
struct Report {
  enum class Step : int { kept, namespaces, bind, fork, exec } step = Step::kept;
  int error = 0;
  int index = 0;
  pid_t keeper = 0, program = 0;
};

constexpr int report_fd = 3;

void report(Report::Step step, int index = 0) {
  const Report report{step, errno, index, 0, 0};
  [[maybe_unused]] const auto written = ::write(report_fd, &report, sizeof report);
}

/// The charge with every pointer ready.
struct Prepared {
  const std::vector<Bind>& binds;
  std::vector<char*> arguments;
  std::array<char*, 3> environment;
  int output, report;
};

void forget_signals() {
  sigset_t none;
  sigemptyset(&none);
  for (int number = 1; number < NSIG; ++number) signal(number, SIG_DFL);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

void take_descriptors(const Prepared& prepared) {
  const int nothing = open("/dev/null", O_RDONLY);
  const int high = fcntl(prepared.report, F_DUPFD, 10), output = fcntl(prepared.output, F_DUPFD, 10);
  dup2(nothing, 0);
  dup2(output, 1);
  dup2(output, 2);
  dup2(high, report_fd);
  fcntl(report_fd, F_SETFD, FD_CLOEXEC);
  syscall(SYS_close_range, report_fd + 1, ~0U, 0);
}

bool enter_namespace(const Prepared& prepared) {
  if (unshare(CLONE_NEWNS) != 0 || mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) != 0) {
    report(Report::Step::namespaces);
    return false;
  }
  for (std::size_t i = 0; i < prepared.binds.size(); ++i)
    if (mount(prepared.binds[i].from.c_str(), prepared.binds[i].to.c_str(), nullptr, MS_BIND, nullptr) != 0) {
      report(Report::Step::bind, int(i));
      return false;
    }
  return true;
}

[[noreturn]] void live_as_keeper(const Prepared& prepared) {
  forget_signals();
  take_descriptors(prepared);
  prctl(PR_SET_NAME, "welkin-keeper");
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  umask(022);
  if (chdir("/") != 0 || !enter_namespace(prepared)) _exit(1);
  const pid_t program = fork();
  if (program == 0) {
    execve(prepared.arguments[0], prepared.arguments.data(), prepared.environment.data());
    report(Report::Step::exec);
    _exit(127);
  }
  if (program < 0) {
    report(Report::Step::fork);
    _exit(1);
  }
  const Report kept{Report::Step::kept, 0, 0, getpid(), program};
  [[maybe_unused]] const auto written = ::write(report_fd, &kept, sizeof kept);
  close(report_fd);
  while (wait(nullptr) > 0 || errno == EINTR) {
  }
  _exit(0);
}

std::string complaint(const Charge& charge, const Report& report) {
  const std::string reason = std::strerror(report.error);
  switch (report.step) {
    case Report::Step::namespaces:
      return "no mount namespace: " + reason;
    case Report::Step::bind:
      return charge.binds[std::size_t(report.index)].to + ": " + reason;
    case Report::Step::exec:
      return charge.arguments[0] + ": " + reason;
    default:
      return "no process: " + reason;
  }
}

/// Reads reports until the program has been executed, which closes the pipe.
Kept read_reports(const Charge& charge, int fd) {
  Kept kept;
  Report report;
  pollfd waiting{fd, POLLIN, 0};
  while (poll(&waiting, 1, 10'000) == 1) {
    const auto got = read(fd, &report, sizeof report);
    if (got < 0 && errno == EINTR) continue;
    if (got != sizeof report) break;
    if (report.step != Report::Step::kept)
      throw Error(Fault::internal, "The hypervisor's daemon cannot be started on this host.", {},
                  complaint(charge, report));
    kept = {report.keeper, report.program};
  }
  if (kept.program == 0)
    throw Error(Fault::internal, "The hypervisor's daemon cannot be started on this host.", {},
                "the keeper fell silent");
  return kept;
}

struct Descriptor {
  explicit Descriptor(int fd) : fd(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void reset() {
    if (fd >= 0) close(fd);
    fd = -1;
  }
  int fd;
};

}  // namespace

Kept keep(const Charge& charge) {
  const Descriptor output(open(charge.output.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  int ends[2] = {-1, -1};
  if (output.fd < 0 || pipe2(ends, O_CLOEXEC) != 0)
    throw Error(Fault::internal, "The hypervisor's daemon cannot be started on this host.", {},
                std::strerror(errno));
  const Descriptor in(ends[0]);
  Descriptor out(ends[1]);

  static char path[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
              locale[] = "LC_ALL=C.UTF-8";
  Prepared prepared{charge.binds, {}, {path, locale, nullptr}, output.fd, out.fd};
  for (const auto& argument : charge.arguments)
    prepared.arguments.push_back(const_cast<char*>(argument.c_str()));
  prepared.arguments.push_back(nullptr);

  const pid_t between = fork();
  if (between < 0)
    throw Error(Fault::exhausted, "The host can run no further process.", {}, std::strerror(errno));
  if (between == 0) {
    setsid();
    const pid_t keeper = fork();
    if (keeper == 0) live_as_keeper(prepared);
    _exit(keeper < 0 ? 1 : 0);
  }
  out.reset();
  while (waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
  }
  return read_reports(charge, in.fd);
}

}  // namespace welkin::hypervisor::kvm
