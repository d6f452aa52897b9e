// Collects orphans: daemons of routers and the like become this process's children when their starters have
// gone.
#pragma once

#include <sys/types.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace welkin::agent {

/// Makes this process the reaper of its descendants (prctl PR_SET_CHILD_SUBREAPER) and collects the dead
/// among them in a thread. Whoever starts a program here waits for it himself: a child is collected only when
/// it has lain dead for a while, a short one for daemons (they have a session of their own), a long one for
/// others.
class Reaper {
 public:
  Reaper();
  ~Reaper();
  Reaper(const Reaper&) = delete;
  Reaper& operator=(const Reaper&) = delete;

 private:
  void run();
  void look();

  using Instant = std::chrono::steady_clock::time_point;
  std::map<std::pair<pid_t, std::string>, Instant> dead_;  ///< by process id and time of its start
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace welkin::agent
