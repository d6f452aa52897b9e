// KVM (or plain QEMU) on one host, by way of libvirt.
#pragma once

#include <functional>
#include <memory>

#include "hypervisor/driver.hpp"

namespace welkin::hypervisor::kvm {

struct Options {
  FIELDS(Options,
    (std::string, uri, "Connection of libvirt: qemu:///system, or qemu+unix:///system?socket=PATH."),
    (bool, accelerated, "Guests run on the processor; else QEMU emulates one."),
    (std::string, cpu_mode, "libvirt's CPU mode; empty is host-model, or maximum where it is emulated."),
    (std::string, serial_directory, "Keeps what guests say on their serial consoles; empty for nowhere."),
    (int, call_seconds, "Longest wait for one answer of libvirt; 0 is 30."),
    (int, unplug_seconds, "Longest wait for a guest to let go of a device; 0 is 20."))
};

/// While libvirtd is away every verb throws `unreachable`, and works again when it is back. Instances of
/// others are seen, but never touched unless a verb names their id.
class Driver final : public hypervisor::Driver {
 public:
  /// `before_connect` runs before each connecting, and may start libvirtd; what it throws, the verb throws.
  explicit Driver(Options options, std::function<void()> before_connect = {});
  ~Driver() override;

  HostFacts probe(const Nothing&) override;
  Sightings look(const Nothing&) override;
  /// Details understood: `boot` = `cdrom` boots from the CD-ROM first.
  Sighting start(const InstanceSpec&) override;
  Sighting stop(const StopInstance&) override;
  /// A guest that does not restart itself within its grace is reset.
  Sighting reboot(const StopInstance&) override;
  Sighting pause(const InstanceName&) override;
  Sighting resume(const InstanceName&) override;
  Nothing forget(const InstanceName&) override;
  Nothing plug_disk(const PlugDisk&) override;
  /// Throws `timeout` when the guest does not let go of it.
  Nothing unplug_disk(const UnplugDisk&) override;
  Nothing plug_nic(const PlugNic&) override;
  Nothing unplug_nic(const UnplugNic&) override;
  Nothing resize_disk(const ResizeDisk&) override;
  Sighting scale(const ScaleInstance&) override;
  Statistics statistics(const Nothing&) override;
  Console console(const InstanceName&) override;

  struct Shared;
  struct Host;

 private:
  std::unique_ptr<Shared> shared_;
};

}  // namespace welkin::hypervisor::kvm
