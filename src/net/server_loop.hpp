// One thread of the HTTP server with its connections.
#pragma once

#include <atomic>
#include <condition_variable>
#include <list>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "net/event_loop.hpp"
#include "net/server.hpp"

namespace welkin::net {

class Connection;

/// What all threads of a server share.
struct ServerCore {
  HttpServerOptions options;
  HttpHandler handler;
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> body_bytes = 0;
  std::atomic<bool> stopping = false;
  std::mutex mutex;
  std::condition_variable all_gone;  ///< told when the last connection goes while stopping

  void count_out();
};

class ServerLoop final : public std::enable_shared_from_this<ServerLoop> {
 public:
  using Instant = std::chrono::steady_clock::time_point;
  using Place = std::list<std::shared_ptr<Connection>>::iterator;

  explicit ServerLoop(std::shared_ptr<ServerCore> core);
  ~ServerLoop();

  void begin();
  /// Closes all connections and joins the thread.
  void end();
  EventLoop& events() { return events_; }
  /// True in this loop's own thread.
  bool is_here() const;

  // The rest is for this loop's own thread.
  /// `refused`: the connection is told 503 and no more.
  void adopt(Socket socket, const TlsContext& tls, std::string peer, bool refused);
  void forget(Place place);
  /// Lets connections end as soon as their request is answered.
  void drain();
  void sweep();
  Instant now() const { return now_; }
  /// The present second as a Date header's value.
  const std::string& date() const { return date_; }
  const std::shared_ptr<ServerCore>& core() { return core_; }
  /// Space to read into; its content does not outlast a read.
  std::span<char> scratch() { return scratch_; }

 private:
  void run();

  std::shared_ptr<ServerCore> core_;
  EventLoop events_;
  std::list<std::shared_ptr<Connection>> connections_;
  Instant now_;
  std::string date_;
  std::vector<char> scratch_;
  std::thread thread_;
};

}  // namespace welkin::net
