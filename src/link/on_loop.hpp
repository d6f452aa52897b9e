// A question from the connections' thread to the loop's, and its answer.
#pragma once

#include <mutex>

#include "base/loop.hpp"
#include "link/events.hpp"

namespace welkin::link {

/// Filled in one thread, taken in another.
template <class T>
class LoopAnswer {
 public:
  void set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  void fail(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    error_ = error;
  }
  /// Throws what the other side threw, and `timeout` when it has not answered.
  T take() {
    const std::lock_guard lock(mutex_);
    if (error_) std::rethrow_exception(error_);
    if (!value_) throw Error(Fault::timeout, "The server is too busy; try again later.");
    return std::move(*value_);
  }

 private:
  std::mutex mutex_;
  std::optional<T> value_;
  std::exception_ptr error_;
};

template <class T, class Make>
Task<void> answer_on_loop(std::shared_ptr<LoopAnswer<T>> answer, std::shared_ptr<const LinkEvents> events,
                          Make make) {
  answer->set(co_await make(*events));
}

/// Runs `make(events)`, which answers a Task, on the loop; then `wake`.
template <class T, class Make, class Wake>
void ask_loop(Loop& loop, std::shared_ptr<LoopAnswer<T>> answer, std::shared_ptr<const LinkEvents> events,
              Make make, Wake wake) {
  loop.post([answer, events = std::move(events), make = std::move(make), wake = std::move(wake)] {
    start(answer_on_loop(answer, events, make), [answer, wake](std::exception_ptr error) {
      if (error) answer->fail(error);
      wake();
    });
  });
}

}  // namespace welkin::link
