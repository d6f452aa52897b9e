// Rules against forged MACs and addresses, and against guests that play router. What differs between nics
// stands in sets, so that a packet costs the same however many guests a host has.
#include "network/bridge/guard_rules.hpp"

#include <fmt/format.h>

#include <map>

#include "network/bridge/checks.hpp"

namespace welkin::network {
namespace {

struct Elements {
  std::vector<std::string> taps, macs, arps, v4, v6_taps, v6;
};

void add_nic(Elements& out, const GuardedNic& nic) {
  const auto tap = fmt::format("\"{}\"", nic.tap);
  const auto mac = checked_mac(nic.mac, "mac");
  out.taps.push_back(tap);
  out.macs.push_back(fmt::format("{} . {}", tap, mac));
  // From 0.0.0.0 a nic asks whether an address is free (RFC 5227).
  out.arps.push_back(fmt::format("{} . {} . 0.0.0.0", tap, mac));
  bool has_v6 = false;
  for (const auto& text : nic.addresses) {
    const auto address = checked_address(text, "addresses");
    if (address.contains(':')) {
      out.v6.push_back(fmt::format("{} . {}", tap, address));
      has_v6 = true;
    } else {
      out.v4.push_back(fmt::format("{} . {}", tap, address));
      out.arps.push_back(fmt::format("{} . {} . {}", tap, mac, address));
    }
  }
  if (has_v6) out.v6_taps.push_back(tap);
}

void add_set(std::string& out, std::string_view name, std::string_view type,
             const std::vector<std::string>& elements) {
  out += fmt::format("  set {} {{\n    typeof {}\n", name, type);
  if (!elements.empty()) out += fmt::format("    elements = {{ {} }}\n", fmt::join(elements, ",\n      "));
  out += "  }\n";
}

// Asking for an address is the one thing a guest says without having one. Without an IPv6 address of its own
// it has no word of IPv6 to say.
constexpr std::string_view chains = R"(  chain arp_frame {
    arp htype 1 arp ptype ip arp operation { request, reply } iifname . arp saddr ether . arp saddr ip @arps accept
    drop
  }
  chain ip_frame {
    ip saddr 0.0.0.0 udp sport 68 udp dport 67 accept
    udp sport 67 drop
    iifname . ip saddr @v4 accept
    drop
  }
  chain ip6_frame {
    iifname != @v6_taps drop
    icmpv6 type { nd-router-advert, nd-redirect } drop
    meta l4proto udp udp sport 547 drop
    iifname . ip6 saddr @v6 accept
    ip6 saddr { ::, fe80::/10 } accept
    drop
  }
  chain arrival {
    type filter hook prerouting priority -300; policy accept;
    iifname != @taps accept
    iifname . ether saddr != @macs drop
    ether type vmap { arp : goto arp_frame, ip : goto ip_frame, ip6 : goto ip6_frame }
    drop
  }
)";

}  // namespace

std::string render_guards(const std::vector<GuardSpec>& guards) {
  std::map<std::string, Uuid> owners;
  Elements elements;
  for (const auto& guard : guards)
    for (const auto& nic : guard.nics) {
      const auto [known, fresh] = owners.try_emplace(checked_link(nic.tap, "tap"), guard.instance);
      if (!fresh)
        throw Error(Fault::conflict,
                    fmt::format("The link {} belongs to instance {}; it cannot be another nic's.", nic.tap,
                                known->second.text()),
                    "tap");
      add_nic(elements, nic);
    }
  std::string out;
  add_set(out, "taps", "iifname", elements.taps);
  add_set(out, "macs", "iifname . ether saddr", elements.macs);
  add_set(out, "arps", "iifname . arp saddr ether . arp saddr ip", elements.arps);
  add_set(out, "v4", "iifname . ip saddr", elements.v4);
  add_set(out, "v6_taps", "iifname", elements.v6_taps);
  add_set(out, "v6", "iifname . ip6 saddr", elements.v6);
  return out + std::string(chains);
}

}  // namespace welkin::network
