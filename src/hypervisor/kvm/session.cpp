// Opening, reopening and the translation of libvirt's errors.
#include "hypervisor/kvm/session.hpp"

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include <cstdlib>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"

namespace welkin::hypervisor::kvm {
namespace {

using namespace std::chrono_literals;

/// The first connecting after an installation asks QEMU for all it can do, which takes up to ten seconds.
constexpr auto opening_patience = 30s;
constexpr std::size_t idle_max = 16;

/// What libvirt only says in words.
std::optional<Fault> worded_fault(std::string_view message) {
  if (message.contains("Cannot allocate memory")) return Fault::exhausted;
  if (message.contains("Failed to get") && message.contains("lock"))
    return Fault::in_use;                                                          // QEMU's lock of an image
  if (message.contains("Device or resource busy")) return Fault::conflict;         // a tap
  if (message.contains("Unable to find any firmware")) return Fault::unsupported;  // of UEFI
  return std::nullopt;
}

Fault fault_of(const virError& error) {
  if (const auto fault = worded_fault(error.message ? error.message : "")) return *fault;
  switch (error.code) {
    case VIR_ERR_NO_DOMAIN:
      return Fault::missing;
    case VIR_ERR_OPERATION_TIMEOUT:
    case VIR_ERR_AGENT_UNRESPONSIVE:
      return Fault::timeout;
    case VIR_ERR_OPERATION_INVALID:
    case VIR_ERR_DOM_EXIST:
    case VIR_ERR_RESOURCE_BUSY:
      return Fault::conflict;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_CONFIG_UNSUPPORTED:
    case VIR_ERR_OPERATION_UNSUPPORTED:
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
      return Fault::unsupported;
    case VIR_ERR_NO_MEMORY:
      return Fault::exhausted;
    case VIR_ERR_RPC:
    case VIR_ERR_NO_CONNECT:
      return Fault::unreachable;
    case VIR_ERR_SYSTEM_ERROR:
      return error.domain == VIR_FROM_RPC ? Fault::unreachable : Fault::internal;
    case VIR_ERR_INTERNAL_ERROR:
      return error.domain == VIR_FROM_RPC ? Fault::unreachable : Fault::internal;
    default:
      return Fault::internal;
  }
}

std::string sentence(Fault fault, std::string_view what) {
  switch (fault) {
    case Fault::exhausted:
      return fmt::format("The host has not enough memory to {}.", what);
    case Fault::in_use:
      return fmt::format("The hypervisor failed to {}: a disk is in use elsewhere.", what);
    case Fault::unreachable:
      return "The host's hypervisor cannot be reached.";
    case Fault::unsupported:
      return fmt::format("The host's hypervisor is not able to {}.", what);
    case Fault::timeout:
      return fmt::format("The hypervisor is busy and did not {} in time.", what);
    default:
      return fmt::format("The hypervisor failed to {}.", what);
  }
}

/// Closing says goodbye to libvirtd, which may hang: it is done aside.
void close_aside(virConnectPtr connection) {
  try {
    std::thread([connection] {
      survive_broken_pipes();
      virConnectClose(connection);
    }).detach();
  } catch (const std::system_error&) {
    // Too many threads; the connection stays open rather than this one waiting.
  }
}

}  // namespace

void prepare_libvirt() {
  static std::once_flag once;
  std::call_once(once, [] {
    virInitialize();
    virSetErrorFunc(nullptr, [](void*, virErrorPtr) {});  // it would print to stderr
    if (virEventRegisterDefaultImpl() < 0)
      throw Error(Fault::internal, "libvirt's event loop cannot be made.");
    virEventAddTimeout(1000, [](int, void*) {}, nullptr, nullptr);  // it never sleeps longer than this
    std::thread([] {
      survive_broken_pipes();
      while (virEventRunDefaultImpl() >= 0) {
      }
    }).detach();
  });
}

void raise_complaint(std::string_view what) {
  const auto* error = virGetLastError();
  const auto fault = error ? fault_of(*error) : Fault::internal;
  throw Error(fault, sentence(fault, what), {},
              error && error->message ? error->message : "libvirt did not say why");
}

std::string take_text(char* text) {
  std::string copy = text ? text : "";
  std::free(text);
  return copy;
}

Sessions::Sessions(std::string uri, std::chrono::milliseconds deadline, std::function<void()> before_open)
    : uri_(std::move(uri)), deadline_(deadline), before_open_(std::move(before_open)) {
  prepare_libvirt();
}

Connection Sessions::take() {
  {
    const std::lock_guard lock(mutex_);
    while (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      if (virConnectIsAlive(connection.get()) == 1) return connection;
    }
  }
  return open();
}

void Sessions::give_back(Connection connection) {
  const std::lock_guard lock(mutex_);
  if (idle_.size() < idle_max) idle_.push_back(std::move(connection));
}

Connection Sessions::open() {
  const std::unique_lock lock(opening_, opening_patience);
  if (!lock)
    throw Error(Fault::unreachable, "The host's hypervisor cannot be reached.", {},
                "others wait for it already");
  if (before_open_) before_open_();
  return calls_.run("connect", opening_patience, [uri = uri_] {
    Connection opened(virConnectOpen(uri.c_str()), [](virConnectPtr c) {
      if (c) close_aside(c);
    });
    if (!opened) {
      const auto* error = virGetLastError();
      throw Error(Fault::unreachable, "The host's hypervisor cannot be reached.", {},
                  error && error->message ? error->message : "libvirt did not say why");
    }
    virConnectSetKeepAlive(opened.get(), 5, 3);  // a libvirtd that hangs loses its connection after 15 s
    return opened;
  });
}

Session::~Session() {
  if (!hangs_) sessions_.give_back(std::move(connection_));
}

const Connection& Session::connection() {
  if (hangs_) {
    connection_ = sessions_.take();
    hangs_ = false;
  }
  return connection_;
}

std::optional<Domain> Session::find(const Uuid& id) {
  return run("look for an instance", {}, [connection = connection(), id]() -> std::optional<Domain> {
    if (auto* domain = virDomainLookupByUUID(connection.get(), id.bytes.data()))
      return Domain(domain, [connection](virDomainPtr d) { virDomainFree(d); });
    if (const auto* error = virGetLastError(); error && error->code == VIR_ERR_NO_DOMAIN) return std::nullopt;
    raise_complaint("look for an instance");
  });
}

Domain Session::get(const Uuid& id, std::string_view name) {
  if (auto domain = find(id)) return *domain;
  throw Error(Fault::missing,
              fmt::format("Instance {} is not on this host.", name.empty() ? id.text() : std::string(name)),
              "id");
}

Domain Session::define(const std::string& xml) {
  return run("define an instance", {}, [connection = connection(), xml] {
    return Domain(good(virDomainDefineXMLFlags(connection.get(), xml.c_str(), 0), "define an instance"),
                  [connection](virDomainPtr d) { virDomainFree(d); });
  });
}

}  // namespace welkin::hypervisor::kvm
