// net.bridge.bridge-nf-call-*; a bridge whose frames shall be filtered can still ask for it by its own
// attribute.
#include "network/bridge/bridge_filter.hpp"

#include "base/log.hpp"
#include "network/bridge/namespaces.hpp"
#include "network/bridge/state.hpp"

namespace welkin::network {
namespace {

constexpr std::string_view settings[] = {"bridge/bridge-nf-call-iptables", "bridge/bridge-nf-call-ip6tables",
                                         "bridge/bridge-nf-call-arptables"};

}  // namespace

void leave_bridged_frames_alone(const std::string& file) {
  auto noted = kept<TextMap>(file).value_or(TextMap{});
  bool changed = false;
  for (const auto setting : settings) {
    const std::string name(setting);
    const auto before = kernel_setting(name);
    if (before.empty() || before == "0") continue;
    if (noted.emplace(name, before).second) write_state(file, to_json(noted));
    set_kernel(name, "0");
    changed = true;
  }
  if (changed)
    log::info("this machine's own firewall no longer looks at frames that pass through its bridges");
}

void restore_bridge_filter(const std::string& file) {
  for (const auto& [name, before] : kept<TextMap>(file).value_or(TextMap{}))
    if (!kernel_setting(name).empty()) set_kernel(name, before);
  remove_state(file);
}

}  // namespace welkin::network
