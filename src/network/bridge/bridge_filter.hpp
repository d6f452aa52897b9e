// Whether this machine's own firewall sees what only passes through its bridges (br_netfilter).
#pragma once

#include <string>

namespace welkin::network {

/// Keeps the machine's rules, written for its own traffic, from dropping guests' frames. The kernel can do so
/// for all bridges of a namespace only; what was set before is noted in `file`.
void leave_bridged_frames_alone(const std::string& file);
/// Sets it again as noted.
void restore_bridge_filter(const std::string& file);

}  // namespace welkin::network
