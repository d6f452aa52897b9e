// connect(2) and poll(2) around a transport.
#include "net/dialled.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace welkin::net {

namespace {
using Outcome = Transport::Outcome;

/// False at the deadline.
bool poll_until(int fd, short events, Dialled::Instant deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd one{fd, events, 0};
    const int ready = ::poll(&one, 1, int(std::min<std::int64_t>(left.count(), 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

socklen_t fill(sockaddr_storage& out, const IpAddress& address, std::uint16_t port) {
  if (address.v6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(out);
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
    return sizeof v6;
  }
  auto& v4 = reinterpret_cast<sockaddr_in&>(out);
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  std::memcpy(&v4.sin_addr, address.bytes.data(), 4);
  return sizeof v4;
}
}  // namespace

Dialled::Dialled(const WebAddress& url, const std::vector<IpAddress>& addresses, const TlsContext& tls,
                 Instant deadline)
    : name_(url.authority()) {
  const bool connected =
      std::ranges::any_of(addresses, [&](const auto& one) { return connect(one, url.port, deadline); });
  if (!connected)
    throw Error(Fault::unreachable, fmt::format("'{}' does not answer.", name_), "url", reason_);
  if (!url.secure) {
    transport_.emplace(socket_.fd());
    return;
  }
  transport_.emplace(Transport::connecting(socket_.fd(), tls, url.host));
  for (auto progress = transport_->handshake(); progress.outcome != Outcome::done;
       progress = transport_->handshake())
    wait(progress.outcome, deadline);
}

bool Dialled::connect(const IpAddress& address, std::uint16_t port, Instant deadline) {
  sockaddr_storage where{};
  const auto size = fill(where, address, port);
  Socket socket(::socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int on = 1;
  ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  int code = ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&where), size) == 0 ? 0 : errno;
  if (code == EINPROGRESS) {
    socklen_t length = sizeof code;
    if (!poll_until(socket.fd(), POLLOUT, deadline))
      code = ETIMEDOUT;
    else
      ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &code, &length);
  }
  if (code == 0)
    socket_ = std::move(socket);
  else
    reason_ += fmt::format("{}: {}; ", address.text(), std::strerror(code));
  return code == 0;
}

void Dialled::wait(Outcome outcome, Instant deadline) {
  if (outcome == Outcome::failed || outcome == Outcome::ended) {
    const auto trouble = transport_->trouble();
    if (trouble.contains("certificate verify failed"))
      throw Error(Fault::unreachable, fmt::format("The certificate of '{}' is not trusted.", name_), "url",
                  trouble);
    throw Error(Fault::unreachable, fmt::format("The connection with '{}' broke.", name_), "url", trouble);
  }
  if (!poll_until(socket_.fd(), outcome == Outcome::needs_input ? POLLIN : POLLOUT, deadline))
    throw Error(Fault::timeout, fmt::format("'{}' did not answer in time.", name_), "url");
}

void Dialled::write(std::string_view bytes, Instant deadline) {
  while (!bytes.empty()) {
    const auto progress = transport_->write(bytes, {});
    if (progress.outcome == Outcome::done)
      bytes.remove_prefix(progress.bytes);
    else
      wait(progress.outcome, deadline);
  }
}

std::string_view Dialled::read(std::span<char> space, Instant deadline) {
  for (;;) {
    const auto progress = transport_->read(space);
    if (progress.outcome == Outcome::done) return {space.data(), progress.bytes};
    if (progress.outcome == Outcome::ended) return {};
    wait(progress.outcome, deadline);
  }
}

}  // namespace welkin::net
