// What the verbs of the KVM driver share.
#pragma once

#include <atomic>
#include <map>

#include "hypervisor/kvm/domain_view.hpp"
#include "hypervisor/kvm/driver.hpp"
#include "hypervisor/kvm/host_gauges.hpp"
#include "hypervisor/kvm/serial_logs.hpp"
#include "hypervisor/kvm/session.hpp"

namespace welkin::hypervisor::kvm {

/// One verb at a time may build on an instance. Stopping does not ask, so that it can end what hangs.
class Turns {
 public:
  /// Holds the instance until destroyed. Throws `timeout` when another verb holds it too long.
  std::shared_ptr<void> take(const Uuid& instance, std::chrono::milliseconds patience);

 private:
  std::mutex mutex_;
  std::map<Uuid, std::weak_ptr<std::timed_mutex>> turns_;
};

/// What all verbs share.
struct Driver::Shared {
  Shared(Options options, std::function<void()> before_connect);

  const Options options;
  Sessions sessions;
  const SerialLogs logs;
  Turns turns;
  BusyGauge busy;
  std::atomic<bool> shares_refused = false;  ///< the host cannot weigh processors; said once
};

/// The host as one verb sees it.
struct Driver::Host {
  explicit Host(Shared& shared) : shared(shared), session(shared.sessions) {}

  Shared& shared;
  Session session;

  std::shared_ptr<void> turn(const Uuid& instance);
  /// It runs or is paused; one that is gone does neither.
  bool active(const Domain& domain);
  Sighting see(const Domain& domain);
  /// The domain as it runs, or as it is kept with VIR_DOMAIN_XML_INACTIVE among the flags.
  DomainView view(const Domain& domain, unsigned flags = 0);
  std::string xml(const Domain& domain, unsigned flags);
  /// Ends it if it runs; one that is gone is fine.
  void destroy(const Domain& domain);
  void undefine(const Domain& domain);
};

/// What a domain does now. Asks libvirtd only, never the guest's QEMU, which may hang.
Sighting sighting_of(virDomainPtr domain);
/// A file's first bytes can be read past the page cache. Files on tmpfs cannot.
bool reads_directly(const std::string& path);
/// Throws `missing` when the file or bridge is not on this host.
void must_be_here(const DiskSpec& disk);
void must_be_here(const NicSpec& nic);

}  // namespace welkin::hypervisor::kvm
