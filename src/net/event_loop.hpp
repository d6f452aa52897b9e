// One thread's wait for sockets, timers and work from other threads.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "base/loop.hpp"
#include "net/socket.hpp"

namespace welkin::net {

class EventLoop final {
 public:
  EventLoop();
  ~EventLoop();

  /// Works in the calling thread until `stop`.
  void run();
  /// These two may be called from any thread. Work that has not begun when the loop stops is dropped.
  void stop();
  void post(Work work);
  /// Calls `tick` again and again. Before `run`, or in its thread.
  void every(std::chrono::milliseconds span, std::function<void()> tick);

 private:
  friend class Descriptor;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// A socket whose readiness a loop watches. It belongs to the loop's thread and must not outlive the loop.
class Descriptor final {
 public:
  Descriptor(EventLoop& loop, Socket socket);
  /// Closes the socket; what waits for it is dropped.
  ~Descriptor();

  int fd() const;
  /// Calls `ready` once, when the socket can be read or has failed. One wait of a kind at a time.
  void when_readable(Work ready);
  void when_writable(Work ready);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace welkin::net
