// One connection to libvirt that comes back when libvirt does, and whose every call has a deadline.
#pragma once

#include <libvirt/libvirt.h>

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/id.hpp"
#include "hypervisor/kvm/calls.hpp"

namespace welkin::hypervisor::kvm {

/// Must have run before any other use of libvirt; later calls do nothing. libvirt has one event loop in each
/// process: it notices a connection's end, answers its keepalives and brings events.
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

using Connection = std::shared_ptr<virConnect>;

/// The connections to one libvirt, each used by one verb at a time: in libvirt before 10.0 a thread that
/// shares its connection may miss its answer until the other's call is over (a lost wakeup in the client).
/// Safe to use from many threads.
class Sessions {
 public:
  /// `before_open` runs before each connecting; it may start libvirtd. `deadline` is for calls that name
  /// none.
  Sessions(std::string uri, std::chrono::milliseconds deadline, std::function<void()> before_open);

 private:
  friend class Session;
  /// Throws `unreachable` while libvirt cannot be reached.
  Connection take();
  void give_back(Connection connection);
  Connection open();

  const std::string uri_;
  const std::chrono::milliseconds deadline_;
  const std::function<void()> before_open_;
  Calls calls_{64};
  std::timed_mutex opening_;
  std::mutex mutex_;
  std::vector<Connection> idle_;
};

/// One verb's connection. Used by one thread.
class Session {
 public:
  explicit Session(Sessions& sessions) : sessions_(sessions), connection_(sessions.take()) {}
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  /// Runs `work(virConnectPtr)`. Throws `timeout` when libvirt hangs; the next call goes by another
  /// connection. A deadline of 0 is the usual one.
  template <class F>
  auto call(std::string_view what, F work, std::chrono::milliseconds deadline = {}) {
    return run(what, deadline,
               [connection = connection(), work]() mutable { return work(connection.get()); });
  }
  /// Runs `work(virDomainPtr)`.
  template <class F>
  auto call(const Domain& domain, std::string_view what, F work, std::chrono::milliseconds deadline = {}) {
    return run(what, deadline, [domain, work]() mutable { return work(domain.get()); });
  }

  /// Nothing when there is no such domain.
  std::optional<Domain> find(const Uuid& id);
  /// Throws `missing` when there is no such domain.
  Domain get(const Uuid& id, std::string_view name = {});
  /// Makes a domain persistent, by its XML.
  Domain define(const std::string& xml);

 private:
  const Connection& connection();
  template <class F>
  auto run(std::string_view what, std::chrono::milliseconds deadline, F work) {
    try {
      return sessions_.calls_.run(what, deadline.count() > 0 ? deadline : sessions_.deadline_,
                                  std::move(work));
    } catch (const Error& error) {
      if (error.fault == Fault::timeout) hangs_ = true;
      throw;
    }
  }

  Sessions& sessions_;
  Connection connection_;
  bool hangs_ = false;
};

}  // namespace welkin::hypervisor::kvm
