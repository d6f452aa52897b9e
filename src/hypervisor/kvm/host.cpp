// The shared part of the KVM driver: looking at domains, ending them, and the ground an instance stands on.
#include "hypervisor/kvm/host.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <net/if.h>
#include <sys/stat.h>
#include <unistd.h>

namespace welkin::hypervisor::kvm {
namespace {

/// QEMU starts its guests paused, which is not what anybody means by it.
bool is_starting(virDomainPtr domain) {
  int state = 0, reason = 0;
  return virDomainGetState(domain, &state, &reason, 0) == 0 && state == VIR_DOMAIN_PAUSED &&
         reason == VIR_DOMAIN_PAUSED_STARTING_UP;
}

/// A guest that has powered off, but whose QEMU is not gone, still counts as running.
Power power_of(virDomainPtr domain, int state) {
  switch (state) {
    case VIR_DOMAIN_PAUSED:
      return is_starting(domain) ? Power::running : Power::paused;
    case VIR_DOMAIN_PMSUSPENDED:
      return Power::paused;
    case VIR_DOMAIN_NOSTATE:
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
    case VIR_DOMAIN_SHUTDOWN:
      return Power::running;
    default:
      return Power::stopped;
  }
}

}  // namespace

std::shared_ptr<void> Turns::take(const Uuid& instance, std::chrono::milliseconds patience) {
  std::shared_ptr<std::timed_mutex> turn;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(turns_, [](const auto& entry) { return entry.second.expired(); });
    auto& known = turns_[instance];
    turn = known.lock();
    if (!turn) known = turn = std::make_shared<std::timed_mutex>();
  }
  if (!turn->try_lock_for(patience))
    throw Error(Fault::timeout, "Something else is still being done to instance " + instance.text() + ".",
                "id");
  return {turn.get(), [turn](void*) { turn->unlock(); }};
}

Driver::Shared::Shared(Options given, std::function<void()> before_connect)
    : options(std::move(given)),
      sessions(options.uri, std::chrono::seconds(options.call_seconds > 0 ? options.call_seconds : 30),
               std::move(before_connect)),
      logs(options.serial_directory) {}

std::shared_ptr<void> Driver::Host::turn(const Uuid& instance) {
  return shared.turns.take(instance, std::chrono::seconds(60));
}

bool Driver::Host::active(const Domain& domain) {
  try {
    return session.call(domain, "look at an instance", [](virDomainPtr d) {
      return good(virDomainIsActive(d), "look at an instance") == 1;
    });
  } catch (const Error& error) {
    if (error.fault != Fault::missing) throw;
    return false;
  }
}

Sighting Driver::Host::see(const Domain& domain) {
  return session.call(domain, "look at an instance", [](virDomainPtr d) { return sighting_of(d); });
}

std::string Driver::Host::xml(const Domain& domain, unsigned flags) {
  return session.call(domain, "describe an instance", [flags](virDomainPtr d) {
    return take_text(good(virDomainGetXMLDesc(d, flags), "describe an instance"));
  });
}

DomainView Driver::Host::view(const Domain& domain, unsigned flags) {
  return read_domain(xml(domain, flags));
}

void Driver::Host::destroy(const Domain& domain) {
  try {
    session.call(domain, "end an instance",
                 [](virDomainPtr d) { good(virDomainDestroy(d), "end an instance"); });
  } catch (const Error& error) {
    if (error.fault == Fault::missing) return;
    if (error.fault != Fault::conflict || active(domain)) throw;
  }
}

void Driver::Host::undefine(const Domain& domain) {
  constexpr unsigned all = VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
                           VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA | VIR_DOMAIN_UNDEFINE_NVRAM;
  try {
    session.call(domain, "forget an instance",
                 [](virDomainPtr d) { good(virDomainUndefineFlags(d, all), "forget an instance"); });
  } catch (const Error& error) {
    if (error.fault != Fault::missing) throw;
  }
}

Sighting sighting_of(virDomainPtr domain) {
  virDomainInfo info{};
  good(virDomainGetInfo(domain, &info), "look at an instance");
  Sighting seen;
  virDomainGetUUID(domain, seen.id.bytes.data());
  seen.name = virDomainGetName(domain);
  seen.power = power_of(domain, info.state);
  seen.cpus = info.nrVirtCpu;
  seen.memory_bytes = std::int64_t(info.maxMem) * 1024;
  return seen;
}

bool reads_directly(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_DIRECT | O_CLOEXEC | O_NONBLOCK);
  if (fd >= 0) close(fd);
  return fd >= 0;
}

void must_be_here(const DiskSpec& disk) {
  struct stat file{};
  if (stat(disk.path.c_str(), &file) != 0 || !(S_ISREG(file.st_mode) || S_ISBLK(file.st_mode)))
    throw Error(Fault::missing, fmt::format("Disk {} is not on this host.", disk.id.text()), "disk",
                disk.path);
}

void must_be_here(const NicSpec& nic) {
  if (if_nametoindex(nic.bridge.c_str()) == 0)
    throw Error(Fault::missing, fmt::format("Bridge {} of nic {} is not on this host.", nic.bridge, nic.mac),
                "nic");
}

}  // namespace welkin::hypervisor::kvm
