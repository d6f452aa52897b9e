// What a hypervisor can do for one host. Every verb is idempotent: asking twice is asking once. Every failure is an Error.
#pragma once

#include "base/described.hpp"

namespace welkin::hypervisor {

CHOICES(Power, (running, "Running"), (stopped, "Stopped"), (paused, "Paused"))
CHOICES(DiskKind, (disk, "disk"), (cdrom, "cdrom"))

struct DiskSpec {
  FIELDS(DiskSpec,
    (Uuid, id, "The volume's id; also its serial number in the guest, without dashes, cut to 20 characters."),
    (std::string, path, "File or device on the host."),
    (std::string, format, "qcow2 or raw; always explicit, never probed."),
    (DiskKind, kind, "Disk or CD-ROM."),
    (int, position, "0 is the root disk: vda, then vdb; position 3 is kept for the CD-ROM."),
    (bool, read_only, "The guest cannot write."),
    (std::int64_t, read_bytes_per_second, "Limit; 0 is none."),
    (std::int64_t, write_bytes_per_second, "Limit; 0 is none."),
    (std::int64_t, read_operations_per_second, "Limit; 0 is none."),
    (std::int64_t, write_operations_per_second, "Limit; 0 is none."))
};

struct NicSpec {
  FIELDS(NicSpec,
    (Uuid, id, "The nic's id."),
    (std::string, mac, "aa:bb:cc:dd:ee:ff"),
    (std::string, bridge, "Bridge on the host; must exist."),
    (std::string, tap, "Name of the host's end, at most 15 characters; never begins with vnet."),
    (int, position, "Order in the guest."),
    (int, mtu, "Largest packet; 0 leaves the default."),
    (std::string, model, "virtio, e1000 or rtl8139; empty is virtio."))
};

struct InstanceSpec {
  FIELDS(InstanceSpec,
    (Uuid, id, "The instance's id, and its UUID in the hypervisor."),
    (std::string, name, "Its name in the hypervisor: i-2-7-VM."),
    (int, cpus, "Virtual processors."),
    (int, cpus_max, "How many may be plugged while it runs; 0 is `cpus`."),
    (int, cpu_mhz, "Speed each is promised; weighs in contention."),
    (bool, cpu_capped, "The promise is also the limit."),
    (std::int64_t, memory_bytes, "Memory at start."),
    (std::int64_t, memory_bytes_max, "How far it may grow while it runs; 0 is `memory_bytes`."),
    (std::vector<DiskSpec>, disks, "In any order."),
    (std::vector<NicSpec>, nics, "In any order."),
    (bool, uefi, "Boot by UEFI in place of BIOS."),
    (Secret, console_password, "For VNC; at most 8 characters count."),
    (TextMap, details, "Driver-specific wishes; unknown ones are ignored."))
};

struct InstanceName {
  FIELDS(InstanceName, (Uuid, id, "The instance."), (std::string, name, "Its name in the hypervisor."))
};

struct StopInstance {
  FIELDS(StopInstance,
    (Uuid, id, "The instance."),
    (bool, forced, "Pull the plug at once."),
    (int, grace_seconds, "How long the guest may take; then the plug is pulled."))
};

struct PlugDisk {
  FIELDS(PlugDisk, (Uuid, instance, "The instance."), (DiskSpec, disk, "What to plug in."))
};
struct UnplugDisk {
  FIELDS(UnplugDisk, (Uuid, instance, "The instance."), (Uuid, disk, "The volume."))
};
struct PlugNic {
  FIELDS(PlugNic, (Uuid, instance, "The instance."), (NicSpec, nic, "What to plug in."))
};
struct UnplugNic {
  FIELDS(UnplugNic, (Uuid, instance, "The instance."), (std::string, mac, "Which."))
};
struct ResizeDisk {
  FIELDS(ResizeDisk, (Uuid, instance, "The instance."), (Uuid, disk, "The volume."), (std::int64_t, bytes, "Its new size."))
};
struct ScaleInstance {
  FIELDS(ScaleInstance,
    (Uuid, id, "The instance."),
    (int, cpus, "New number; never fewer than now."),
    (std::int64_t, memory_bytes, "New size; never less than now."))
};

/// An instance as it is, not as it should be.
struct Sighting {
  FIELDS(Sighting,
    (Uuid, id, "The instance's id."),
    (std::string, name, "Its name in the hypervisor."),
    (Power, power, "What it does."),
    (int, cpus, "Virtual processors now."),
    (std::int64_t, memory_bytes, "Memory now."))
};
struct Sightings {
  FIELDS(Sightings, (std::vector<Sighting>, instances, "All that the hypervisor knows, ours or not."))
};

struct Usage {
  FIELDS(Usage,
    (Uuid, id, "The instance."),
    (std::int64_t, cpu_nanoseconds, "Processor time used since its start."),
    (std::int64_t, memory_bytes, "Memory the host spends on it."),
    (std::int64_t, network_bytes_in, "Received by the guest since its start."),
    (std::int64_t, network_bytes_out, "Sent by the guest since its start."),
    (std::int64_t, disk_bytes_read, "Since its start."),
    (std::int64_t, disk_bytes_written, "Since its start."),
    (std::int64_t, disk_reads, "Operations since its start."),
    (std::int64_t, disk_writes, "Operations since its start."))
};
struct Statistics {
  FIELDS(Statistics,
    (std::vector<Usage>, instances, "One of each running instance."),
    (double, host_cpu_percent, "Busy share of the host's processors, 0 to 100."),
    (std::int64_t, host_memory_bytes_used, "Memory the host uses."),
    (std::int64_t, host_network_bytes_in, "Received by the host's own links since boot."),
    (std::int64_t, host_network_bytes_out, "Sent by the host's own links since boot."))
};

struct Console {
  FIELDS(Console,
    (std::string, host, "Address on which the VNC server listens."),
    (int, port, "TCP port."),
    (Secret, password, "VNC password; empty when there is none."),
    (std::string, serial_log, "File into which the serial console is written; empty when there is none."))
};

/// What a host is and can do.
struct HostFacts {
  FIELDS(HostFacts,
    (std::string, hypervisor, "KVM, VMware, XenServer or Simulator."),
    (std::string, version, "The hypervisor's version."),
    (std::string, name, "The host's own name."),
    (std::string, arch, "x86_64 or aarch64."),
    (std::string, os, "The host's operating system."),
    (std::string, cpu_model, "As the processor calls itself."),
    (int, cpu_sockets, "Sockets."),
    (int, cpus, "Processors that can run guests."),
    (int, cpu_mhz, "Speed of one."),
    (std::int64_t, memory_bytes, "Memory of the host."),
    (bool, accelerated, "Guests run on the processor itself, proved by booting one; else they are emulated."),
    (bool, uefi, "Instances may boot by UEFI."),
    (bool, snapshots, "Instances can be snapshotted."),
    (bool, hot_plug_cpu, "Processors can be added while an instance runs."),
    (bool, hot_plug_memory, "Memory can be added while an instance runs."),
    (int, instances_max, "How many it can run; 0 is no limit."),
    (int, disks_max, "Disks in one instance besides the root."))
};

/// One host's hypervisor. Calls block, and end by their own deadlines.
struct Driver {
  virtual ~Driver() = default;
  virtual HostFacts probe(const Nothing&) = 0;
  /// Everything that is defined here now.
  virtual Sightings look(const Nothing&) = 0;
  /// Defines and starts; an instance that already runs stays as it is.
  virtual Sighting start(const InstanceSpec&) = 0;
  /// Stopped afterwards; one that is absent counts as stopped.
  virtual Sighting stop(const StopInstance&) = 0;
  virtual Sighting reboot(const StopInstance&) = 0;
  virtual Sighting pause(const InstanceName&) = 0;
  virtual Sighting resume(const InstanceName&) = 0;
  /// Ends and forgets it; its disks stay.
  virtual Nothing forget(const InstanceName&) = 0;
  virtual Nothing plug_disk(const PlugDisk&) = 0;
  virtual Nothing unplug_disk(const UnplugDisk&) = 0;
  virtual Nothing plug_nic(const PlugNic&) = 0;
  virtual Nothing unplug_nic(const UnplugNic&) = 0;
  /// Tells a running guest of its disk's new size; the file itself has been resized through here too.
  virtual Nothing resize_disk(const ResizeDisk&) = 0;
  virtual Sighting scale(const ScaleInstance&) = 0;
  virtual Statistics statistics(const Nothing&) = 0;
  virtual Console console(const InstanceName&) = 0;
};

}  // namespace welkin::hypervisor
