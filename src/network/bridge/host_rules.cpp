// Drops at input and forward by the bridge that a packet came in by or leaves by.
#include "network/bridge/host_rules.hpp"

#include <fmt/format.h>

namespace welkin::network {
namespace {

std::string quoted(const std::vector<std::string>& names) {
  return fmt::format("{{ \"{}\" }}", fmt::join(names, "\", \""));
}

/// Where the kernel shows bridged frames to these rules too (br_netfilter), both names are the same bridge's.
std::string nothing_routed(const std::vector<std::string>& bridges) {
  std::string out;
  for (const auto& bridge : bridges)
    out += fmt::format(
        "    iifname \"{0}\" oifname != \"{0}\" drop\n    oifname \"{0}\" iifname != \"{0}\" drop\n", bridge);
  return out;
}

}  // namespace

std::string render_host_rules(const HostBridges& bridges) {
  std::string out = "  chain input {\n    type filter hook input priority -10; policy accept;\n";
  if (!bridges.closed.empty()) out += fmt::format("    iifname {} drop\n", quoted(bridges.closed));
  out += "  }\n  chain forward {\n    type filter hook forward priority -10; policy accept;\n";
  out += nothing_routed(bridges.closed) + nothing_routed(bridges.host_only);
  return out + "  }\n";
}

}  // namespace welkin::network
