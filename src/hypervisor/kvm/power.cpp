// Starting, stopping and what lies between.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/log.hpp"
#include "hypervisor/kvm/domain_xml.hpp"
#include "hypervisor/kvm/host.hpp"
#include "hypervisor/spec_rules.hpp"

namespace welkin::hypervisor::kvm {
namespace {

using namespace std::chrono_literals;
using Instant = std::chrono::steady_clock::time_point;

constexpr auto between_looks = 100ms;
constexpr auto between_requests = 10s;  // a guest that is still booting misses the first

std::chrono::seconds grace_of(const StopInstance& wish) {
  return std::chrono::seconds(wish.forced ? 0 : std::clamp(wish.grace_seconds, 0, 3600));
}

/// Looks again and again until `done` or the grace is over; answers `done`'s last word.
template <class Done>
bool within(std::chrono::milliseconds grace, Done done) {
  const auto end = std::chrono::steady_clock::now() + grace;
  while (!done()) {
    if (std::chrono::steady_clock::now() >= end) return false;
    std::this_thread::sleep_for(between_looks);
  }
  return true;
}

void press_power_button(Driver::Host& host, const Domain& domain) {
  try {
    host.session.call(domain, "press the power button", [](virDomainPtr d) {
      good(virDomainShutdownFlags(d, VIR_DOMAIN_SHUTDOWN_ACPI_POWER_BTN), "press the power button");
    });
  } catch (const Error& error) {
    if (error.fault != Fault::conflict && error.fault != Fault::missing) throw;
  }
}

/// Leaves the host as it was before: nothing, or the definition of the stopped instance.
void take_back(Driver::Host& host, const Uuid& id, const std::string& definition_before) {
  try {
    if (const auto domain = host.session.find(id)) {
      host.destroy(*domain);
      host.undefine(*domain);
    }
    if (!definition_before.empty())
      host.session.define(definition_before);
    else
      host.shared.logs.remove(id);
  } catch (const Error& error) {
    log::warning("an instance that did not start could not be cleared away: {} ({})", error.message,
                 error.cause);
  }
}

/// Processor weight and limit need control groups, which a host may do without.
void weigh(Driver::Host& host, const Domain& domain, const InstanceSpec& spec) {
  if (spec.cpu_mhz <= 0 || host.shared.shares_refused) return;
  const auto shares =
      std::clamp<unsigned long long>(std::uint64_t(spec.cpus) * std::uint64_t(spec.cpu_mhz), 2, 262144);
  const int host_mhz = std::max(1, host_processor().mhz);
  constexpr unsigned long long period = 100000;
  const auto quota = std::max(1000LL, (long long)(period)*std::min(spec.cpu_mhz, host_mhz) / host_mhz);
  try {
    host.session.call(domain, "weigh processors", [=, capped = spec.cpu_capped](virDomainPtr d) {
      virTypedParameterPtr values = nullptr;
      int count = 0, room = 0;
      virTypedParamsAddULLong(&values, &count, &room, VIR_DOMAIN_SCHEDULER_CPU_SHARES, shares);
      if (capped) {
        virTypedParamsAddULLong(&values, &count, &room, VIR_DOMAIN_SCHEDULER_VCPU_PERIOD, period);
        virTypedParamsAddLLong(&values, &count, &room, VIR_DOMAIN_SCHEDULER_VCPU_QUOTA, quota);
      }
      const int answer = virDomainSetSchedulerParametersFlags(d, values, count, VIR_DOMAIN_AFFECT_LIVE);
      virTypedParamsFree(values, count);
      good(answer, "weigh processors");
    });
  } catch (const Error& error) {
    if (error.worth_retrying()) throw;
    if (!host.shared.shares_refused.exchange(true))
      log::warning("this host cannot weigh or limit the processors of its instances ({})", error.cause);
  }
}

void must_be_free(Driver::Host& host, const InstanceSpec& spec) {
  const bool taken =
      host.session.call("look for an instance", [name = spec.name, id = spec.id](virConnectPtr c) {
        auto* other = virDomainLookupByName(c, name.c_str());
        if (!other) return false;
        Uuid found;
        virDomainGetUUID(other, found.bytes.data());
        virDomainFree(other);
        return found != id;
      });
  if (taken)
    throw Error(Fault::conflict, fmt::format("Another instance of this host is called {}.", spec.name),
                "name");
}

/// Told by libvirt when a guest restarts.
class RestartWatch {
 public:
  RestartWatch(Session& session, const Domain& domain) : session_(session), domain_(domain) {
    id_ = session.call(domain, "watch a restart", [seen = seen_](virDomainPtr d) {
      auto* kept = new std::shared_ptr<std::atomic<bool>>(seen);
      const auto told = [](virConnectPtr, virDomainPtr, void* opaque) {
        (**static_cast<std::shared_ptr<std::atomic<bool>>*>(opaque)) = true;
      };
      const auto drop = [](void* opaque) { delete static_cast<std::shared_ptr<std::atomic<bool>>*>(opaque); };
      const int id = virConnectDomainEventRegisterAny(virDomainGetConnect(d), d, VIR_DOMAIN_EVENT_ID_REBOOT,
                                                      told, kept, drop);
      if (id < 0) drop(kept);
      return good(id, "watch a restart");
    });
  }
  ~RestartWatch() {
    try {
      session_.call(domain_, "stop watching", [id = id_](virDomainPtr d) {
        virConnectDomainEventDeregisterAny(virDomainGetConnect(d), id);
      });
    } catch (const Error&) {
      // The connection is gone, and the watch with it.
    }
  }
  RestartWatch(const RestartWatch&) = delete;
  RestartWatch& operator=(const RestartWatch&) = delete;

