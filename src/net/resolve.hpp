// Names to addresses, with a deadline.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "net/address.hpp"

namespace welkin::net {

/// The addresses of a host, in the order to try them; an IP address is its own. At most 16. Throws
/// `unreachable` when there are none, `timeout` when the system's resolver does not answer by then.
std::vector<IpAddress> resolve(const std::string& host, std::chrono::steady_clock::time_point deadline);

}  // namespace welkin::net
