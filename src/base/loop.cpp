// The loops: one that sleeps, one that jumps, and workers for calls that block.
#include "base/loop.hpp"

#include "base/error.hpp"

namespace welkin {

Task<void> Loop::sleep(Duration delay) {
  Arrival<std::monostate> arrival;
  after(delay, [arrival] { arrival.set({}); });
  co_await arrival;
}

ThreadLoop::ThreadLoop(Clock& clock) : clock_(clock), thread_([this] { run(); }) {}

ThreadLoop::~ThreadLoop() {
  stop();
}

void ThreadLoop::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable() && thread_.get_id() != std::this_thread::get_id()) thread_.join();
}

void ThreadLoop::post(Work work) {
  {
    const std::lock_guard lock(mutex_);
    ready_.push_back(std::move(work));
  }
  wake_.notify_one();
}

std::uint64_t ThreadLoop::after(Duration delay, Work work) {
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = next_timer_++;
    timers_.emplace(std::chrono::steady_clock::now() + delay, std::pair(id, std::move(work)));
  }
  wake_.notify_one();
  return id;
}

void ThreadLoop::cancel(std::uint64_t timer) {
  const std::lock_guard lock(mutex_);
  for (auto at = timers_.begin(); at != timers_.end(); ++at)
    if (at->second.first == timer) {
      timers_.erase(at);
      return;
    }
}

void ThreadLoop::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    const auto now = std::chrono::steady_clock::now();
    while (!timers_.empty() && timers_.begin()->first <= now) {
      ready_.push_back(std::move(timers_.begin()->second.second));
      timers_.erase(timers_.begin());
    }
    if (ready_.empty()) {
      if (timers_.empty())
        wake_.wait(lock);
      else
        wake_.wait_until(lock, Instant(timers_.begin()->first));
      continue;
    }
    auto batch = std::exchange(ready_, {});
    lock.unlock();
    for (auto& work : batch) {
      work();
      work = {};
    }
    lock.lock();
  }
}

std::uint64_t VirtualLoop::after(Duration delay, Work work) {
  const auto id = next_++;
  queue_.emplace(std::pair(clock_.time + delay, id), std::move(work));
  return id;
}

void VirtualLoop::cancel(std::uint64_t timer) {
  std::erase_if(queue_, [&](const auto& entry) { return entry.first.second == timer; });
}

bool VirtualLoop::step() {
  if (queue_.empty()) return false;
  auto node = queue_.extract(queue_.begin());
  clock_.time = std::max(clock_.time, node.key().first);
  node.mapped()();
  return true;
}

bool VirtualLoop::run(const std::function<bool()>& until, std::uint64_t limit) {
  for (std::uint64_t done = 0; done < limit; ++done) {
    if (until && until()) return true;
    if (!step()) return !until || until();
  }
  return false;
}

void VirtualLoop::run_for(Duration span) {
  const auto end = clock_.time + span;
  while (!queue_.empty() && queue_.begin()->first.first <= end) step();
  clock_.time = end;
}

Workers::Workers(unsigned threads) {
  for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void Workers::post(Work work) {
  if (threads_.empty()) return work();
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(work));
    wake = should_wake();
  }
  if (wake) wake_.notify_one();
}

// One at a time: a busy machine would switch to each of those woken, only to find the work done by the first.
bool Workers::should_wake() {
  if (waking_ || idle_ == 0 || queue_.empty()) return false;
  return waking_ = true;
}

void Workers::serve() {
  std::unique_lock lock(mutex_);
  while (true) {
    while (!stopping_ && queue_.empty()) {
      ++idle_;
      wake_.wait(lock);
      --idle_;
      waking_ = false;
    }
    if (queue_.empty()) return;
    auto work = std::move(queue_.front());
    queue_.pop_front();
    const bool wake = should_wake();
    lock.unlock();
    if (wake) wake_.notify_one();
    work();
    work = {};
    lock.lock();
  }
}

}  // namespace welkin