  bool seen() const { return *seen_; }

 private:
  Session& session_;
  Domain domain_;
  std::shared_ptr<std::atomic<bool>> seen_ = std::make_shared<std::atomic<bool>>(false);
  int id_ = -1;
};

bool restarts_itself(Driver::Host& host, const Domain& domain, std::chrono::seconds grace) {
  if (grace == 0s || host.see(domain).power != Power::running) return false;
  const RestartWatch watch(host.session, domain);
  host.session.call(domain, "restart an instance", [](virDomainPtr d) {
    good(virDomainReboot(d, VIR_DOMAIN_REBOOT_ACPI_POWER_BTN), "restart an instance");
  });
  return within(grace, [&] { return watch.seen() || !host.active(domain); });
}

void create(Driver::Host& host, const Domain& domain) {
  host.session.call(
      domain, "start the instance", [](virDomainPtr d) { good(virDomainCreate(d), "start the instance"); },
      90s);
}

Sighting gone(const Uuid& id) {
  Sighting seen;
  seen.id = id;
  seen.power = Power::stopped;
  return seen;
}

}  // namespace

Sighting Driver::start(const InstanceSpec& spec) {
  check(spec);
  Host host(*shared_);
  const auto turn = host.turn(spec.id);
  const auto before = host.session.find(spec.id);
  if (before && host.active(*before)) return host.see(*before);
  for (const auto& disk : spec.disks) must_be_here(disk);
  for (const auto& nic : spec.nics) must_be_here(nic);
  must_be_free(host, spec);
  std::string definition_before;
  if (before) {
    definition_before = host.xml(*before, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
    host.undefine(*before);  // libvirt would refuse another name
  }
  shared_->logs.prepare(spec.id);
  const Machine machine{shared_->options.accelerated, shared_->options.cpu_mode, shared_->logs.path(spec.id),
                        reads_directly};
  try {
    const auto domain = host.session.define(domain_xml(spec, machine));
    create(host, domain);
    weigh(host, domain, spec);
    return host.see(domain);
  } catch (...) {
    take_back(host, spec.id, definition_before);
    throw;
  }
}

Sighting Driver::stop(const StopInstance& wish) {
  Host host(*shared_);
  const auto domain = host.session.find(wish.id);
  if (!domain) return gone(wish.id);
  const auto grace = grace_of(wish);
  // A paused guest cannot hear the button.
  if (grace > 0s && host.see(*domain).power == Power::running) {
    Instant pressed{};
    within(grace, [&] {
      if (!host.active(*domain)) return true;
      if (std::chrono::steady_clock::now() - pressed < between_requests) return false;
      press_power_button(host, *domain);
      pressed = std::chrono::steady_clock::now();
      return false;
    });
  }
  host.destroy(*domain);
  try {
    return host.see(*domain);
  } catch (const Error& error) {
    if (error.fault == Fault::missing) return gone(wish.id);
    throw;
  }
}

Sighting Driver::reboot(const StopInstance& wish) {
  Host host(*shared_);
  const auto turn = host.turn(wish.id);
  const auto domain = host.session.get(wish.id);
  if (!host.active(domain))
    throw Error(Fault::conflict, "A stopped instance cannot be rebooted; start it.", "id");
  if (!restarts_itself(host, domain, grace_of(wish)))
    host.session.call(domain, "reset an instance",
                      [](virDomainPtr d) { good(virDomainReset(d, 0), "reset an instance"); });
  if (!host.active(domain)) create(host, domain);
  return host.see(domain);
}

Sighting Driver::pause(const InstanceName& which) {
  Host host(*shared_);
  const auto domain = host.session.get(which.id, which.name);
  const auto seen = host.see(domain);
  if (seen.power == Power::stopped)
    throw Error(Fault::conflict, "A stopped instance cannot be paused.", "id");
  if (seen.power == Power::running)
    host.session.call(domain, "pause an instance",
                      [](virDomainPtr d) { good(virDomainSuspend(d), "pause an instance"); });
  return host.see(domain);
}

Sighting Driver::resume(const InstanceName& which) {
  Host host(*shared_);
  const auto domain = host.session.get(which.id, which.name);
  const auto seen = host.see(domain);
  if (seen.power == Power::stopped)
    throw Error(Fault::conflict, "A stopped instance cannot go on; start it.", "id");
  if (seen.power == Power::paused)
    host.session.call(domain, "resume an instance",
                      [](virDomainPtr d) { good(virDomainResume(d), "resume an instance"); });
  return host.see(domain);
}

Nothing Driver::forget(const InstanceName& which) {
  Host host(*shared_);
  if (const auto domain = host.session.find(which.id)) {
    host.destroy(*domain);
    host.undefine(*domain);
  }
  shared_->logs.remove(which.id);
  return {};
}

}  // namespace welkin::hypervisor::kvm
