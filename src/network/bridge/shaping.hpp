// Limits of what a nic sends and receives.
#pragma once

#include <string>

#include "network/bridge/links.hpp"

namespace welkin::network {

struct RateLimit {
  int megabits = 0;    ///< each way; 0 lifts the limit
  std::string detour;  ///< name of the ifb link that slows down what the guest sends
  std::string alias;   ///< of that link
};

/// Shapes the tap. What exceeds the rate waits for up to 100 ms and is then dropped.
void limit_rate(Netlink& netlink, const Link& tap, const RateLimit& limit);
/// Also for a tap that has gone: its detour goes.
void lift_rate(Netlink& netlink, const std::string& tap, const std::string& detour);

}  // namespace welkin::network
