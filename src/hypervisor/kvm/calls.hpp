// Runs calls that may hang, each on a thread that can be left behind.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string_view>

namespace welkin::hypervisor::kvm {

/// Keeps SIGPIPE from this thread: libvirt writes to sockets whose other end may have died.
void survive_broken_pipes();

/// A bounded set of threads. A call that overruns its deadline throws `timeout`; its thread is given up until
/// the call returns by itself. When all threads are given up, every further call times out: the set never
/// grows beyond its bound.
class Calls {
 public:
  explicit Calls(unsigned threads_max);
  ~Calls();
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  /// `work` must own everything it touches, since its caller may be gone when it ends. A call that has not
  /// begun by the deadline never begins.
  template <class F>
  auto run(std::string_view what, std::chrono::milliseconds deadline, F work) -> std::invoke_result_t<F&> {
    using Result = std::invoke_result_t<F&>;
    struct Call {
      explicit Call(F work) : task(std::move(work)) {}
      std::packaged_task<Result()> task;
      std::atomic<bool> taken = false;  // by a thread, or by the caller who gives up
    };
    auto call = std::make_shared<Call>(std::move(work));
    auto answer = call->task.get_future();
    submit([call] {
      if (!call->taken.exchange(true)) call->task();
    });
    if (answer.wait_for(deadline) != std::future_status::ready) {
      call->taken.exchange(true);
      overran(what, deadline);
    }
    return answer.get();
  }

 private:
  struct Line;
  void submit(std::function<void()> job);
  [[noreturn]] static void overran(std::string_view what, std::chrono::milliseconds deadline);
  std::shared_ptr<Line> line_;
};

}  // namespace welkin::hypervisor::kvm
