// Building and clearing the ground of the KVM driver's tests.
#include "hypervisor/kvm/kvm_ground.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sched.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>

#include "hypervisor/kvm/host_gauges.hpp"
#include "hypervisor/kvm/process.hpp"
#include "hypervisor/kvm/tiny_guest.hpp"
#include "hypervisor/spec_rules.hpp"

namespace welkin::hypervisor::kvm {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr const char* bridge = "wtrial0";

std::string make_directory() {
  char name[] = "/tmp/welkin-kvm-XXXXXX";
  must(mkdtemp(name) != nullptr, "a directory for the trial");
  return name;
}

void raise_link(int control, const char* link) {
  ifreq request{};
  std::strncpy(request.ifr_name, link, IFNAMSIZ - 1);
  ioctl(control, SIOCGIFFLAGS, &request);
  request.ifr_flags |= IFF_UP;
  must(ioctl(control, SIOCSIFFLAGS, &request) == 0, "a link comes up");
}

/// This thread and all that it starts get a network of their own. Answers the network it had.
int enter_own_network() {
  const int before = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  must(unshare(CLONE_NEWNET) == 0, "a network namespace");
  const int control = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  must(ioctl(control, SIOCBRADDBR, bridge) == 0, "a bridge");
  raise_link(control, "lo");
  raise_link(control, bridge);
  close(control);
  return before;
}

void run(std::vector<std::string> arguments) {
  std::vector<char*> argv;
  for (auto& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  int status = 1;
  must(posix_spawnp(&child, argv[0], nullptr, nullptr, argv.data(), environ) == 0, "a program starts");
  must(waitpid(child, &status, 0) == child && status == 0, "a program succeeds");
}

void write_disk(const std::string& path, bool listens) {
  auto sector = tiny_guest();
  if (!listens) sector[0] = 0xFA, sector[1] = 0xF4, sector[2] = 0xEB, sector[3] = 0xFC;  // cli; hlt; again
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(sector.data()), 512);
  out.close();
  fs::resize_file(path, 2 << 20);
}

}  // namespace

KvmGround::KvmGround()
    : directory_(make_directory()),
      network_before_(enter_own_network()),
      libvirtd_({directory_ + "/libvirt", fresh(), ""}) {
  libvirtd_.ensure();
  restart_driver();
}

KvmGround::~KvmGround() {
  driver_.reset();
  hasty_.reset();
  try {
    libvirtd_.stop_everything();
  } catch (const Error& error) {
    ADD_FAILURE() << error.message;
  }
  setns(network_before_, CLONE_NEWNET);
  close(network_before_);
  std::error_code failed;
  fs::remove_all(directory_, failed);
}

std::string KvmGround::missing() {
  if (geteuid() != 0) return "needs root";
  if (access("/usr/sbin/libvirtd", X_OK) != 0 || access("/usr/bin/qemu-system-x86_64", X_OK) != 0)
    return "needs libvirtd and qemu-system-x86_64";
  const pid_t child = fork();
  if (child == 0) _exit(unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 ? 0 : 1);
  int status = 1;
  waitpid(child, &status, 0);
  return status == 0 ? "" : "the kernel allows no namespaces";
}

Options KvmGround::options() const {
  return {.uri = libvirtd_.uri(), .serial_directory = directory_ + "/serial", .unplug_seconds = 6};
}

void KvmGround::restart_driver() {
  driver_.reset();
  driver_ = std::make_unique<Driver>(options(), [this] { libvirtd_.ensure(); });
}

hypervisor::Driver& KvmGround::hasty_driver() {
  auto hasty = options();
  hasty.call_seconds = 1;
  hasty_ = std::make_unique<Driver>(hasty);
  hasty_->look({});
  return *hasty_;
}

void KvmGround::stop_libvirtd_with(int signal) {
  Process(read_pid(directory_ + "/libvirt/libvirtd.pid")).signal(signal);
}

void KvmGround::signal_guest(const InstanceSpec& spec, int signal) {
  Process(read_pid(directory_ + "/libvirt/run/qemu/" + spec.name + ".pid")).signal(signal);
}

void KvmGround::kill_libvirtd() {
  const Process daemon(read_pid(directory_ + "/libvirt/libvirtd.pid"));
  daemon.signal(SIGKILL);
  must(daemon.ended(10s), "libvirtd dies");
}

Uuid KvmGround::fresh() { return new_uuid(machine_clock(), machine_random()); }

InstanceSpec KvmGround::instance() {
  InstanceSpec spec;
  spec.id = fresh();
  spec.name = fmt::format("i-2-{}-VM", ++instances_);
  spec.cpus = 1;
  spec.cpu_mhz = 500;
  spec.memory_bytes = 32 << 20;
  DiskSpec root;
  root.id = fresh();
  root.path = directory_ + "/" + root.id.text();
  root.format = "raw";
  write_disk(root.path, true);
  spec.disks.push_back(root);
  spec.nics.push_back(nic(0));
  return spec;
}

DiskSpec KvmGround::disk(int position) {
  DiskSpec disk;
  disk.id = fresh();
  disk.path = directory_ + "/" + disk.id.text();
  disk.format = "qcow2";
  disk.position = position;
  disk.write_operations_per_second = 500;
  run({"qemu-img", "create", "-q", "-f", "qcow2", disk.path, "8M"});
  return disk;
}

DiskSpec KvmGround::disc() {
  DiskSpec disc;
  disc.id = fresh();
  disc.path = directory_ + "/" + disc.id.text() + ".iso";
  disc.format = "raw";
  disc.kind = DiskKind::cdrom;
  disc.position = cdrom_position;
  disc.read_only = true;
  write_disk(disc.path, true);
  return disc;
}

NicSpec KvmGround::nic(int position) {
  NicSpec nic;
  nic.id = fresh();
  nic.mac = fmt::format("02:00:00:00:{:02x}:{:02x}", instances_ % 256, position);
  nic.bridge = bridge;
  nic.tap = fmt::format("i-2-{}-VM-{}", instances_, position);
  nic.position = position;
  nic.mtu = 1450;
  return nic;
}

void KvmGround::settle(const InstanceSpec& spec, int boots) {
  const auto log = directory_ + "/serial/" + spec.id.text() + ".log";
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (true) {
    const auto said = read_file(log);
    int times = 0;
    for (auto at = said.find(tiny_guest_greeting); at != said.npos;
         at = said.find(tiny_guest_greeting, at + 1))
      ++times;
    if (times >= boots) return;
    must(std::chrono::steady_clock::now() < end, "the guest boots");
    std::this_thread::sleep_for(20ms);
  }
}

void KvmGround::deafen(const InstanceSpec& spec) { write_disk(spec.disks.at(0).path, false); }

}  // namespace welkin::hypervisor::kvm
