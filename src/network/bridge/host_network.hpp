// Where a fabric keeps what it must remember, and how it marks what is its own.
#pragma once

#include <string>

namespace welkin::network {

struct HostNetwork {
  std::string directory;      ///< root's alone; outlives the agent and the machine's power
  std::string run_directory;  ///< for programs that are not root; gone after a boot, as the namespaces are
  std::string tag;            ///< of the cloud

  /// Every link of this cloud has this alias.
  std::string alias() const { return "welkin " + tag; }
  /// Of the cloud's tables in the packet filter.
  std::string table() const { return "welkin_" + tag; }
};

}  // namespace welkin::network
