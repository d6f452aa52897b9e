// Rules against forged MACs and addresses, and against guests that play router.
#include "network/bridge/guard_rules.hpp"

#include <fmt/format.h>

#include <map>

#include "network/bridge/checks.hpp"

namespace welkin::network {
namespace {

struct Addresses {
  std::vector<std::string> v4, v6;
};

Addresses addresses_of(const GuardedNic& nic) {
  Addresses out;
  for (const auto& text : nic.addresses) {
    auto address = checked_address(text, "addresses");
    (address.contains(':') ? out.v6 : out.v4).push_back(std::move(address));
  }
  return out;
}

void add_ipv4(std::string& rules, const std::vector<std::string>& addresses) {
  // Asking for an address is the one thing a guest says without having one.
  rules += "    ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept\n";
  rules += "    udp sport 67 drop\n";
  if (!addresses.empty()) rules += fmt::format("    ip saddr {{ {} }} accept\n", fmt::join(addresses, ", "));
}

/// Without an IPv6 address of its own a nic has no word of IPv6 to say.
void add_ipv6(std::string& rules, const std::vector<std::string>& addresses) {
  if (addresses.empty()) return;
  rules += "    icmpv6 type { nd-router-advert, nd-redirect } drop\n";
  rules += "    meta l4proto udp udp sport 547 drop\n";
  rules += fmt::format("    ip6 saddr {{ {} }} accept\n", fmt::join(addresses, ", "));
  rules += "    ip6 saddr { ::, fe80::/10 } accept\n";
}

void add_arp(std::string& rules, const std::string& mac, const std::vector<std::string>& addresses) {
  rules += fmt::format("    arp saddr ether != {} drop\n", mac);
  // 0.0.0.0 asks whether an address is free (RFC 5227).
  const auto own = addresses.empty() ? std::string() : fmt::format(", {}", fmt::join(addresses, ", "));
  rules += fmt::format("    arp htype 1 arp ptype ip arp operation {{ request, reply }} arp saddr ip {{ 0.0.0.0{} }} accept\n", own);
}

std::string chain_of(const GuardedNic& nic) {
  const auto mac = checked_mac(nic.mac, "mac");
  const auto addresses = addresses_of(nic);
  const auto& tap = nic.tap;
  std::string out;
  const auto add = [&](std::string_view kind, const std::string& rules) {
    out += fmt::format("  chain {}_{} {{\n{}    drop\n  }}\n", kind, tap, rules);
  };
  std::string rules;
  add_arp(rules, mac, addresses.v4);
  add("arp", rules);
  add_ipv4(rules = {}, addresses.v4);
  add("ip", rules);
  add_ipv6(rules = {}, addresses.v6);
  add("ip6", rules);
  out += fmt::format("  chain from_{} {{\n    ether saddr != {} drop\n", tap, mac);
  out += fmt::format("    ether type vmap {{ arp : goto arp_{0}, ip : goto ip_{0}, ip6 : goto ip6_{0} }}\n", tap);
  out += "    drop\n  }\n";
  return out;
}

}  // namespace

std::string render_guards(const std::vector<GuardSpec>& guards) {
  std::map<std::string, std::pair<Uuid, GuardedNic>> nics;
  for (const auto& guard : guards)
    for (const auto& nic : guard.nics) {
      const auto [known, fresh] = nics.try_emplace(checked_link(nic.tap, "tap"), guard.instance, nic);
      if (!fresh)
        throw Error(Fault::conflict,
                    fmt::format("The link {} belongs to instance {}; it cannot be another nic's.", nic.tap,
                                known->second.first.text()),
                    "tap");
    }
  std::string chains, taps;
  for (const auto& [tap, nic] : nics) {
    chains += chain_of(nic.second);
    taps += fmt::format("{}\"{}\" : goto from_{}", taps.empty() ? "" : ", ", tap, tap);
  }
  auto out = chains + "  chain arrival {\n    type filter hook prerouting priority -300; policy accept;\n";
  if (!taps.empty()) out += fmt::format("    iifname vmap {{ {} }}\n", taps);
  return out + "  }\n";
}

}  // namespace welkin::network
