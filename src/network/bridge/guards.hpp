// Keeps guests to their own addresses and rates.
#pragma once

#include <map>
#include <mutex>

#include "network/bridge/host_network.hpp"
#include "network/fabric.hpp"

namespace welkin::network {

/// Safe to use from many threads.
class Guards {
 public:
  /// Puts the guards that are known back in force.
  explicit Guards(HostNetwork host);

  /// In force when it answers, also for taps that are not there yet. Rates hold from the first call that
  /// finds the tap.
  void guard(const GuardSpec& spec);
  std::vector<Uuid> guarded() const;
  /// Lifts all of them.
  void clear();

 private:
  using Guarded = std::map<Uuid, GuardSpec>;
  std::string file_of(const Uuid& instance) const;
  void enforce(const Guarded& guards);
  void shape(const GuardSpec& before, const GuardSpec& now) const;

  const HostNetwork host_;
  mutable std::mutex mutex_;
  Guarded guards_;
  std::string rules_;  ///< in force
};

}  // namespace welkin::network
