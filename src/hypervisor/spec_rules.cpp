// The rules themselves: plain looks at plain values.
#include "hypervisor/spec_rules.hpp"
#include "net/mac.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace welkin::hypervisor {
namespace {

[[noreturn]] void refuse(std::string message, std::string_view field) {
  throw Error(Fault::invalid, std::move(message), std::string(field));
}

bool plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
  });
}

void check_counts(const InstanceSpec& spec) {
  if (spec.cpus < 1 || spec.cpus > 512)
    refuse(fmt::format("{} processors cannot be given.", spec.cpus), "cpus");
  if (spec.cpus_max != 0 && (spec.cpus_max < spec.cpus || spec.cpus_max > 512))
    refuse(fmt::format("At most {} processors does not fit {} at start.", spec.cpus_max, spec.cpus),
           "cpus_max");
  if (spec.memory_bytes < 1 << 20) refuse("An instance needs at least 1 MiB of memory.", "memory_bytes");
  if (spec.memory_bytes_max != 0 && spec.memory_bytes_max < spec.memory_bytes)
    refuse("The most memory is less than the memory at start.", "memory_bytes_max");
  if (spec.cpu_mhz < 0) refuse("A processor's speed cannot be negative.", "cpu_mhz");
}

}  // namespace

void check_name(const std::string& name) {
  if (name.empty() || name.size() > 80 || !plain(name) || name[0] == '.' || name[0] == '-')
    refuse(fmt::format("'{}' cannot be an instance's name in the hypervisor.", name), "name");
}

void check_link(const std::string& link, std::string_view field) {
  if (link.empty() || link.size() > 15 || !plain(link) || link[0] == '.' || link[0] == '-')
    refuse(fmt::format("'{}' cannot be the name of a network link.", link), field);
}

void check(const DiskSpec& disk) {
  if (!disk.id) refuse("A disk has no id.", "disk.id");
  if (disk.path.empty() || disk.path[0] != '/' || disk.path.size() > 4000 ||
      std::ranges::any_of(disk.path, [](unsigned char c) { return c < 0x20; }))
    refuse(fmt::format("Disk {} needs an absolute path.", disk.id.text()), "disk.path");
  if (disk.format != "qcow2" && disk.format != "raw")
    refuse(fmt::format("Disk {} has format '{}'; qcow2 and raw are known.", disk.id.text(), disk.format),
           "disk.format");
  if (disk.position < 0 || disk.position > position_max)
    refuse(fmt::format("Disk {} has position {}; 0 to {} are there.", disk.id.text(), disk.position,
                       position_max),
           "disk.position");
  if ((disk.position == cdrom_position) != (disk.kind == DiskKind::cdrom))
    refuse(fmt::format("Position {} is kept for the CD-ROM, and the CD-ROM for it.", cdrom_position),
           "disk.position");
  if (std::min({disk.read_bytes_per_second, disk.write_bytes_per_second, disk.read_operations_per_second,
                disk.write_operations_per_second}) < 0)
    refuse(fmt::format("Disk {} has a negative limit.", disk.id.text()), "disk");
}

void check(const NicSpec& nic) {
  if (!net::station_mac(nic.mac)) refuse(fmt::format("'{}' is not the MAC address of a nic.", nic.mac), "nic.mac");
  check_link(nic.bridge, "nic.bridge");
  check_link(nic.tap, "nic.tap");
  // libvirt renames links that begin so.
  if (nic.tap.starts_with("vnet")) refuse(fmt::format("A tap may not be called '{}'.", nic.tap), "nic.tap");
  if (nic.mtu != 0 && (nic.mtu < 68 || nic.mtu > 65535))
    refuse(fmt::format("{} is not an MTU.", nic.mtu), "nic.mtu");
  if (!nic.model.empty() && nic.model != "virtio" && nic.model != "e1000" && nic.model != "rtl8139")
    refuse(fmt::format("'{}' is not a nic's model; virtio, e1000 and rtl8139 are.", nic.model), "nic.model");
}

void check(const InstanceSpec& spec) {
  if (!spec.id) refuse("An instance has no id.", "id");
  check_name(spec.name);
  check_counts(spec);
  std::set<int> positions, orders;
  std::set<Uuid> ids;
  std::set<std::string> macs, taps;
  for (const auto& disk : spec.disks) {
    check(disk);
    if (!positions.insert(disk.position).second || !ids.insert(disk.id).second)
      refuse(fmt::format("Disk {} stands twice, or where another does.", disk.id.text()), "disks");
  }
  for (const auto& nic : spec.nics) {
    check(nic);
    if (!orders.insert(nic.position).second || !macs.insert(nic.mac).second || !taps.insert(nic.tap).second)
      refuse(fmt::format("The nic {} shares a position, address or tap with another.", nic.mac), "nics");
  }
}

int cpus_max(const InstanceSpec& spec) { return std::max(spec.cpus, spec.cpus_max); }

std::int64_t memory_bytes_max(const InstanceSpec& spec) {
  return std::max(spec.memory_bytes, spec.memory_bytes_max);
}

void check_growth(const ScaleInstance& wish, int cpus, int cpus_max, std::int64_t memory_bytes,
                  std::int64_t memory_bytes_max) {
  if (wish.cpus < cpus || wish.memory_bytes < memory_bytes)
    refuse("A running instance cannot shrink; stop it first.", "cpus");
  if (wish.cpus > cpus_max)
    throw Error(Fault::unsupported,
                fmt::format("The instance was started with room for {} processors, not {}; stop it first.",
                            cpus_max, wish.cpus),
                "cpus");
  if (wish.memory_bytes > memory_bytes_max)
    throw Error(Fault::unsupported,
                fmt::format("The instance was started with room for {} MiB of memory, not {}; stop it first.",
                            memory_bytes_max >> 20, wish.memory_bytes >> 20),
                "memory_bytes");
  if ((wish.memory_bytes - memory_bytes) % memory_step_bytes != 0)
    throw Error(Fault::unsupported, "Memory of a running instance grows in steps of 128 MiB; stop it first.",
                "memory_bytes");
}

}  // namespace welkin::hypervisor
