// Loop: one thread's queue of work and timers. The real one sleeps; the virtual one jumps to the next timer.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "base/task.hpp"
#include "base/time.hpp"

namespace welkin {

using Work = std::move_only_function<void()>;

/// Runs work in one thread, in order. `post` and `after` may be called from any thread.
struct Loop {
  virtual ~Loop() = default;
  virtual void post(Work work) = 0;
  /// Runs `work` once, after `delay`. The answer cancels it when passed to `cancel`; work already begun is not stopped.
  virtual std::uint64_t after(Duration delay, Work work) = 0;
  virtual void cancel(std::uint64_t timer) = 0;
  virtual Clock& clock() = 0;
  /// Of a loop without a thread of its own: does one piece of work in the caller's; false when none is left. Other loops
  /// need no help and answer false.
  virtual bool step() { return false; }

  /// `co_await loop.sleep(1s)`.
  Task<void> sleep(Duration delay);
};

/// A loop on a thread of its own. The destructor drops what has not begun and joins the thread.
class ThreadLoop final : public Loop {
 public:
  explicit ThreadLoop(Clock& clock = machine_clock());
  ~ThreadLoop() override;

  void post(Work work) override;
  std::uint64_t after(Duration delay, Work work) override;
  void cancel(std::uint64_t timer) override;
  Clock& clock() override { return clock_; }
  /// Ends the thread after the work it is at; safe to call twice.
  void stop();

 private:
  using Instant = std::chrono::steady_clock::time_point;
  void run();

  Clock& clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Work> ready_;
  std::multimap<Instant, std::pair<std::uint64_t, Work>> timers_;
  std::uint64_t next_timer_ = 1;
  bool stopping_ = false;
  std::thread thread_;
};

/// A loop without a thread whose clock moves only when there is nothing left to do before the next timer.
class VirtualLoop final : public Loop {
 public:
  explicit VirtualLoop(Time start) : clock_(start) {}

  void post(Work work) override { after(Duration{0}, std::move(work)); }
  std::uint64_t after(Duration delay, Work work) override;
  void cancel(std::uint64_t timer) override;
  Clock& clock() override { return clock_; }

  bool step() override;
  /// Works until nothing is left, `until` answers true, or `limit` pieces are done. Answers whether it ended in time.
  bool run(const std::function<bool()>& until = {}, std::uint64_t limit = 10'000'000);
  /// Works off everything that is due within `span` and moves the clock to its end.
  void run_for(Duration span);
  /// Forgets all work: what a killed process leaves behind.
  void drop_all() { queue_.clear(); }

 private:
  struct VirtualClock final : Clock {
    explicit VirtualClock(Time start) : time(start) {}
    Time now() override { return time; }
    Time time;
  };
  VirtualClock clock_;
  std::map<std::pair<Time, std::uint64_t>, Work> queue_;
  std::uint64_t next_ = 1;
};

/// A bounded set of threads for calls that block: databases, files, libvirt. With no threads, work is done at once by who
/// posts it: for trials on virtual time.
class Workers {
 public:
  explicit Workers(unsigned threads);
  ~Workers();
  void post(Work work);

  /// Runs `work` on a worker and resumes the caller on `loop`.
  template <class F>
  auto run(Loop& loop, F work) -> Task<std::invoke_result_t<F&>>;

 private:
  void serve();
  bool should_wake();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  std::size_t idle_ = 0;
  bool waking_ = false;  ///< one is on its way; it wakes the next if there is more than it can take
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

template <class F>
auto Workers::run(Loop& loop, F work) -> Task<std::invoke_result_t<F&>> {
  using T = std::invoke_result_t<F&>;
  using Kept = std::conditional_t<std::is_void_v<T>, std::monostate, T>;
  Arrival<Kept> arrival;
  post([&loop, arrival, work = std::move(work)]() mutable {
    try {
      if constexpr (std::is_void_v<T>) {
        work();
        loop.post([arrival] { arrival.set({}); });
      } else {
        loop.post([arrival, value = work()]() mutable { arrival.set(std::move(value)); });
      }
    } catch (...) {
      loop.post([arrival, error = std::current_exception()] { arrival.fail(error); });
    }
  });
  if constexpr (std::is_void_v<T>)
    co_await arrival;
  else
    co_return co_await arrival;
}

}  // namespace welkin
