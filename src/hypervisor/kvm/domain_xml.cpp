// Rendering of domains and their devices.
#include "hypervisor/kvm/domain_xml.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "hypervisor/kvm/xml.hpp"
#include "hypervisor/spec_rules.hpp"

namespace welkin::hypervisor::kvm {
namespace {

void limit(XmlWriter& xml, std::string_view name, std::int64_t value) {
  if (value > 0) xml.leaf(name, {}, std::to_string(value));
}

void write_limits(XmlWriter& xml, const DiskSpec& disk) {
  if (disk.read_bytes_per_second <= 0 && disk.write_bytes_per_second <= 0 &&
      disk.read_operations_per_second <= 0 && disk.write_operations_per_second <= 0)
    return;
  xml.open("iotune");
  limit(xml, "read_bytes_sec", disk.read_bytes_per_second);
  limit(xml, "write_bytes_sec", disk.write_bytes_per_second);
  limit(xml, "read_iops_sec", disk.read_operations_per_second);
  limit(xml, "write_iops_sec", disk.write_operations_per_second);
  xml.close();
}

void write_disk(XmlWriter& xml, const DiskSpec& disk, bool direct) {
  const bool cdrom = disk.kind == DiskKind::cdrom;
  const bool device = disk.path.starts_with("/dev/");
  xml.open("disk", {{"type", device ? "block" : "file"}, {"device", cdrom ? "cdrom" : "disk"}});
  if (cdrom)
    xml.leaf("driver", {{"name", "qemu"}, {"type", disk.format}});
  else
    xml.leaf("driver", {{"name", "qemu"},
                        {"type", disk.format},
                        {"cache", direct ? "none" : "writeback"},
                        {"discard", "unmap"}});
  xml.leaf("source", {{device ? "dev" : "file", disk.path}});
  xml.leaf("target", {{"dev", disk_target(disk)}, {"bus", cdrom ? "ide" : "virtio"}});
  write_limits(xml, disk);
  if (disk.read_only || cdrom) xml.leaf("readonly");
  // A drive keeps its serial number when the medium changes, so only disks have one.
  if (!cdrom) xml.leaf("serial", {}, disk_serial(disk.id));
  xml.close();
}

void write_empty_cdrom(XmlWriter& xml) {
  xml.open("disk", {{"type", "file"}, {"device", "cdrom"}})
      .leaf("driver", {{"name", "qemu"}, {"type", "raw"}})
      .leaf("target", {{"dev", "hdc"}, {"bus", "ide"}})
      .leaf("readonly")
      .close();
}

void write_nic(XmlWriter& xml, const NicSpec& nic) {
  xml.open("interface", {{"type", "bridge"}})
      .leaf("mac", {{"address", nic.mac}})
      .leaf("source", {{"bridge", nic.bridge}})
      .leaf("target", {{"dev", nic.tap}})
      .leaf("model", {{"type", nic.model.empty() ? "virtio" : nic.model}});
  if (nic.mtu > 0) xml.leaf("mtu", {{"size", std::to_string(nic.mtu)}});
  xml.leaf("rom", {{"enabled", "no"}}).close();  // booting from the network costs each start a second
}

void write_disks(XmlWriter& xml, const InstanceSpec& spec, const Machine& machine) {
  auto disks = spec.disks;
  std::ranges::sort(disks, {}, &DiskSpec::position);
  for (const auto& disk : disks) write_disk(xml, disk, !machine.direct || machine.direct(disk.path));
  // An IDE drive cannot be plugged in later, only its medium changed.
  if (std::ranges::none_of(disks, [](const auto& disk) { return disk.kind == DiskKind::cdrom; }))
    write_empty_cdrom(xml);
}

void write_consoles(XmlWriter& xml, const InstanceSpec& spec, const Machine& machine) {
  xml.open("serial", {{"type", "pty"}});
  if (!machine.serial_log.empty()) xml.leaf("log", {{"file", machine.serial_log}, {"append", "on"}});
  xml.leaf("target", {{"port", "0"}}).close();
  xml.open("console", {{"type", "pty"}}).leaf("target", {{"type", "serial"}, {"port", "0"}}).close();
  xml.open("channel", {{"type", "unix"}})
      .leaf("target", {{"type", "virtio"}, {"name", "org.qemu.guest_agent.0"}})
      .close();
  xml.leaf("input", {{"type", "tablet"}, {"bus", "usb"}});
  // QEMU cannot be given a password later when it was started without.
  const auto password = spec.console_password.reveal().substr(0, 8);
  if (password.empty())
    xml.open("graphics", {{"type", "vnc"}, {"port", "-1"}, {"autoport", "yes"}});
  else
    xml.open("graphics", {{"type", "vnc"}, {"port", "-1"}, {"autoport", "yes"}, {"passwd", password}});
  xml.leaf("listen", {{"type", "address"}, {"address", "127.0.0.1"}}).close();
  xml.open("video").leaf("model", {{"type", "vga"}}).close();
}

void write_devices(XmlWriter& xml, const InstanceSpec& spec, const Machine& machine) {
  xml.open("devices");
  write_disks(xml, spec, machine);
  auto nics = spec.nics;
  std::ranges::sort(nics, {}, &NicSpec::position);
  for (const auto& nic : nics) write_nic(xml, nic);
  write_consoles(xml, spec, machine);
  xml.open("rng", {{"model", "virtio"}}).leaf("backend", {{"model", "random"}}, "/dev/urandom").close();
  xml.open("memballoon", {{"model", "virtio"}}).leaf("stats", {{"period", "10"}}).close();
  xml.close();
}

void write_processor(XmlWriter& xml, const InstanceSpec& spec, const Machine& machine) {
  const auto cpus = std::to_string(spec.cpus), most = std::to_string(cpus_max(spec));
  xml.leaf("vcpu", {{"placement", "static"}, {"current", cpus}}, most);
  const std::string_view usual = machine.accelerated ? "host-model" : "maximum";
  xml.open("cpu", {{"mode", machine.cpu_mode.empty() ? usual : std::string_view(machine.cpu_mode)}});
  xml.leaf("topology", {{"sockets", most}, {"cores", "1"}, {"threads", "1"}});
  if (memory_bytes_max(spec) > spec.memory_bytes)  // added memory needs a node to be added to
    xml.open("numa")
        .leaf("cell", {{"id", "0"},
                       {"cpus", fmt::format("0-{}", cpus_max(spec) - 1)},
                       {"memory", std::to_string(spec.memory_bytes)},
                       {"unit", "b"}})
        .close();
  xml.close();
}

void write_memory(XmlWriter& xml, const InstanceSpec& spec) {
  const auto most = memory_bytes_max(spec);
  if (most > spec.memory_bytes) xml.leaf("maxMemory", {{"slots", "16"}, {"unit", "b"}}, std::to_string(most));
  xml.leaf("memory", {{"unit", "b"}}, std::to_string(spec.memory_bytes));
}

/// cloud-init takes its data from us only when the product's name begins with CloudStack.
void write_identity(XmlWriter& xml, const InstanceSpec& spec) {
  xml.open("sysinfo", {{"type", "smbios"}})
      .open("system")
      .leaf("entry", {{"name", "manufacturer"}}, "Welkin")
      .leaf("entry", {{"name", "product"}}, "CloudStack KVM Hypervisor")
      .leaf("entry", {{"name", "uuid"}}, spec.id.text())
      .close()
      .close();
}

void write_boot(XmlWriter& xml, const InstanceSpec& spec) {
  const auto wish = spec.details.find("boot");
  const bool cdrom_first = wish != spec.details.end() && wish->second == "cdrom";
  if (spec.uefi)
    xml.open("os", {{"firmware", "efi"}});
  else
    xml.open("os");
  xml.leaf("type", {{"arch", "x86_64"}, {"machine", "pc"}}, "hvm")
      .leaf("boot", {{"dev", cdrom_first ? "cdrom" : "hd"}})
      .leaf("boot", {{"dev", cdrom_first ? "hd" : "cdrom"}})
      .leaf("smbios", {{"mode", "sysinfo"}})
      .close();
}

template <class Write>
std::string alone(Write write) {
  XmlWriter xml;
  write(xml);
  return xml.take();
}

}  // namespace

std::string domain_xml(const InstanceSpec& spec, const Machine& machine) {
  XmlWriter xml;
  xml.open("domain", {{"type", machine.accelerated ? "kvm" : "qemu"}});
  xml.leaf("name", {}, spec.name).leaf("uuid", {}, spec.id.text());
  xml.open("metadata").leaf("welkin:instance", {{"xmlns:welkin", instance_mark}});
  for (const auto& disk : spec.disks)
    if (disk.kind == DiskKind::cdrom)
      xml.leaf("medium:cdrom", {{"xmlns:medium", cdrom_mark}, {"volume", disk.id.text()}});
  xml.close();
  write_memory(xml, spec);
  write_processor(xml, spec, machine);
  write_identity(xml, spec);
  write_boot(xml, spec);
  xml.open("features").leaf("acpi").leaf("apic").leaf("pae").close();
  xml.open("clock", {{"offset", "utc"}})
      .leaf("timer", {{"name", "rtc"}, {"tickpolicy", "catchup"}})
      .leaf("timer", {{"name", "pit"}, {"tickpolicy", "delay"}})
      .leaf("timer", {{"name", "hpet"}, {"present", "no"}})
      .close();
  xml.leaf("on_poweroff", {}, "destroy").leaf("on_reboot", {}, "restart").leaf("on_crash", {}, "destroy");
  write_devices(xml, spec, machine);
  return xml.close().take();
}

std::string disk_xml(const DiskSpec& disk, bool direct) {
  return alone([&](XmlWriter& xml) { write_disk(xml, disk, direct); });
}

std::string empty_cdrom_xml() { return alone(write_empty_cdrom); }

std::string nic_xml(const NicSpec& nic) {
  return alone([&](XmlWriter& xml) { write_nic(xml, nic); });
}

std::string memory_xml(std::int64_t bytes) {
  return alone([&](XmlWriter& xml) {
    xml.open("memory", {{"model", "dimm"}}).open("target");
    xml.leaf("size", {{"unit", "b"}}, std::to_string(bytes)).leaf("node", {}, "0").close().close();
  });
}

std::string disk_target(const DiskSpec& disk) {
  if (disk.kind == DiskKind::cdrom) return "hdc";
  return std::string("vd") + char('a' + disk.position);
}

std::string disk_serial(const Uuid& volume) {
  auto serial = volume.text();
  std::erase(serial, '-');
  return serial.substr(0, 20);
}

}  // namespace welkin::hypervisor::kvm
