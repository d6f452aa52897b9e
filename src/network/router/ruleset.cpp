// Tables of nftables(8) out of a router's spec.
#include "network/router/ruleset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "network/bridge/nftables.hpp"

namespace welkin::network {
namespace {

bool has_outside(const RouterSpec& spec) {
  return !spec.public_bridge.empty() && !spec.public_addresses.empty();
}

/// The address by which guests leave; empty when they do not.
std::string source_address(const RouterSpec& spec) {
  const auto found = std::ranges::find(spec.public_addresses, true, &PublicAddress::source_nat);
  return spec.source_nat && found != spec.public_addresses.end() ? found->address : std::string();
}

std::string ports(int first, int last) {
  return first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last);
}

/// Nothing for ranges that are all of IPv6: such a rule says nothing about a network of IPv4.
std::optional<std::string> ranges(std::string_view side, const std::vector<std::string>& all) {
  if (all.empty()) return "";
  std::vector<std::string> out;
  for (const auto& range : all)
    if (!range.contains(':')) out.push_back(range);
  if (out.empty()) return std::nullopt;
  if (std::ranges::find(out, "0.0.0.0/0") != out.end()) return "";
  return fmt::format("ip {} {{ {} }} ", side, fmt::join(out, ", "));
}

/// `port` is what a port is compared with.
std::string protocol(const FirewallRule& rule, std::string_view port) {
  if (rule.protocol == "all") return "";
  auto out = fmt::format("meta l4proto {} ", rule.protocol);
  const bool ported = rule.protocol == "tcp" || rule.protocol == "udp";
  if (ported && rule.start_port != 0)
    out += fmt::format("{} {} ", port, ports(rule.start_port, rule.end_port));
  if (rule.protocol == "icmp" && rule.icmp_type >= 0) out += fmt::format("icmp type {} ", rule.icmp_type);
  if (rule.protocol == "icmp" && rule.icmp_type >= 0 && rule.icmp_code >= 0)
    out += fmt::format("icmp code {} ", rule.icmp_code);
  return out;
}

void add_rule(std::string& out, const FirewallRule& rule, std::string_view port, std::string_view verdict) {
  const auto from = ranges("saddr", rule.sources);
  // The destination of what comes in is known by then: a guest, whatever was said of it.
  const auto to = rule.public_address.empty() ? ranges("daddr", rule.destinations) : std::string();
  if (from && to) out += fmt::format("    {}{}{}{}\n", *from, *to, protocol(rule, port), verdict);
}

/// One chain for each public address; what none of its rules lets in, it drops.
std::string ingress_chains(const RouterSpec& spec) {
  std::string out;
  for (const auto& address : spec.public_addresses) {
    out += fmt::format("  chain in_{} {{\n", address.address);
    for (const auto& rule : spec.ingress)
      if (rule.public_address == address.address) add_rule(out, rule, "ct original proto-dst", "accept");
    out += "    drop\n  }\n";
  }
  return out;
}

std::string ingress_by_address(const RouterSpec& spec) {
  std::string out;
  for (const auto& address : spec.public_addresses)
    out += fmt::format("{}{} : goto in_{}", out.empty() ? "" : ", ", address.address, address.address);
  return out;
}

std::string egress_chain(const RouterSpec& spec) {
  std::string out = "  chain egress {\n";
  for (const auto& rule : spec.egress) {
    auto exception = rule;
    exception.public_address.clear();
    add_rule(out, exception, "th dport", spec.egress_open ? "drop" : "accept");
  }
  return out + fmt::format("    {}\n  }}\n", spec.egress_open ? "accept" : "drop");
}

/// Guests with an address to leave by; without one they would show their own.
std::string may_leave(const RouterSpec& spec) {
  if (!source_address(spec).empty()) return spec.cidr;
  std::string out;
  for (const auto& nat : spec.static_nats) out += (out.empty() ? "" : ", ") + nat.private_address;
  return out.empty() ? out : fmt::format("{{ {} }}", out);
}

std::string forward_chain(const RouterSpec& spec) {
  std::string out =
      "  chain forward {\n    type filter hook forward priority filter; policy drop;\n"
      "    ct state invalid drop\n    ct state established,related accept\n";
  if (has_outside(spec)) {
    if (const auto guests = may_leave(spec); !guests.empty())
      out += fmt::format("    iifname \"{}\" oifname \"{}\" ip saddr {} goto egress\n", inner_name,
                         outer_name, guests);
    out += fmt::format("    oifname \"{}\" ct status dnat ct original ip daddr vmap {{ {} }}\n", inner_name,
                       ingress_by_address(spec));
  }
  return out + "  }\n";
}

std::string input_chain(const RouterSpec& spec) {
  std::string out =
      "  chain input {\n    type filter hook input priority filter; policy drop;\n    iifname \"lo\" "
      "accept\n";
  const auto guest = fmt::format("    iifname \"{}\" ip saddr {} ", inner_name, spec.cidr);
  // A guest that has no address yet, or forgot it, asks from 0.0.0.0.
  if (spec.dhcp) out += fmt::format("    iifname \"{}\" udp sport 68 udp dport 67 accept\n", inner_name);
  out += "    ct state invalid drop\n    ct state established,related accept\n";
  out += fmt::format("{}ip daddr {} icmp type echo-request accept\n", guest, spec.gateway);
  if (spec.dns_service)
    out += fmt::format("{}ip daddr {} meta l4proto {{ tcp, udp }} th dport 53 accept\n", guest, spec.gateway);
  if (spec.metadata)
    out += fmt::format("{}ip daddr {{ {}, {} }} tcp dport {{ 80, 8080 }} accept\n", guest, spec.gateway,
                       metadata_address);
  if (has_outside(spec))
    out += fmt::format("    iifname \"{}\" meta l4proto icmp ip daddr vmap {{ {} }}\n", outer_name,
                       ingress_by_address(spec));
  return out + "  }\n";
}

/// Ports that keep their number are a rule for a range; the others are looked up one by one.
std::string inward_chain(const RouterSpec& spec) {
  std::map<std::string, std::string> shifted;
  std::string rules;
  for (const auto& f : spec.port_forwards) {
    const int width = f.public_end - f.public_start;
    if (f.public_start == f.private_start && f.public_end == f.private_end && width > 0) {
      rules += fmt::format("    ip daddr {} {} dport {} dnat to {}\n", f.public_address, f.protocol,
                           ports(f.public_start, f.public_end), f.private_address);
      continue;
    }
    for (int i = 0; i <= width; ++i)
      shifted.try_emplace(
          fmt::format("{} . {} . {}", f.public_address, f.protocol, f.public_start + i),
          fmt::format("{} . {}", f.private_address, std::min(f.private_start + i, f.private_end)));
  }
  for (const auto& nat : spec.static_nats)
    rules += fmt::format("    ip daddr {} dnat to {}\n", nat.public_address, nat.private_address);
  std::string elements;
  for (const auto& [from, to] : shifted)
    elements += fmt::format("{}{} : {}", elements.empty() ? "" : ",\n      ", from, to);
  std::string out;
  if (!shifted.empty())
    out = fmt::format(
        "  map forwards {{\n    type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service\n"
        "    elements = {{ {} }}\n  }}\n",
        elements);
  out += "  chain inward {\n    type nat hook prerouting priority dstnat; policy accept;\n";
  if (!shifted.empty()) out += "    dnat ip to ip daddr . meta l4proto . th dport map @forwards\n";
  return out + rules + "  }\n";
}

std::string outward_chain(const RouterSpec& spec) {
  std::string out = "  chain outward {\n    type nat hook postrouting priority srcnat; policy accept;\n";
  for (const auto& nat : spec.static_nats)
    out += fmt::format("    oifname \"{}\" ip saddr {} snat to {}\n", outer_name, nat.private_address,
                       nat.public_address);
  if (const auto address = source_address(spec); !address.empty())
    out += fmt::format("    oifname \"{}\" ip saddr {} snat to {}\n", outer_name, spec.cidr, address);
  // A guest that calls another by its public address gets its answers through the router.
  out += fmt::format("    oifname \"{}\" ip saddr {} ct status dnat snat to {}\n", inner_name, spec.cidr,
                     spec.gateway);
  return out + "  }\n";
}

}  // namespace

std::string render_ruleset(const RouterSpec& spec) {
  std::string body = ingress_chains(spec) + egress_chain(spec) + forward_chain(spec) + input_chain(spec);
  if (has_outside(spec)) body += inward_chain(spec) + outward_chain(spec);
  constexpr std::string_view nothing =
      "  chain forward {\n    type filter hook forward priority filter; policy drop;\n  }\n"
      "  chain input {\n    type filter hook input priority filter; policy drop;\n    iifname \"lo\" "
      "accept\n  }\n";
  return whole_table("ip", router_table, body) + whole_table("ip6", router_table, nothing);
}

}  // namespace welkin::network
