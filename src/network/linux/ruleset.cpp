// Renders and loads rulesets.
#include "network/linux/ruleset.hpp"

#include <fmt/format.h>
#include <nftables/libnftables.h>

#include <algorithm>
#include <memory>

namespace welkin::network {

namespace {
std::string set_of(const std::vector<std::string>& items) { return fmt::format("{{ {} }}", fmt::join(items, ", ")); }

std::string ports(int first, int last) { return first == last ? fmt::format("{}", first) : fmt::format("{}-{}", first, last); }

/// The part of a rule that names protocol, ports and kinds of ICMP.
std::string match_of(const FirewallRule& rule) {
  if (rule.protocol == "icmp") {
    std::string out = "ip protocol icmp";
    if (rule.icmp_type >= 0) out += fmt::format(" icmp type {}", rule.icmp_type);
    if (rule.icmp_type >= 0 && rule.icmp_code >= 0) out += fmt::format(" icmp code {}", rule.icmp_code);
    return out;
  }
  if (rule.protocol == "all" || rule.protocol.empty()) return "";
  if (rule.protocol != "tcp" && rule.protocol != "udp") return "ip protocol " + rule.protocol;
  return rule.start_port == 0 ? "ip protocol " + rule.protocol : fmt::format("{} dport {}", rule.protocol, ports(rule.start_port, rule.end_port));
}

std::string cidrs(std::string_view side, const std::vector<std::string>& list) {
  const bool any = list.empty() || std::ranges::find(list, "0.0.0.0/0") != list.end();
  return any ? "" : fmt::format(" ip {} {}", side, set_of(list));
}

/// What comes in is judged by the address and port it was sent to, before translation.
void add_ingress(std::string& out, const RouterSpec& spec) {
  for (const auto& rule : spec.ingress) {
    auto match = match_of(rule);
    if ((rule.protocol == "tcp" || rule.protocol == "udp") && rule.start_port != 0)
      match = fmt::format("meta l4proto {} ct original proto-dst {}", rule.protocol, ports(rule.start_port, rule.end_port));
    out += fmt::format("    iifname \"eth2\" ct original ip daddr {}{} {} counter accept\n", rule.public_address, cidrs("saddr", rule.sources), match);
  }
}

void add_egress(std::string& out, const RouterSpec& spec) {
  for (const auto& rule : spec.egress)
    out += fmt::format("    iifname \"eth0\" oifname \"eth2\"{}{} {} counter {}\n", cidrs("saddr", rule.sources), cidrs("daddr", rule.destinations), match_of(rule), spec.egress_open ? "drop" : "accept");
  out += fmt::format("    iifname \"eth0\" oifname \"eth2\" counter {}\n", spec.egress_open ? "accept" : "drop");
}

void add_inward(std::string& out, const RouterSpec& spec) {
  for (const auto& nat : spec.static_nats) out += fmt::format("    ip daddr {} dnat to {}\n", nat.public_address, nat.private_address);
  for (const auto& forward : spec.port_forwards) {
    // Ranges keep their order: one rule for each port says so plainly.
    for (int port = forward.public_start; port <= forward.public_end; ++port)
      out += fmt::format("    ip daddr {} {} dport {} dnat to {}:{}\n", forward.public_address, forward.protocol, port, forward.private_address, forward.private_start + port - forward.public_start);
  }
}

void add_outward(std::string& out, const RouterSpec& spec) {
  for (const auto& nat : spec.static_nats) out += fmt::format("    oifname \"eth2\" ip saddr {} snat to {}\n", nat.private_address, nat.public_address);
  for (const auto& address : spec.public_addresses)
    if (address.source_nat && spec.source_nat) out += fmt::format("    oifname \"eth2\" ip saddr {} snat to {}\n", spec.cidr, address.address);
  // A guest that calls another by its public address is answered through the router.
  out += fmt::format("    oifname \"eth0\" ip saddr {} ct status dnat masquerade\n", spec.cidr);
}
}  // namespace

void load_ruleset(const std::string& text) {
  const std::unique_ptr<nft_ctx, void (*)(nft_ctx*)> context(nft_ctx_new(NFT_CTX_DEFAULT), nft_ctx_free);
  nft_ctx_buffer_error(context.get());
  nft_ctx_buffer_output(context.get());
  if (nft_run_cmd_from_buffer(context.get(), text.c_str()) != 0)
    throw Error(Fault::internal, "The host's firewall refuses a ruleset.", {}, nft_ctx_get_error_buffer(context.get()));
}

std::string render_closed() {
  return "flush ruleset\ntable ip welkin {\n  chain c_in { type filter hook input priority 0; policy drop;\n  }\n  chain c_fwd { type filter hook forward priority 0; policy drop;\n  }\n}\n";
}

std::string render_router(const RouterSpec& spec) {
  std::string out = "flush ruleset\ntable ip welkin {\n  chain c_pre { type nat hook prerouting priority -100;\n";
  add_inward(out, spec);
  out += "  }\n  chain c_post { type nat hook postrouting priority 100;\n";
  add_outward(out, spec);
  out += "  }\n  chain c_fwd { type filter hook forward priority 0; policy drop;\n    ct state established,related counter accept\n    ct state invalid drop\n";
  add_ingress(out, spec);
  out += "    iifname \"eth0\" oifname \"eth0\" ct status dnat accept\n";
  add_egress(out, spec);
  out += "  }\n  chain c_in { type filter hook input priority 0; policy drop;\n    ct state established,related accept\n    iifname \"lo\" accept\n"
         "    iifname \"eth0\" ip protocol icmp icmp type echo-request accept\n    iifname \"eth0\" udp dport { 53, 67 } accept\n    iifname \"eth0\" tcp dport { 53, 80, 8080 } accept\n";
  for (const auto& rule : spec.ingress)
    if (rule.protocol == "icmp") out += fmt::format("    iifname \"eth2\" ip daddr {}{} {} accept\n", rule.public_address, cidrs("saddr", rule.sources), match_of(rule));
  out += "  }\n}\n";
  return out;
}

std::string render_guards(const std::string& table, const std::vector<GuardSpec>& guards) {
  std::string rules;
  for (const auto& guard : guards) {
    for (const auto& nic : guard.nics) {
      const auto tap = fmt::format("    iifname \"{}\"", nic.tap);
      rules += fmt::format("{} ether saddr != {} drop\n", tap, nic.mac);
      auto known = nic.addresses;
      if (known.empty()) continue;
      rules += fmt::format("{} ether type arp arp saddr ether != {} drop\n", tap, nic.mac);
      rules += fmt::format("{} ether type arp arp saddr ip != {} drop\n", tap, set_of(known));
      known.push_back("0.0.0.0");
      rules += fmt::format("{} ether type ip ip saddr != {} drop\n", tap, set_of(known));
      rules += fmt::format("{} ether type ip udp sport 67 drop\n", tap);
      rules += fmt::format("{} ether type ip6 drop\n", tap);
    }
  }
  return fmt::format("table bridge {0}\ndelete table bridge {0}\ntable bridge {0} {{\n  chain c_fwd {{ type filter hook forward priority -200; policy accept;\n{1}  }}\n"
                     "  chain c_in {{ type filter hook input priority -200; policy accept;\n{1}  }}\n}}\n",
                     table, rules);
}

}  // namespace welkin::network
