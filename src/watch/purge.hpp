// What has happened long ago is forgotten: events and alerts that nobody has archived.
#pragma once

#include <mutex>

#include "flows/cloud.hpp"

namespace welkin::watch {

/// Of one server: remembers when each kind was last gone through.
class Purge {
 public:
  /// Deletes a batch of each kind that is due; what is left of it is due in the next round. Every half minute.
  void round(Cloud& cloud);

 private:
  std::mutex one_at_a_time_;
  std::optional<Time> events_, alerts_;  ///< gone through last
};

}  // namespace welkin::watch
