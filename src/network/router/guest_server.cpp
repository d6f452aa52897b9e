// A loop of epoll(7) over sockets of many namespaces.
#include "network/router/guest_server.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/log.hpp"
#include "network/router/ruleset.hpp"

namespace welkin::network {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint16_t metadata_port = 80, password_port = 8080;
constexpr std::size_t connections_max = 64, connections_of_guest_max = 16;
constexpr std::chrono::milliseconds patience(5000);
constexpr net::RequestParser::Limits limits{.header_bytes_max = 8192, .body_bytes_max = 1024};
constexpr std::uint64_t wake_id = 0;

Descriptor listen_at(std::string_view address, std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  ::setsockopt(socket.fd(), IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  ::inet_pton(AF_INET, std::string(address).c_str(), &at.sin_addr);
  if (!socket || ::bind(socket.fd(), reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 ||
      ::listen(socket.fd(), 64) != 0)
    throw Error(Fault::internal, fmt::format("The metadata server cannot listen at {}:{}.", address, port),
                {}, std::strerror(errno));
  return socket;
}

std::string wire_form(const net::HttpResponse& response, bool with_body) {
  return fmt::format(
      "HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}",
      response.status, net::reason_of(response.status), response.content_type, response.body.size(),
      with_body ? response.body : "");
}

}  // namespace

struct GuestServer::Listener {
  Descriptor socket;
  std::string router;
  bool passwords;
  std::shared_ptr<GuestBook> book;
};

struct GuestServer::Connection {
  std::uint64_t id;
  Descriptor socket;
  std::string router, peer;
  bool passwords;
  std::shared_ptr<GuestBook> book;
  Clock::time_point deadline;
  std::unique_ptr<net::RequestParser> parser = std::make_unique<net::RequestParser>(limits);
  std::string unread, unsent;
  bool answered = false, over = false;
};

GuestServer::GuestServer()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!epoll_ || !wake_)
    throw Error(Fault::internal, "This host cannot serve metadata.", {}, std::strerror(errno));
  watch(wake_.fd(), wake_id, EPOLLIN);
  thread_ = std::thread([this] { run(); });
}

GuestServer::~GuestServer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_.fd(), &one, sizeof one);
  thread_.join();
}

GuestServer::Listeners GuestServer::listen(const std::string& gateway) {
  Listeners out;
  for (const std::string_view address : {std::string_view(gateway), metadata_address}) {
    out.metadata.push_back(listen_at(address, metadata_port));
    out.passwords.push_back(listen_at(address, password_port));
  }
  return out;
}

void GuestServer::open(const std::string& router, Listeners fresh, std::shared_ptr<GuestBook> book) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [&](const auto& entry) { return entry.second.router == router; });
  const auto take = [&](std::vector<Descriptor>& sockets, bool passwords) {
    for (auto& socket : sockets) {
      const int fd = socket.fd();
      listeners_.emplace(next_id_, Listener{std::move(socket), router, passwords, book});
      watch(fd, next_id_++, EPOLLIN);
    }
  };
  take(fresh.metadata, false);
  take(fresh.passwords, true);
}

void GuestServer::close(const std::string& router) {
  const std::lock_guard lock(mutex_);
  std::erase_if(listeners_, [&](const auto& entry) { return entry.second.router == router; });
  std::erase_if(connections_, [&](const auto& entry) { return entry.second.router == router; });
}

bool GuestServer::serves(const std::string& router) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::any_of(listeners_, [&](const auto& entry) { return entry.second.router == router; });
}

void GuestServer::watch(int fd, std::uint64_t id, unsigned events, bool again) {
  epoll_event event{.events = events, .data = {.u64 = id}};
  must(::epoll_ctl(epoll_.fd(), again ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &event) == 0,
       "an open socket can be watched");
}

