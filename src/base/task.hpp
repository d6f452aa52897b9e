// Task<T>: a lazy coroutine. It starts when awaited, resumes its awaiter when done, and carries exceptions.
#pragma once

#include <atomic>
#include <condition_variable>
#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace welkin {

template <class T = void>
class Task;

namespace detail {

struct PromiseBase {
  std::coroutine_handle<> awaiter = std::noop_coroutine();

  struct Final {
    bool await_ready() noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
      return done.promise().awaiter;
    }
    void await_resume() noexcept {}
  };
  std::suspend_always initial_suspend() noexcept { return {}; }
  Final final_suspend() noexcept { return {}; }
};

template <class T>
struct Promise : PromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> outcome;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& value) { outcome.template emplace<1>(std::forward<U>(value)); }
  void unhandled_exception() { outcome.template emplace<2>(std::current_exception()); }
  T take() {
    if (outcome.index() == 2) std::rethrow_exception(std::get<2>(outcome));
    return std::move(std::get<1>(outcome));
  }
};

template <>
struct Promise<void> : PromiseBase {
  std::exception_ptr error;
  Task<void> get_return_object();
  void return_void() {}
  void unhandled_exception() { error = std::current_exception(); }
  void take() {
    if (error) std::rethrow_exception(error);
  }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  Task() = default;
  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Task() {
    if (handle_) handle_.destroy();
  }

  bool await_ready() const noexcept { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
    handle_.promise().awaiter = awaiter;
    return handle_;
  }
  T await_resume() { return handle_.promise().take(); }

  /// Starts a task that nobody awaits; its owner keeps it until `done`. Destroying it earlier ends it where it waits.
  void begin() { handle_.resume(); }
  bool done() const { return handle_ && handle_.done(); }

 private:
  Handle handle_{};
};

namespace detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>(Task<T>::Handle::from_promise(*this));
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>(Task<void>::Handle::from_promise(*this));
}

/// A coroutine nobody awaits: it frees itself at its end.
struct Detached {
  struct promise_type {
    Detached get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::terminate(); }
  };
};
}  // namespace detail

/// Runs `task` on its own; `done` receives nothing or what it threw. `done` must not throw.
inline detail::Detached start(Task<void> task, std::function<void(std::exception_ptr)> done) {
  std::exception_ptr error;
  try {
    co_await task;
  } catch (...) {
    error = std::current_exception();
  }
  done(error);
}

/// A value that arrives later: the bridge from callbacks to coroutines. Copies share one state; one coroutine awaits it.
/// The coroutine resumes inside `set`, so set it in the thread of the loop the coroutine belongs to. A coroutine that is
/// destroyed while it waits is forgotten.
template <class T>
class Arrival {
  struct State {
    std::mutex mutex;
    std::variant<std::monostate, T, std::exception_ptr> value;
    std::coroutine_handle<> awaiter;
  };

 public:
  Arrival() : state_(std::make_shared<State>()) {}

  void set(T value) const { settle([&](State& s) { s.value.template emplace<1>(std::move(value)); }); }
  void fail(std::exception_ptr error) const { settle([&](State& s) { s.value.template emplace<2>(error); }); }

  class Awaiter {
   public:
    explicit Awaiter(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() {
      const std::lock_guard lock(state_->mutex);
      state_->awaiter = {};
    }
    bool await_ready() const noexcept { return false; }
    bool await_suspend(std::coroutine_handle<> awaiter) {
      const std::lock_guard lock(state_->mutex);
      if (state_->value.index() != 0) return false;
      state_->awaiter = awaiter;
      return true;
    }
    T await_resume() {
      if (state_->value.index() == 2) std::rethrow_exception(std::get<2>(state_->value));
      return std::move(std::get<1>(state_->value));
    }

   private:
    std::shared_ptr<State> state_;
  };
  Awaiter operator co_await() const { return Awaiter(state_); }

 private:
  template <class Fill>
  void settle(Fill fill) const {
    const auto state = state_;  // the awaiter may destroy this Arrival
    std::coroutine_handle<> awaiter;
    {
      const std::lock_guard lock(state->mutex);
      if (state->value.index() != 0) return;
      fill(*state);
      awaiter = std::exchange(state->awaiter, {});
    }
    if (awaiter) awaiter.resume();
  }

  std::shared_ptr<State> state_;
};

}  // namespace welkin
