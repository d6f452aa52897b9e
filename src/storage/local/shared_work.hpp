// Lets concurrent calls for one thing do the work once.
#pragma once

#include <chrono>
#include <future>
#include <map>
#include <mutex>
#include <string>

#include "base/error.hpp"

namespace welkin::storage {

/// One piece of work per key at a time; who asks meanwhile waits for its answer or its error.
template <class Answer>
class SharedWork {
 public:
  /// Throws `timeout` when another's work takes longer than `patience`.
  template <class Work>
  Answer run(const std::string& key, std::chrono::seconds patience, Work work) {
    std::promise<Answer> mine;
    if (auto others = join(key, mine); others.valid()) {
      if (others.wait_for(patience) != std::future_status::ready)
        throw Error(Fault::timeout, "Another request for the same image is still at it; try again later.");
      return others.get();
    }
    try {
      const Answer answer = work();
      leave(key);
      mine.set_value(answer);
      return answer;
    } catch (...) {
      leave(key);
      mine.set_exception(std::current_exception());
      throw;
    }
  }

 private:
  /// The work under way, or an invalid future when it is now `mine`.
  std::shared_future<Answer> join(const std::string& key, std::promise<Answer>& mine) {
    const std::lock_guard hold(mutex_);
    if (const auto at = running_.find(key); at != running_.end()) return at->second;
    running_.emplace(key, mine.get_future().share());
    return {};
  }

  void leave(const std::string& key) {
    const std::lock_guard hold(mutex_);
    running_.erase(key);
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_future<Answer>> running_;
};

}  // namespace welkin::storage
