// What is plugged into simulated instances.
#include <fmt/format.h>

#include <algorithm>

#include "hypervisor/simulator/simulator.hpp"
#include "hypervisor/spec_rules.hpp"

namespace welkin::hypervisor::simulator {
namespace {

[[noreturn]] void will_not_let_go() {
  throw Error(Fault::timeout,
              "The guest did not let go of the device; let go of it in the guest, or stop the instance.",
              "id");
}

auto disk_of(Instance& instance, const Uuid& disk) {
  return std::ranges::find(instance.spec.disks, disk, &DiskSpec::id);
}

auto nic_of(Instance& instance, const std::string& mac) {
  return std::ranges::find_if(instance.spec.nics,
                              [&](const auto& n) { return same_text_ignoring_case(n.mac, mac); });
}

}  // namespace

Nothing Hypervisor::plug_disk(const PlugDisk& wish) {
  const auto turn = begin("plug_disk");
  check(wish.disk);
  auto& instance = get(wish.instance);
  auto& disks = instance.spec.disks;
  if (const auto known = disk_of(instance, wish.disk.id); known != disks.end()) {
    if (known->path == wish.disk.path) return {};
    throw Error(Fault::conflict,
                fmt::format("Disk {} is plugged in from another place.", wish.disk.id.text()), "disk");
  }
  if (std::ranges::find(disks, wish.disk.position, &DiskSpec::position) != disks.end())
    throw Error(Fault::conflict, fmt::format("Position {} of the instance is taken.", wish.disk.position),
                "disk.position");
  if (instance.power != Power::stopped) must_be_free(wish.instance, wish.disk);
  disks.push_back(wish.disk);
  std::ranges::sort(disks, {}, &DiskSpec::position);
  ++effects_["plug_disk"];
  return {};
}

Nothing Hypervisor::unplug_disk(const UnplugDisk& wish) {
  const auto turn = begin("unplug_disk");
  auto* instance = find(wish.instance);
  if (!instance) return {};
  const auto disk = disk_of(*instance, wish.disk);
  if (disk == instance->spec.disks.end()) return {};
  if (instance->power != Power::stopped && disk->kind == DiskKind::disk && deaf_.contains(wish.instance))
    will_not_let_go();
  instance->spec.disks.erase(disk);
  disk_bytes_.erase({wish.instance, wish.disk});
  ++effects_["unplug_disk"];
  return {};
}

Nothing Hypervisor::plug_nic(const PlugNic& wish) {
  const auto turn = begin("plug_nic");
  check(wish.nic);
  auto& instance = get(wish.instance);
  if (nic_of(instance, wish.nic.mac) != instance.spec.nics.end()) return {};
  if (instance.power != Power::stopped) must_be_free(wish.instance, wish.nic);
  instance.spec.nics.push_back(wish.nic);
  std::ranges::sort(instance.spec.nics, {}, &NicSpec::position);
  ++effects_["plug_nic"];
  return {};
}

Nothing Hypervisor::unplug_nic(const UnplugNic& wish) {
  const auto turn = begin("unplug_nic");
  auto* instance = find(wish.instance);
  if (!instance) return {};
  const auto nic = nic_of(*instance, wish.mac);
  if (nic == instance->spec.nics.end()) return {};
  if (instance->power != Power::stopped && deaf_.contains(wish.instance)) will_not_let_go();
  instance->spec.nics.erase(nic);
  ++effects_["unplug_nic"];
  return {};
}

Nothing Hypervisor::resize_disk(const ResizeDisk& wish) {
  const auto turn = begin("resize_disk");
  auto& instance = get_running(wish.instance);
  const auto disk = disk_of(instance, wish.disk);
  if (disk == instance.spec.disks.end() || disk->kind == DiskKind::cdrom)
    throw Error(Fault::missing, fmt::format("Disk {} is not plugged in.", wish.disk.text()), "disk");
  // The spec does not say how large a disk is, so the first size that is heard of counts as growth.
  auto& bytes = disk_bytes_[{wish.instance, wish.disk}];
  if (wish.bytes <= 0 || wish.bytes < bytes)
    throw Error(Fault::invalid,
                fmt::format("A disk in use cannot shrink from {} to {} bytes.", bytes, wish.bytes), "bytes");
  if (wish.bytes > bytes) ++effects_["resize_disk"];
  bytes = wish.bytes;
  if (grown_) grown_(wish.disk, wish.bytes);
  return {};
}

Sighting Hypervisor::scale(const ScaleInstance& wish) {
  const auto turn = begin("scale");
  auto& instance = get_running(wish.id);
  check_growth(wish, instance.cpus, cpus_max(instance.spec), instance.memory_bytes,
               memory_bytes_max(instance.spec));
  must_have_memory(wish.memory_bytes - instance.memory_bytes);
  if (wish.cpus != instance.cpus || wish.memory_bytes != instance.memory_bytes) ++effects_["scale"];
  instance.cpus = wish.cpus;
  instance.memory_bytes = wish.memory_bytes;
  return {instance.spec.id, instance.spec.name, instance.power, instance.cpus, instance.memory_bytes};
}

}  // namespace welkin::hypervisor::simulator
