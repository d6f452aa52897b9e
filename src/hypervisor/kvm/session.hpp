// One connection to libvirt that comes back when libvirt does, and whose every call has a deadline.
#pragma once

#include <libvirt/libvirt.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/id.hpp"
#include "hypervisor/kvm/calls.hpp"

namespace welkin::hypervisor::kvm {

/// Must have run before any other use of libvirt; later calls do nothing. libvirt has one event loop in each process:
/// it notices a connection's end, answers its keepalives and brings events.
void prepare_libvirt();

/// Throws what libvirt complained of last in this thread.
[[noreturn]] void raise_complaint(std::string_view what);

/// Passes a call's answer on; throws when it is libvirt's sign of failure.
inline int good(int answer, std::string_view what) {
  if (answer < 0) raise_complaint(what);
  return answer;
}
template <class T>
T* good(T* answer, std::string_view what) {
  if (!answer) raise_complaint(what);
  return answer;
}

/// A domain's handle; keeps the connection it came from.
using Domain = std::shared_ptr<virDomain>;

/// A text that libvirt allocated.
std::string take_text(char* text);

/// Safe to use from many threads.
class Session {
 public:
  /// `before_open` runs before each connecting; it may start libvirtd. `deadline` is for calls that name
  /// none.
  Session(std::string uri, std::chrono::milliseconds deadline, std::function<void()> before_open);
  ~Session();

  /// Runs `work(virConnectPtr)`. Throws `unreachable` while libvirt cannot be reached, `timeout` when it
  /// hangs. A deadline of 0 is the usual one.
  template <class F>
  auto call(std::string_view what, F work, std::chrono::milliseconds deadline = {}) {
    return calls_.run(what, deadline.count() > 0 ? deadline : deadline_,
                      [connection = connection(), work]() mutable { return work(connection.get()); });
  }
  /// Runs `work(virDomainPtr)`.
  template <class F>
  auto call(const Domain& domain, std::string_view what, F work, std::chrono::milliseconds deadline = {}) {
    return calls_.run(what, deadline.count() > 0 ? deadline : deadline_,
                      [domain, work]() mutable { return work(domain.get()); });
  }

  /// Nothing when there is no such domain.
  std::optional<Domain> find(const Uuid& id);
  /// Throws `missing` when there is no such domain.
  Domain get(const Uuid& id, std::string_view name = {});
  /// Makes a domain persistent, by its XML.
  Domain define(const std::string& xml);

 private:
  using Connection = std::shared_ptr<virConnect>;
  Connection connection();

  const std::string uri_;
  const std::chrono::milliseconds deadline_;
  const std::function<void()> before_open_;
  Calls calls_{64};
  std::timed_mutex mutex_;
  Connection connection_;
};

}  // namespace welkin::hypervisor::kvm
