// Where a fabric keeps what it must remember, and how it marks what is its own.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

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

/// A number that stands for a long name where there is no room for it (FNV-1a).
constexpr std::uint64_t mark_of(std::string_view name) {
  std::uint64_t mark = 14695981039346656037u;
  for (const char c : name) mark = (mark ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return mark;
}

}  // namespace welkin::network
