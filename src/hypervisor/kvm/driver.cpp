// Making the driver, and what it says of its host.
#include "hypervisor/kvm/driver.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include "hypervisor/kvm/host.hpp"
#include "hypervisor/kvm/xml.hpp"

namespace welkin::hypervisor::kvm {
namespace {

std::string version_text(unsigned long version) {
  return fmt::format("{}.{}.{}", version / 1000000, version / 1000 % 1000, version % 1000);
}

/// libvirt lists the firmware it found files for.
bool boots_by_uefi(virConnectPtr connection, bool accelerated) {
  const auto text = take_text(
      virConnectGetDomainCapabilities(connection, nullptr, "x86_64", "pc", accelerated ? "kvm" : "qemu", 0));
  if (text.empty()) return false;
  for (const auto* choice : read_xml(text).at("os").all("enum"))
    if (choice->attribute("name") == "firmware")
      for (const auto* value : choice->all("value"))
        if (value->text == "efi") return true;
  return false;
}

}  // namespace

Driver::Driver(Options options, std::function<void()> before_connect)
    : shared_(std::make_unique<Shared>(std::move(options), std::move(before_connect))) {}

Driver::~Driver() = default;

HostFacts Driver::probe(const Nothing&) {
  Host host(*shared_);
  HostFacts facts;
  utsname machine{};
  uname(&machine);
  facts.hypervisor = "KVM";
  facts.name = machine.nodename;
  facts.arch = machine.machine;
  facts.os = host_os();
  const auto processor = host_processor();
  facts.cpu_model = processor.model;
  facts.cpu_sockets = processor.sockets;
  facts.cpus = processor.cpus;
  facts.memory_bytes = host_memory().total_bytes;
  facts.accelerated = shared_->options.accelerated;
  facts.hot_plug_cpu = facts.hot_plug_memory = true;
  facts.disks_max = 15;  // each takes one of the 32 slots of the PCI bus, as do nics
  struct Answer {
    unsigned long qemu = 0, libvirt = 0;
    virNodeInfo node{};
    bool uefi = false;
  };
  const auto answer =
      host.session.call("describe itself", [accelerated = facts.accelerated](virConnectPtr c) {
        Answer answer;
        good(virConnectGetVersion(c, &answer.qemu), "describe itself");
        good(virConnectGetLibVersion(c, &answer.libvirt), "describe itself");
        good(virNodeGetInfo(c, &answer.node), "describe itself");
        answer.uefi = boots_by_uefi(c, accelerated);
        return answer;
      });
  facts.version = fmt::format("QEMU {}, libvirt {}", version_text(answer.qemu), version_text(answer.libvirt));
  facts.cpu_mhz = int(answer.node.mhz);
  facts.uefi = answer.uefi;
  return facts;
}

}  // namespace welkin::hypervisor::kvm
