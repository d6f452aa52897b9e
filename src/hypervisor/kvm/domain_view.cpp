// Picking the few things we need out of a domain's XML.
#include "hypervisor/kvm/domain_view.hpp"

#include <algorithm>
#include <charconv>

#include "base/described.hpp"
#include "hypervisor/kvm/domain_xml.hpp"
#include "hypervisor/kvm/xml.hpp"

namespace welkin::hypervisor::kvm {
namespace {

/// 0 for text that is no number.
std::int64_t number(const std::string& text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// libvirt prints memory in KiB.
std::int64_t memory(const XmlElement& element) { return number(element.text) * 1024; }

DiskView read_disk(const XmlElement& disk) {
  const auto& source = disk.at("source");
  auto path = source.attribute("file");
  if (path.empty()) path = source.attribute("dev");
  return {disk.at("target").attribute("dev"), disk.attribute("device") == "cdrom", path,
          disk.at("serial").text};
}

/// The element of one namespace among the metadata, whatever prefix libvirt gave it.
const XmlElement* mark(const XmlElement& domain, std::string_view space) {
  for (const auto& element : domain.at("metadata").children)
    for (const auto& [name, value] : element.attributes)
      if (name.starts_with("xmlns") && value == space) return &element;
  return nullptr;
}

}  // namespace

DomainView read_domain(const std::string& xml) {
  const auto domain = read_xml(xml);
  DomainView view;
  view.ours = mark(domain, instance_mark) != nullptr;
  if (const auto* medium = mark(domain, cdrom_mark)) view.medium = medium->attribute("volume");
  for (const auto* disk : domain.at("devices").all("disk")) view.disks.push_back(read_disk(*disk));
  for (const auto* nic : domain.at("devices").all("interface"))
    view.nics.push_back({nic->at("mac").attribute("address"), nic->at("target").attribute("dev")});
  const auto& cpus = domain.at("vcpu");
  view.cpus_max = int(number(cpus.text));
  view.cpus = cpus.attribute("current").empty() ? view.cpus_max : int(number(cpus.attribute("current")));
  view.memory_bytes = memory(domain.at("memory"));
  const auto& most = domain.at("maxMemory");
  view.memory_bytes_max = most.name.empty() ? view.memory_bytes : memory(most);
  const auto& graphics = domain.at("devices/graphics");
  view.vnc_port = std::max(0, int(number(graphics.attribute("port"))));
  view.vnc_address = graphics.attribute("listen");
  view.vnc_password = graphics.attribute("passwd");
  view.serial_log = domain.at("devices/serial/log").attribute("file");
  return view;
}

const DiskView* DomainView::disk(const Uuid& volume) const {
  const auto serial = disk_serial(volume);
  for (const auto& disk : disks) {
    if (!disk.cdrom && disk.serial == serial) return &disk;
    if (disk.cdrom && !disk.path.empty() && medium == volume.text()) return &disk;
  }
  return nullptr;
}

const DiskView* DomainView::disk_at(const std::string& target) const {
  const auto found = std::ranges::find(disks, target, &DiskView::target);
  return found == disks.end() ? nullptr : &*found;
}

const NicView* DomainView::nic(const std::string& mac) const {
  const auto found =
      std::ranges::find_if(nics, [&](const auto& nic) { return same_text_ignoring_case(nic.mac, mac); });
  return found == nics.end() ? nullptr : &*found;
}

}  // namespace welkin::hypervisor::kvm
