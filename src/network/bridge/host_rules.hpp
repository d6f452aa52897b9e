// What this machine itself must not do with guests' traffic.
#pragma once

#include <string>
#include <vector>

namespace welkin::network {

/// Bridges by what this machine may do on them.
struct HostBridges {
  std::vector<std::string> closed;     ///< guest networks, real outsides: this machine neither listens nor routes there
  std::vector<std::string> host_only;  ///< outsides that end at this machine: nothing is routed on
};

/// The body of a table of the inet family. Without it guests and the outside reach this machine's services by
/// any of its addresses, for Linux answers for all of them on every link, and leave through it where it
/// forwards for others.
std::string render_host_rules(const HostBridges& bridges);

}  // namespace welkin::network
