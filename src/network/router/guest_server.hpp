// Serves the guests of all routers of a host over HTTP, from one thread: a router costs four sockets and no
// process.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "net/request_parser.hpp"
#include "network/bridge/descriptor.hpp"
#include "network/router/guest_book.hpp"

namespace welkin::network {

/// One request each connection; at most 8 KiB of it, 64 connections each router and 16 each guest, five
/// seconds each. Safe to use from many threads.
class GuestServer {
 public:
  GuestServer();
  ~GuestServer();
  GuestServer(const GuestServer&) = delete;
  GuestServer& operator=(const GuestServer&) = delete;

  struct Listeners {
    std::vector<Descriptor> metadata, passwords;
  };
  /// Listens at port 80 and 8080 of the calling thread's namespace; the sockets stay there whoever uses them.
  /// The addresses need not be there yet.
  static Listeners listen(const std::string& gateway);

  /// Serves a router from now on, in place of what served it before.
  void open(const std::string& router, Listeners listeners, std::shared_ptr<GuestBook> book);
  void close(const std::string& router);
  bool serves(const std::string& router) const;

 private:
  struct Listener;
  struct Connection;
  void run();
  void accept_from(const Listener& listener);
  void read_from(Connection& connection);
  void answer(Connection& connection);
  void write_to(Connection& connection);
  void watch(int fd, std::uint64_t id, unsigned events, bool again = false);
  int milliseconds_left() const;
  void drop_late_ones();
  bool has_room(const std::string& router, const std::string& peer) const;

  Descriptor epoll_, wake_;
  mutable std::mutex mutex_;
  bool stopping_ = false;
  std::uint64_t next_id_ = 1;
  std::map<std::uint64_t, Listener> listeners_;
  std::map<std::uint64_t, Connection> connections_;  ///< the oldest first
  std::thread thread_;
};

}  // namespace welkin::network
