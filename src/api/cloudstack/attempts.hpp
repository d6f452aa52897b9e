// How often something is tried from one place.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "base/time.hpp"

namespace welkin::api::cloudstack {

/// Counts attempts by source: an IPv4 address, or the first half of an IPv6 one, which one customer has whole. Forgets all
/// rather than grow beyond ten thousand sources.
class Attempts {
 public:
  Attempts(int most, Duration interval) : most_(most), interval_(interval) {}

  /// Counts one; false when there have been too many in the current while.
  bool enter(const std::string& source, Time now);

 private:
  struct Count {
    int tried = 0;
    Time until{};
  };
  const int most_;
  const Duration interval_;
  std::mutex mutex_;
  std::unordered_map<std::string, Count> counts_;
};

}  // namespace welkin::api::cloudstack
