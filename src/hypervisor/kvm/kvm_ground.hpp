// Where the KVM driver is tried: a directory, a libvirtd of its own, and a network namespace with one bridge.
#pragma once

#include <csignal>
#include <memory>
#include <string>

#include "hypervisor/kvm/driver.hpp"
#include "hypervisor/kvm/libvirtd.hpp"

namespace welkin::hypervisor::kvm {

/// See driver_trial.hpp. Its guests are `tiny_guest`s.
class KvmGround {
 public:
  KvmGround();
  ~KvmGround();
  KvmGround(const KvmGround&) = delete;
  KvmGround& operator=(const KvmGround&) = delete;

  static std::string missing();
  hypervisor::Driver& driver() { return *driver_; }
  InstanceSpec instance();
  DiskSpec disk(int position);
  DiskSpec disc();
  NicSpec nic(int position);
  void settle(const InstanceSpec& spec, int boots);
  void deafen(const InstanceSpec& spec);

  Libvirtd& libvirtd() { return libvirtd_; }
  const std::string& directory() const { return directory_; }
  void restart_driver();
  /// A connected driver of the same libvirtd that waits for no call longer than a second.
  hypervisor::Driver& hasty_driver();
  void kill_libvirtd();
  void stop_libvirtd_with(int signal);
  /// Sends a signal to a guest's QEMU.
  void signal_guest(const InstanceSpec& spec, int signal);

 private:
  Options options() const;
  Uuid fresh();

  const std::string directory_;
  const int network_before_;
  Libvirtd libvirtd_;
  std::unique_ptr<Driver> driver_, hasty_;
  int instances_ = 0;
};

}  // namespace welkin::hypervisor::kvm
