// Listening, accepting and stopping.
#include "net/server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <future>

#include "base/error.hpp"
#include "base/log.hpp"
#include "net/server_loop.hpp"

namespace welkin::net {

namespace {
constexpr int accepts_in_a_row = 64;
constexpr std::size_t refused_at_once_max = 100;  // told 503; beyond that connections are just closed
constexpr std::string_view mapped_prefix = "::ffff:";

struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* raw() { return reinterpret_cast<sockaddr*>(&storage); }
  sockaddr_in& v4() { return reinterpret_cast<sockaddr_in&>(storage); }
  sockaddr_in6& v6() { return reinterpret_cast<sockaddr_in6&>(storage); }
  bool is_v4() const { return storage.ss_family == AF_INET; }
};

Address parse(const std::string& text, std::uint16_t port) {
  Address out;
  if (::inet_pton(AF_INET, text.c_str(), &out.v4().sin_addr) == 1) {
    out.storage.ss_family = AF_INET;
    out.v4().sin_port = htons(port);
    out.size = sizeof(sockaddr_in);
    return out;
  }
  if (::inet_pton(AF_INET6, text.c_str(), &out.v6().sin6_addr) == 1) {
    out.storage.ss_family = AF_INET6;
    out.v6().sin6_port = htons(port);
    out.size = sizeof(sockaddr_in6);
    return out;
  }
  throw Error(Fault::invalid,
              fmt::format("'{}' is no IP address to listen on; write digits, such as 0.0.0.0 or ::.", text));
}

std::string peer_text(Address& peer) {
  char text[INET6_ADDRSTRLEN] = "";
  const void* bytes = peer.is_v4() ? static_cast<const void*>(&peer.v4().sin_addr) : &peer.v6().sin6_addr;
  ::inet_ntop(peer.storage.ss_family, bytes, text, sizeof text);
  std::string_view out = text;
  if (out.starts_with(mapped_prefix) && out.contains('.')) out.remove_prefix(mapped_prefix.size());
  return std::string(out);
}

Socket listen_on(const std::string& text, std::uint16_t port) {
  auto address = parse(text, port);
  const int on = 1;
  Socket socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (!socket || ::bind(socket.fd(), address.raw(), address.size) != 0 ||
      ::listen(socket.fd(), SOMAXCONN) != 0)
    throw Error(Fault::invalid,
                fmt::format("Port {} of {} cannot be listened on: {}.", port, text, std::strerror(errno)));
  return socket;
}

std::uint16_t port_of(const Socket& socket) {
  Address address;
  ::getsockname(socket.fd(), address.raw(), &address.size);
  return ntohs(address.is_v4() ? address.v4().sin_port : address.v6().sin6_port);
}
}  // namespace

struct HttpServer::Parts {
  std::shared_ptr<ServerCore> core;
  std::vector<std::shared_ptr<ServerLoop>> loops;
  std::unique_ptr<Descriptor> listening;  // of the first loop's thread
  std::mutex tls_mutex;
  TlsContext tls;
  std::uint16_t port = 0;
  std::size_t next_loop = 0;
  bool pausing = false;  // out of descriptors until the next tick

  void wait() {
    listening->when_readable([this] { accept_some(); });
  }
  void accept_some();
  bool accept_one();
  void seat(Socket socket, std::string peer);
  void resume();
};

void HttpServer::Parts::accept_some() {
  for (int i = 0; i < accepts_in_a_row; ++i)
    if (!accept_one()) break;
  if (!pausing) wait();
}

bool HttpServer::Parts::accept_one() {
  Address peer;
  Socket socket(::accept4(listening->fd(), peer.raw(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket) {
    pausing = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (pausing) log::warning("No connection can be accepted for now: {}.", std::strerror(errno));
    return errno == ECONNABORTED || errno == EINTR;
  }
  seat(std::move(socket), peer_text(peer));
  return true;
}

void HttpServer::Parts::resume() {
  if (!listening || !std::exchange(pausing, false)) return;
  accept_some();
}

void HttpServer::Parts::seat(Socket socket, std::string peer) {
  const auto seated = ++core->connections;
  if (seated > core->options.connections_max + refused_at_once_max) return core->count_out();
  const bool refused = seated > core->options.connections_max;
  const int on = 1;
  ::setsockopt(socket.fd(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  TlsContext context;
  {
    const std::lock_guard lock(tls_mutex);
    context = tls;
  }
  auto& loop = *loops[next_loop++ % loops.size()];
  if (loop.is_here()) return loop.adopt(std::move(socket), context, std::move(peer), refused);
  loop.events().post([&loop, socket = std::move(socket), context, peer = std::move(peer), refused]() mutable {
    loop.adopt(std::move(socket), context, std::move(peer), refused);
  });
}

HttpServer::HttpServer(HttpServerOptions options, HttpHandler handler) : parts_(std::make_unique<Parts>()) {
  auto& parts = *parts_;
  auto socket = listen_on(options.address, options.port);
  parts.port = port_of(socket);
  parts.tls = options.tls;
  parts.core = std::make_shared<ServerCore>();
  parts.core->handler = std::move(handler);
  parts.core->options = std::move(options);
  for (unsigned i = 0; i < std::max(1u, parts.core->options.threads); ++i)
    parts.loops.push_back(std::make_shared<ServerLoop>(parts.core));
  auto& first = *parts.loops.front();
  parts.listening = std::make_unique<Descriptor>(first.events(), std::move(socket));
  parts.wait();
  first.events().every(parts.core->options.sweep_every, [&parts] { parts.resume(); });
  for (const auto& loop : parts.loops) loop->begin();
}

HttpServer::~HttpServer() { stop(std::chrono::milliseconds(0)); }

std::uint16_t HttpServer::port() const { return parts_->port; }

void HttpServer::renew(TlsContext tls) {
  const std::lock_guard lock(parts_->tls_mutex);
  parts_->tls = std::move(tls);
}

void HttpServer::stop(std::chrono::milliseconds grace) {
  auto& parts = *parts_;
  if (parts.core->stopping.exchange(true)) return;
  std::promise<void> closed;
  parts.loops.front()->events().post([&] {
    parts.listening.reset();
    closed.set_value();
  });
  closed.get_future().wait();
  for (const auto& loop : parts.loops) loop->events().post([&loop] { loop->drain(); });
  {
    std::unique_lock lock(parts.core->mutex);
    parts.core->all_gone.wait_for(lock, grace, [&] { return parts.core->connections == 0; });
  }
  for (const auto& loop : parts.loops) loop->end();
}

}  // namespace welkin::net
