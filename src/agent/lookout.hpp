// Watches the host's instances and tells the server what has changed.
#pragma once

#include <condition_variable>
#include <mutex>
#include <thread>

#include "hypervisor/driver.hpp"
#include "link/events.hpp"

namespace welkin::agent {

/// Looks at the hypervisor every `pause` in a thread of its own.
class Lookout {
 public:
  using Tell = std::function<bool(const std::string& sightings)>;

  /// `tell` is given the sightings as JSON when they differ from those it took last; it answers whether it
  /// took them.
  Lookout(hypervisor::Driver& driver, Tell tell, std::chrono::milliseconds pause = std::chrono::seconds(3));
  ~Lookout();
  Lookout(const Lookout&) = delete;
  Lookout& operator=(const Lookout&) = delete;

  /// A new listener knows nothing yet: tells everything again, soon.
  void start_over();
  link::HostPulse pulse() const;

 private:
  void run();
  void look();

  hypervisor::Driver& driver_;
  const Tell tell_;
  const std::chrono::milliseconds pause_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  bool told_nothing_ = true;
  std::string told_;
  link::HostPulse pulse_;
  std::thread thread_;
};

}  // namespace welkin::agent
