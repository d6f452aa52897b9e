// The system's resolver on a thread of its own, since it knows no deadline.
#include "net/resolve.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>

#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "base/error.hpp"

namespace welkin::net {

namespace {
constexpr std::size_t addresses_max = 16;

struct Lookup {
  std::string host;
  std::mutex mutex;
  std::condition_variable done;
  std::optional<int> code;
  std::vector<IpAddress> found;
};

std::optional<IpAddress> address_of(const addrinfo& entry) {
  IpAddress out;
  if (entry.ai_family == AF_INET) {
    std::memcpy(out.bytes.data(), &reinterpret_cast<const sockaddr_in*>(entry.ai_addr)->sin_addr, 4);
  } else if (entry.ai_family == AF_INET6) {
    out.v6 = true;
    std::memcpy(out.bytes.data(), &reinterpret_cast<const sockaddr_in6*>(entry.ai_addr)->sin6_addr, 16);
  } else {
    return std::nullopt;
  }
  return out;
}

void look_up(Lookup& lookup) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* first = nullptr;
  const int code = ::getaddrinfo(lookup.host.c_str(), nullptr, &hints, &first);
  std::vector<IpAddress> found;
  for (const auto* entry = first; entry && found.size() < addresses_max; entry = entry->ai_next)
    if (const auto address = address_of(*entry)) found.push_back(*address);
  if (first) ::freeaddrinfo(first);
  const std::lock_guard lock(lookup.mutex);
  lookup.code = code;
  lookup.found = std::move(found);
  lookup.done.notify_all();
}
}  // namespace

std::vector<IpAddress> resolve(const std::string& host, std::chrono::steady_clock::time_point deadline) {
  if (const auto address = IpAddress::parse(host)) return {*address};
  const auto lookup = std::make_shared<Lookup>();
  lookup->host = host;
  // Abandoned at the deadline, the thread ends by itself when the resolver gives up.
  std::thread([lookup] { look_up(*lookup); }).detach();
  std::unique_lock lock(lookup->mutex);
  if (!lookup->done.wait_until(lock, deadline, [&] { return lookup->code.has_value(); }))
    throw Error(Fault::timeout, fmt::format("The address of '{}' could not be found in time.", host), "url");
  if (*lookup->code != 0 || lookup->found.empty())
    throw Error(Fault::unreachable, fmt::format("The host '{}' is not known.", host), "url",
                ::gai_strerror(*lookup->code));
  return std::move(lookup->found);
}

}  // namespace welkin::net
