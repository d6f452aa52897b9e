// The threads behind Calls. They share the line, so that a thread left behind may outlive its owner.
#include "hypervisor/kvm/calls.hpp"

#include <fmt/format.h>

#include <csignal>
#include <system_error>
#include <thread>

#include "base/error.hpp"
#include "base/log.hpp"

namespace welkin::hypervisor::kvm {

using namespace std::chrono_literals;

void survive_broken_pipes() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

struct Calls::Line {
  explicit Line(unsigned threads_max) : threads_max(threads_max) {}

  std::mutex mutex;
  std::condition_variable wake, left;
  std::deque<std::function<void()>> jobs;
  const unsigned threads_max;
  unsigned threads = 0, idle = 0;
  bool closing = false;

  /// One thread's life; it goes when there was nothing to do for a while.
  void serve() {
    survive_broken_pipes();
    std::unique_lock lock(mutex);
    while (true) {
      ++idle;
      const bool awoken = wake.wait_for(lock, 10s, [&] { return closing || !jobs.empty(); });
      --idle;
      if (!awoken || jobs.empty()) break;
      auto job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      job();
      job = nullptr;
      lock.lock();
    }
    --threads;
    left.notify_all();
  }
};

Calls::Calls(unsigned threads_max) : line_(std::make_shared<Line>(threads_max)) {}

Calls::~Calls() {
  std::unique_lock lock(line_->mutex);
  line_->closing = true;
  line_->jobs.clear();
  line_->wake.notify_all();
  line_->left.wait_for(lock, 2s, [&] { return line_->threads == 0; });
}

void Calls::submit(std::function<void()> job) {
  const std::lock_guard lock(line_->mutex);
  line_->jobs.push_back(std::move(job));
  if (line_->idle < line_->jobs.size() && line_->threads < line_->threads_max) {
    try {
      std::thread([line = line_] { line->serve(); }).detach();
    } catch (const std::system_error& error) {
      line_->jobs.pop_back();
      throw Error(Fault::exhausted, "The host can run no further thread.", {}, error.what());
    }
    ++line_->threads;
  }
  line_->wake.notify_one();
}

void Calls::overran(std::string_view what, std::chrono::milliseconds deadline) {
  log::warning("libvirt took longer than {} ms to {}", deadline.count(), what);
  throw Error(Fault::timeout,
              fmt::format("The hypervisor did not {} within {} s.", what, deadline.count() / 1000.0));
}

}  // namespace welkin::hypervisor::kvm
