// Two tiny guests run straight on /dev/kvm, in a child process that can be killed when they hang.
// See the kernel's Documentation/virt/kvm/api.rst.
#include "hypervisor/kvm/acceleration.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <linux/kvm.h>
#endif

namespace welkin::hypervisor::kvm {
namespace {

#if defined(__x86_64__)

constexpr std::uint64_t memory_bytes = 0x10000;
constexpr std::uint64_t code_at = 0x1000;
constexpr std::uint64_t tables_at = 0x2000;
constexpr std::uint16_t answer_port = 0x42;
constexpr std::uint8_t answer = 0x57;

// mov bx,30000; dec bx; jnz -3; mov al,57h; out 42h,al; hlt
constexpr std::uint8_t real_mode[] = {0xBB, 0x30,   0x75, 0x4B,        0x75, 0xFD,
                                      0xB0, answer, 0xE6, answer_port, 0xF4};
// mov ecx,1000000; dec rcx; jnz -5; mov [8000h],rsp; mov byte [8000h],57h; mov al,[8000h]; out 42h,al; hlt
constexpr std::uint8_t long_mode[] = {0xB9, 0x40, 0x42, 0x0F, 0x00, 0x48, 0xFF, 0xC9,        0x75,
                                      0xFB, 0x48, 0x89, 0x24, 0x25, 0x00, 0x80, 0x00,        0x00,
                                      0xC6, 0x04, 0x25, 0x00, 0x80, 0x00, 0x00, answer,      0x8A,
                                      0x04, 0x25, 0x00, 0x80, 0x00, 0x00, 0xE6, answer_port, 0xF4};

// Everything between fork and _exit keeps to system calls: the parent may have other threads.
struct Guest {
  int cpu = -1;
  kvm_run* run = nullptr;
  std::uint8_t* memory = nullptr;
};

bool make_guest(int kvm, Guest& guest) {
  const int vm = ioctl(kvm, KVM_CREATE_VM, 0);
  if (vm < 0) return false;
  ioctl(vm, KVM_SET_TSS_ADDR, 0xfffbd000UL);  // Intel needs it for 16-bit mode; others refuse it harmlessly
  void* memory = mmap(nullptr, memory_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  kvm_userspace_memory_region region{};
  region.memory_size = memory_bytes;
  region.userspace_addr = reinterpret_cast<std::uint64_t>(memory);
  if (ioctl(vm, KVM_SET_USER_MEMORY_REGION, &region) < 0) return false;
  guest.cpu = ioctl(vm, KVM_CREATE_VCPU, 0);
  const int run_bytes = ioctl(kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
  if (guest.cpu < 0 || run_bytes <= 0) return false;
  void* run = mmap(nullptr, std::size_t(run_bytes), PROT_READ | PROT_WRITE, MAP_SHARED, guest.cpu, 0);
  if (run == MAP_FAILED) return false;
  guest.run = static_cast<kvm_run*>(run);
  guest.memory = static_cast<std::uint8_t*>(memory);
  return true;
}

void enter_long_mode(Guest& guest, kvm_sregs& registers) {
  auto* table = reinterpret_cast<std::uint64_t*>(guest.memory + tables_at);
  table[0] = (tables_at + 0x1000) | 3;
  table[512] = (tables_at + 0x2000) | 3;
  table[1024] = 0x83;  // one page of 2 MiB
  registers.cr3 = tables_at;
  registers.cr4 = 0x20;
  registers.cr0 = 0x80010033;
  registers.efer = 0x500;
  kvm_segment segment{};
  segment.limit = 0xffffffff;
  segment.present = segment.s = segment.g = 1;
  segment.selector = 8;
  segment.type = 11;
  segment.l = 1;
  registers.cs = segment;
  segment.selector = 16;
  segment.type = 3;
  segment.l = 0;
  segment.db = 1;
  registers.ds = registers.es = registers.fs = registers.gs = registers.ss = segment;
}

/// The guest says its byte, then halts.
bool works(Guest& guest) {
  bool answered = false;
  for (int exits = 0; exits < 100; ++exits) {
    if (ioctl(guest.cpu, KVM_RUN, 0) < 0) return false;
    const auto& run = *guest.run;
    if (run.exit_reason == KVM_EXIT_HLT) return answered;
    if (run.exit_reason != KVM_EXIT_IO || run.io.port != answer_port) return false;
    answered = reinterpret_cast<const std::uint8_t*>(guest.run)[run.io.data_offset] == answer;
  }
  return false;
}

bool runs(int kvm, const std::uint8_t* code, std::size_t length, bool wide) {
  Guest guest;
  if (!make_guest(kvm, guest)) return false;
  std::memcpy(guest.memory + code_at, code, length);
  kvm_sregs special{};
  if (ioctl(guest.cpu, KVM_GET_SREGS, &special) < 0) return false;
  special.cs.base = 0;
  special.cs.selector = 0;
  if (wide) enter_long_mode(guest, special);
  if (ioctl(guest.cpu, KVM_SET_SREGS, &special) < 0) return false;
  kvm_regs registers{};
  registers.rip = code_at;
  registers.rsp = 0xf000;
  registers.rflags = 2;
  return ioctl(guest.cpu, KVM_SET_REGS, &registers) == 0 && works(guest);
}

/// Kernels in which another program plays the processor offer a KVM that lacks what every x86-64 has had
/// since 2004.
bool offers_a_whole_processor(int kvm) {
  constexpr std::uint32_t entries_max = 256;
  alignas(kvm_cpuid2) static char room[sizeof(kvm_cpuid2) + entries_max * sizeof(kvm_cpuid_entry2)];
  auto* known = reinterpret_cast<kvm_cpuid2*>(room);
  known->nent = entries_max;
  if (ioctl(kvm, KVM_GET_SUPPORTED_CPUID, known) < 0) return false;
  bool sse3 = false, wide = false;
  for (std::uint32_t i = 0; i < known->nent && i < entries_max; ++i) {
    const auto& entry = known->entries[i];
    if (entry.function == 1) sse3 = entry.ecx & 1;
    if (entry.function == 0x80000001) wide = entry.edx & (1u << 29);
  }
  return sse3 && wide;
}

bool proof() {
  const int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
  return kvm >= 0 && ioctl(kvm, KVM_GET_API_VERSION, 0) == KVM_API_VERSION && offers_a_whole_processor(kvm) &&
         runs(kvm, real_mode, sizeof real_mode, false) && runs(kvm, long_mode, sizeof long_mode, true);
}

#else

bool proof() { return false; }

#endif

/// Waits for the process behind `pidfd` to end; false when it has not by then.
bool ended(int pidfd, std::chrono::milliseconds patience) {
  pollfd waiting{pidfd, POLLIN, 0};
  return poll(&waiting, 1, int(patience.count())) == 1;
}

}  // namespace

bool accelerated(std::chrono::milliseconds patience) {
  if (access("/dev/kvm", R_OK | W_OK) != 0) return false;
  const pid_t child = fork();
  if (child < 0) return false;
  if (child == 0) _exit(proof() ? 0 : 1);
  const int pidfd = int(syscall(SYS_pidfd_open, child, 0));
  bool over = pidfd >= 0 && ended(pidfd, patience);
  if (!over) {
    kill(child, SIGKILL);
    // A guest that hangs in the kernel may not even die; it is left behind rather than waited for.
    over = pidfd >= 0 && ended(pidfd, std::chrono::seconds(1));
  }
  if (pidfd >= 0) close(pidfd);
  int status = 1;
  return waitpid(child, &status, over ? 0 : WNOHANG) == child && WIFEXITED(status) &&
         WEXITSTATUS(status) == 0;
}

}  // namespace welkin::hypervisor::kvm
