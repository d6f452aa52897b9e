// The loop on Asio: its reactor and timers, with concrete executors.
#include "net/event_loop.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>

#include "base/log.hpp"

namespace welkin::net {

namespace asio = boost::asio;
using boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
using Stream = asio::posix::basic_stream_descriptor<Executor>;

struct EventLoop::Parts {
  asio::io_context context{1};
  asio::executor_work_guard<Executor> guard{context.get_executor()};
  std::vector<std::unique_ptr<Timer>> timers;

  void arm(Timer& timer, std::chrono::milliseconds span, std::shared_ptr<std::function<void()>> tick) {
    timer.expires_after(span);
    timer.async_wait([this, &timer, span, tick](error_code error) {
      if (error) return;
      arm(timer, span, tick);  // first: the next tick comes even when this one throws
      (*tick)();
    });
  }
};

EventLoop::EventLoop() : parts_(std::make_unique<Parts>()) {}
EventLoop::~EventLoop() = default;

void EventLoop::run() {
  while (!parts_->context.stopped()) {
    try {
      parts_->context.run();
    } catch (const std::exception& error) {
      log::error("Work on a server's thread has failed: {}", error.what());
    }
  }
}

void EventLoop::stop() { parts_->context.stop(); }
void EventLoop::post(Work work) { asio::post(parts_->context, std::move(work)); }

void EventLoop::every(std::chrono::milliseconds span, std::function<void()> tick) {
  auto& timer = *parts_->timers.emplace_back(std::make_unique<Timer>(parts_->context.get_executor()));
  parts_->arm(timer, span, std::make_shared<std::function<void()>>(std::move(tick)));
}

struct Descriptor::Parts {
  Stream stream;
  void wait(Stream::wait_type kind, Work ready) {
    stream.async_wait(kind, [ready = std::move(ready)](error_code error) mutable {
      if (error != asio::error::operation_aborted) ready();
    });
  }
};

Descriptor::Descriptor(EventLoop& loop, Socket socket)
    : parts_(new Parts{Stream(loop.parts_->context.get_executor(), socket.fd())}) {
  socket.release();
}
Descriptor::~Descriptor() = default;

int Descriptor::fd() const { return const_cast<Stream&>(parts_->stream).native_handle(); }
void Descriptor::when_readable(Work ready) { parts_->wait(Stream::wait_read, std::move(ready)); }
void Descriptor::when_writable(Work ready) { parts_->wait(Stream::wait_write, std::move(ready)); }

}  // namespace welkin::net
