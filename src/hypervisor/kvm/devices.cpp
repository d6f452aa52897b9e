// Plugging into instances and out of them: what runs and what is kept for the next start change alike.
#include <fmt/format.h>
#include <libvirt/libvirt-qemu.h>

#include <cstdlib>
#include <thread>

#include "hypervisor/kvm/domain_xml.hpp"
#include "hypervisor/kvm/host.hpp"
#include "hypervisor/kvm/xml.hpp"
#include "hypervisor/spec_rules.hpp"

namespace welkin::hypervisor::kvm {
namespace {

using namespace std::chrono_literals;

constexpr auto between_looks = 100ms;
constexpr auto between_requests = 5s;

/// The kept definition, or the running instance.
struct Side {
  unsigned flag;
  DomainView view;
};

/// The definition comes first: it can be changed back when the running guest then refuses.
std::vector<Side> sides_of(Driver::Host& host, const Domain& domain) {
  std::vector<Side> sides;
  sides.push_back({VIR_DOMAIN_AFFECT_CONFIG, host.view(domain, VIR_DOMAIN_XML_INACTIVE)});
  if (host.active(domain)) sides.push_back({VIR_DOMAIN_AFFECT_LIVE, host.view(domain)});
  return sides;
}

void attach(Driver::Host& host, const Domain& domain, const std::string& xml, unsigned flag) {
  host.session.call(domain, "plug in a device", [xml, flag](virDomainPtr d) {
    good(virDomainAttachDeviceFlags(d, xml.c_str(), flag), "plug in a device");
  });
}

void detach(Driver::Host& host, const Domain& domain, const std::string& xml, unsigned flag) {
  host.session.call(domain, "unplug a device", [xml, flag](virDomainPtr d) {
    good(virDomainDetachDeviceFlags(d, xml.c_str(), flag), "unplug a device");
  });
}

/// How long a guest may take to let go of a device.
std::chrono::seconds patience_with_guest(const Driver::Host& host) {
  return std::chrono::seconds(host.shared.options.unplug_seconds > 0 ? host.shared.options.unplug_seconds : 20);
}

/// Opens the drive in QEMU itself. A guest that resets its devices while it starts closes the tray without a word, libvirt
/// goes on believing that it is open, and from then on every change fails ("Tray of device … is not open").
void open_tray(Driver::Host& host, const Domain& domain) {
  // The drive is hdc: second bus, first unit.
  constexpr auto order = R"({"execute":"blockdev-open-tray","arguments":{"id":"ide0-1-0","force":true}})";
  host.session.call(domain, "open a drive", [](virDomainPtr d) {
    char* answer = nullptr;
    const int sent = virDomainQemuMonitorCommand(d, order, &answer, 0);
    std::free(answer);
    good(sent, "open a drive");
  });
}

/// A guest that is starting closes the tray again while it looks for its devices, and on a busy host that lasts. A drive
/// that the guest has locked is opened all the same: the user's wish is stronger.
void change_medium(Driver::Host& host, const Domain& domain, const std::string& xml, unsigned flag) {
  const auto end = std::chrono::steady_clock::now() + patience_with_guest(host);
  for (;;) {
    try {
      return host.session.call(domain, "change a medium", [xml, flag](virDomainPtr d) {
        good(virDomainUpdateDeviceFlags(d, xml.c_str(), flag | VIR_DOMAIN_DEVICE_MODIFY_FORCE),
             "change a medium");
      });
    } catch (const Error& error) {
      if (error.fault != Fault::internal || std::chrono::steady_clock::now() >= end) throw;
    }
    if (flag & VIR_DOMAIN_AFFECT_LIVE) open_tray(host, domain);
    std::this_thread::sleep_for(300ms);
  }
}

/// Attaches wherever `present` says no; what fails on the running guest is taken out of the definition again.
template <class Present>
void plug(Driver::Host& host, const Domain& domain, const std::string& xml, Present present) {
  unsigned done = 0;
  for (const auto& side : sides_of(host, domain)) {
    if (present(side.view)) continue;
    try {
      attach(host, domain, xml, side.flag);
      done |= side.flag;
    } catch (...) {
      if (done & VIR_DOMAIN_AFFECT_CONFIG) detach(host, domain, xml, VIR_DOMAIN_AFFECT_CONFIG);
      throw;
    }
  }
}

/// Asks the guest to let go until it has; a guest that is booting hears only a later request.
template <class Present>
void unplug_live(Driver::Host& host, const Domain& domain, const std::string& xml, Present present) {
  const auto patience = patience_with_guest(host);
  const auto end = std::chrono::steady_clock::now() + patience;
  std::chrono::steady_clock::time_point asked{};
  while (host.active(domain) && present(host.view(domain))) {
    const auto now = std::chrono::steady_clock::now();
    if (now >= end)
      throw Error(Fault::timeout,
                  fmt::format("The guest did not let go of the device within {} s; let go of it in the "
                              "guest, or stop the instance.",
                              patience.count()),
                  "id");
    if (now - asked >= between_requests) {
      try {
        detach(host, domain, xml, VIR_DOMAIN_AFFECT_LIVE);
      } catch (const Error& error) {
        if (asked == decltype(asked){} && present(host.view(domain)))
          throw;  // later ones may meet a request under way
      }
      asked = std::chrono::steady_clock::now();
    } else {
      std::this_thread::sleep_for(between_looks);
    }
  }
}

template <class Present>
void unplug(Driver::Host& host, const Domain& domain, const std::string& xml, Present present) {
  unplug_live(host, domain, xml, present);
  if (present(host.view(domain, VIR_DOMAIN_XML_INACTIVE)))
    detach(host, domain, xml, VIR_DOMAIN_AFFECT_CONFIG);
}

/// Notes which volume is in the drive; an empty text is none.
void note_medium(Driver::Host& host, const Domain& domain, const std::string& volume) {
  const unsigned flags = VIR_DOMAIN_AFFECT_CONFIG | (host.active(domain) ? VIR_DOMAIN_AFFECT_LIVE : 0u);
  const auto note = XmlWriter().leaf("cdrom", {{"volume", volume}}).take();
  host.session.call(domain, "note a medium", [=](virDomainPtr d) {
    good(virDomainSetMetadata(d, VIR_DOMAIN_METADATA_ELEMENT, volume.empty() ? nullptr : note.c_str(),
                              "medium", std::string(cdrom_mark).c_str(), flags),
         "note a medium");
  });
}

void eject(Driver::Host& host, const Domain& domain) {
  for (const auto& side : sides_of(host, domain))
    if (const auto* drive = side.view.disk_at("hdc"); drive && !drive->path.empty())
      change_medium(host, domain, empty_cdrom_xml(), side.flag);
  note_medium(host, domain, "");
}

/// The note is written before the medium goes in and erased after it is out, so that nothing lies there
/// unnoted.
void insert(Driver::Host& host, const Domain& domain, const DiskSpec& disk) {
  const auto sides = sides_of(host, domain);
  for (const auto& side : sides) {
    const auto* drive = side.view.disk_at(disk_target(disk));
    if (drive && !drive->path.empty() && drive->path != disk.path)
      throw Error(Fault::conflict, "Another disc is in the instance's CD-ROM drive; detach it first.",
                  "disk");
  }
  note_medium(host, domain, disk.id.text());
  for (const auto& side : sides) {
    if (const auto* drive = side.view.disk_at(disk_target(disk)); drive && !drive->path.empty()) continue;
    try {
      change_medium(host, domain, disk_xml(disk, true), side.flag);
    } catch (...) {
      eject(host, domain);
      throw;
    }
  }
}

std::string disk_handle(const DiskView& disk) {
  XmlWriter xml;
  xml.open("disk", {{"type", disk.path.starts_with("/dev/") ? "block" : "file"}, {"device", "disk"}});
  return xml.leaf("target", {{"dev", disk.target}, {"bus", "virtio"}}).close().take();
}

/// libvirt finds the nic by its address, but wants to be told of some bridge.
std::string nic_handle(const std::string& mac) {
  XmlWriter xml;
  xml.open("interface", {{"type", "bridge"}})
      .leaf("mac", {{"address", mac}})
      .leaf("source", {{"bridge", "any"}});
  return xml.close().take();
}

void must_fit(const DomainView& view, const DiskSpec& disk) {
  if (const auto* known = view.disk(disk.id)) {
    if (known->path == disk.path) return;
    throw Error(Fault::conflict, fmt::format("Disk {} is plugged in from another place.", disk.id.text()),
                "disk");
  }
  if (view.disk_at(disk_target(disk)))
    throw Error(Fault::conflict, fmt::format("Position {} of the instance is taken.", disk.position),
                "disk.position");
}

DomainView running_view(Driver::Host& host, const Domain& domain) {
  if (!host.active(domain)) throw Error(Fault::conflict, "The instance does not run.", "id");
  return host.view(domain);
}

}  // namespace

Nothing Driver::plug_disk(const PlugDisk& wish) {
  check(wish.disk);
  Host host(*shared_);
  const auto turn = host.turn(wish.instance);
  const auto domain = host.session.get(wish.instance);
  must_be_here(wish.disk);
  if (wish.disk.kind == DiskKind::cdrom) {
    insert(host, domain, wish.disk);
    return {};
  }
  for (const auto& side : sides_of(host, domain)) must_fit(side.view, wish.disk);
  plug(host, domain, disk_xml(wish.disk, reads_directly(wish.disk.path)),
       [&](const DomainView& view) { return view.disk(wish.disk.id) != nullptr; });
  return {};
}

Nothing Driver::unplug_disk(const UnplugDisk& wish) {
  Host host(*shared_);
  const auto turn = host.turn(wish.instance);
  const auto domain = host.session.find(wish.instance);
  if (!domain) return {};
  for (const auto& side : sides_of(host, *domain)) {
    const auto* disk = side.view.disk(wish.disk);
    if (!disk) continue;
    if (disk->cdrom)
      eject(host, *domain);
    else
      unplug(host, *domain, disk_handle(*disk),
             [&](const DomainView& view) { return view.disk(wish.disk) != nullptr; });
    return {};
  }
  return {};
}

Nothing Driver::plug_nic(const PlugNic& wish) {
  check(wish.nic);
  Host host(*shared_);
  const auto turn = host.turn(wish.instance);
  const auto domain = host.session.get(wish.instance);
  must_be_here(wish.nic);
  plug(host, domain, nic_xml(wish.nic),
       [&](const DomainView& view) { return view.nic(wish.nic.mac) != nullptr; });
  return {};
}

Nothing Driver::unplug_nic(const UnplugNic& wish) {
  Host host(*shared_);
  const auto turn = host.turn(wish.instance);
  const auto domain = host.session.find(wish.instance);
  if (!domain) return {};
  unplug(host, *domain, nic_handle(wish.mac),
         [&](const DomainView& view) { return view.nic(wish.mac) != nullptr; });
  return {};
}

Nothing Driver::resize_disk(const ResizeDisk& wish) {
  Host host(*shared_);
  const auto turn = host.turn(wish.instance);
  const auto domain = host.session.get(wish.instance);
  const auto view = running_view(host, domain);
  const auto* disk = view.disk(wish.disk);
  if (!disk || disk->cdrom)
    throw Error(Fault::missing, fmt::format("Disk {} is not plugged in.", wish.disk.text()), "disk");
  const auto bytes = std::uint64_t(wish.bytes + 511) / 512 * 512;
  const auto now = host.session.call(domain, "measure a disk", [target = disk->target](virDomainPtr d) {
    virDomainBlockInfo info{};
    good(virDomainGetBlockInfo(d, target.c_str(), &info, 0), "measure a disk");
    return std::uint64_t(info.capacity);
  });
  if (wish.bytes <= 0 || bytes < now)
    throw Error(Fault::invalid,
                fmt::format("A disk in use cannot shrink from {} to {} bytes.", now, wish.bytes), "bytes");
  if (bytes > now)
    host.session.call(domain, "resize a disk", [target = disk->target, bytes](virDomainPtr d) {
      good(virDomainBlockResize(d, target.c_str(), bytes, VIR_DOMAIN_BLOCK_RESIZE_BYTES), "resize a disk");
    });
  return {};
}

Sighting Driver::scale(const ScaleInstance& wish) {
  Host host(*shared_);
  const auto turn = host.turn(wish.id);
  const auto domain = host.session.get(wish.id);
  const auto view = running_view(host, domain);
  check_growth(wish, view.cpus, view.cpus_max, view.memory_bytes, view.memory_bytes_max);
  constexpr unsigned both = VIR_DOMAIN_AFFECT_LIVE | VIR_DOMAIN_AFFECT_CONFIG;
  if (wish.memory_bytes > view.memory_bytes)
    attach(host, domain, memory_xml(wish.memory_bytes - view.memory_bytes), both);
  if (wish.cpus > view.cpus)
    host.session.call(domain, "add processors", [count = unsigned(wish.cpus)](virDomainPtr d) {
      good(virDomainSetVcpusFlags(d, count, both), "add processors");
    });
  return host.see(domain);
}

}  // namespace welkin::hypervisor::kvm