void GuestServer::run() {
  std::array<epoll_event, 64> events;
  for (;;) {
    int patience_left = -1;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      patience_left = milliseconds_left();
    }
    const int ready = ::epoll_wait(epoll_.fd(), events.data(), int(events.size()), patience_left);
    const std::lock_guard lock(mutex_);
    for (int i = 0; i < ready; ++i) {
      const std::uint64_t id = events[std::size_t(i)].data.u64;  // a copy: the kernel packs its events
      // Ids are never used twice: an event for what was closed meanwhile finds nothing.
      if (const auto listener = listeners_.find(id); listener != listeners_.end())
        accept_from(listener->second);
      const auto connection = connections_.find(id);
      if (connection == connections_.end()) continue;
      auto& found = connection->second;
      found.answered ? write_to(found) : read_from(found);
      if (found.over) connections_.erase(connection);
    }
    drop_late_ones();
  }
}

int GuestServer::milliseconds_left() const {
  if (connections_.empty()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(connections_.begin()->second.deadline - Clock::now());
  return int(std::max<std::int64_t>(left.count(), 0));
}

void GuestServer::drop_late_ones() {
  const auto now = Clock::now();
  while (!connections_.empty() && connections_.begin()->second.deadline <= now)
    connections_.erase(connections_.begin());
}

bool GuestServer::has_room(const std::string& router, const std::string& peer) const {
  std::size_t of_router = 0, of_guest = 0;
  for (const auto& [id, connection] : connections_) {
    of_router += connection.router == router;
    of_guest += connection.router == router && connection.peer == peer;
  }
  return of_router < connections_max && of_guest < connections_of_guest_max;
}

void GuestServer::accept_from(const Listener& listener) {
  sockaddr_in from{};
  socklen_t length = sizeof from;
  Descriptor socket(::accept4(listener.socket.fd(), reinterpret_cast<sockaddr*>(&from), &length,
                              SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket) return;
  char text[INET_ADDRSTRLEN] = "";
  const std::string peer = ::inet_ntop(AF_INET, &from.sin_addr, text, sizeof text);
  if (!has_room(listener.router, peer)) return;
  const int fd = socket.fd();
  const auto id = next_id_++;
  connections_.emplace(id, Connection{.id = id,
                                      .socket = std::move(socket),
                                      .router = listener.router,
                                      .peer = peer,
                                      .passwords = listener.passwords,
                                      .book = listener.book,
                                      .deadline = Clock::now() + patience,
                                      .unread = {},
                                      .unsent = {}});
  watch(fd, id, EPOLLIN);
}

void GuestServer::read_from(Connection& connection) {
  std::array<char, 4096> piece;
  const auto got = ::recv(connection.socket.fd(), piece.data(), piece.size(), 0);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  connection.over = got <= 0;
  if (got <= 0) return;
  connection.unread.append(piece.data(), std::size_t(got));
  connection.unread.erase(0, connection.parser->feed(connection.unread));
  const auto state = connection.parser->state();
  if (state == net::RequestParser::State::complete || state == net::RequestParser::State::failed)
    answer(connection);
}

void GuestServer::answer(Connection& connection) {
  net::HttpResponse response;
  bool with_body = true;
  if (connection.parser->state() == net::RequestParser::State::failed) {
    response = net::text_response(connection.parser->refusal(), net::reason_of(connection.parser->refusal()));
  } else {
    auto request = connection.parser->take();
    request.peer = connection.peer;
    with_body = request.method != "HEAD";
    try {
      if (request.method != "GET" && request.method != "HEAD")
        response = net::text_response(405, "Method Not Allowed");
      else
        response =
            connection.passwords ? connection.book->password(request) : connection.book->metadata(request);
    } catch (const Error& error) {
      log::error("guest {} of router {}: {} {}", connection.peer, connection.router, error.message,
                 error.cause);
      response = net::text_response(500, "Internal Server Error");
    }
  }
  connection.unsent = wire_form(response, with_body);
  connection.answered = true;
  write_to(connection);
  if (!connection.over) watch(connection.socket.fd(), connection.id, EPOLLOUT, true);
}

void GuestServer::write_to(Connection& connection) {
  const auto sent =
      ::send(connection.socket.fd(), connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
  if (sent < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (sent > 0) connection.unsent.erase(0, std::size_t(sent));
  connection.over = sent < 0 || connection.unsent.empty();
}

}  // namespace welkin::network
