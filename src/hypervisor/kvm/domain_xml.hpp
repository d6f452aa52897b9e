// Our specs as libvirt's domain XML (https://libvirt.org/formatdomain.html). Pure functions.
#pragma once

#include <functional>
#include <string>

#include "hypervisor/driver.hpp"

namespace welkin::hypervisor::kvm {

/// By this XML namespace we know our own domains.
constexpr std::string_view instance_mark = "urn:welkin:instance:1";
/// The element of this namespace says which volume lies in the CD-ROM drive.
constexpr std::string_view cdrom_mark = "urn:welkin:cdrom:1";

/// What the host adds to a spec.
struct Machine {
  bool accelerated = false;  ///< type kvm, else type qemu
  std::string cpu_mode;      ///< libvirt's mode; when empty, host-model accelerated and maximum emulated
  std::string serial_log;    ///< file that receives the serial console
  /// Whether a file can be read past the page cache; asked per disk, absent means yes.
  std::function<bool(const std::string& path)> direct;
};

/// The whole domain, for a spec that has passed `check`.
std::string domain_xml(const InstanceSpec& spec, const Machine& machine);
/// One disk, to be plugged in.
std::string disk_xml(const DiskSpec& disk, bool direct);
/// The CD-ROM drive with nothing in it.
std::string empty_cdrom_xml();
/// One nic, to be plugged in.
std::string nic_xml(const NicSpec& nic);
/// A module of memory, to be plugged in.
std::string memory_xml(std::int64_t bytes);

/// Name of a disk in the guest: vda, vdb …; hdc for the CD-ROM.
std::string disk_target(const DiskSpec& disk);
/// The volume's id without dashes, cut to 20 characters: the longest serial number of a virtio disk.
std::string disk_serial(const Uuid& volume);

}  // namespace welkin::hypervisor::kvm
