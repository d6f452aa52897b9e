// What each part of a router's spec must fulfil.
#include "network/router/checked_router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "net/address.hpp"
#include "network/bridge/checks.hpp"

namespace welkin::network {
namespace {

constexpr int guest_mtu = 1450;  // room for VXLAN's headers
/// Each port that changes its number is an entry of its own in the packet filter.
constexpr int shifted_ports_max = 262'144;

[[noreturn]] void refuse(std::string message, std::string_view field) {
  throw Error(Fault::invalid, std::move(message), std::string(field));
}

std::string inside(const RouterSpec& spec, std::string_view text, std::string_view field) {
  auto address = checked_ipv4(text, field);
  if (!lies_in(address, spec.cidr))
    refuse(fmt::format("{} is not in the guest network {}.", address, spec.cidr), field);
  return address;
}

std::string outside(const RouterSpec& spec, std::string_view text, std::string_view field) {
  auto address = checked_ipv4(text, field);
  if (std::ranges::find(spec.public_addresses, address, &PublicAddress::address) ==
      spec.public_addresses.end())
    refuse(fmt::format("{} is none of the router's public addresses.", address), field);
  return address;
}

void check_guest_side(RouterSpec& spec) {
  checked_link(spec.name, "name");
  checked_link(spec.guest_bridge, "guest_bridge");
  checked_link(spec.guest_link, "guest_link");
  spec.guest_mac = checked_mac(spec.guest_mac, "guest_mac");
  spec.cidr = checked_cidr(spec.cidr, "cidr");
  spec.gateway = inside(spec, spec.gateway, "gateway");
  spec.mtu = spec.mtu == 0 ? guest_mtu : checked_mtu(spec.mtu, "mtu");
  if (!spec.domain.empty()) spec.domain = checked_dns_name(spec.domain, "domain");
  for (auto& server : spec.dns) server = checked_address(server, "dns");
}

void check_public_side(RouterSpec& spec) {
  if (spec.public_bridge.empty()) {
    if (!spec.public_addresses.empty())
      refuse("A router without a public bridge can have no public address.", "public_bridge");
    return;
  }
  checked_link(spec.public_bridge, "public_bridge");
  checked_link(spec.public_link, "public_link");
  if (spec.public_link == spec.guest_link) refuse("The router's two links need two names.", "public_link");
  spec.public_mac = checked_mac(spec.public_mac, "public_mac");
  if (!spec.public_gateway.empty()) spec.public_gateway = checked_ipv4(spec.public_gateway, "public_gateway");
  std::set<std::string> seen;
  for (auto& address : spec.public_addresses) {
    address.address = checked_ipv4(address.address, "public_addresses");
    checked_prefix(address.prefix, "public_addresses");
    if (!seen.insert(address.address).second)
      refuse(fmt::format("The public address {} is named twice.", address.address), "public_addresses");
  }
}

/// Two leases for one address or one nic would stop the DHCP server for all.
void check_leases(RouterSpec& spec) {
  std::set<std::string> seen;
  for (auto& lease : spec.leases) {
    lease.mac = checked_mac(lease.mac, "leases.mac");
    lease.address = inside(spec, lease.address, "leases.address");
    if (!lease.hostname.empty()) lease.hostname = checked_dns_name(lease.hostname, "leases.hostname");
    if (lease.hostname.contains('.'))
      refuse(fmt::format("'{}' is no host's name.", lease.hostname), "leases.hostname");
    for (const auto& key : {lease.mac, lease.address})
      if (!seen.insert(key).second) refuse(fmt::format("Two leases have {}.", key), "leases");
  }
}

void check_forwards(RouterSpec& spec) {
  int shifted = 0;
  for (auto& forward : spec.port_forwards) {
    forward.public_address = outside(spec, forward.public_address, "port_forwards.public_address");
    forward.private_address = inside(spec, forward.private_address, "port_forwards.private_address");
    if (forward.protocol != "tcp" && forward.protocol != "udp")
      refuse(fmt::format("'{}' has no ports to forward; tcp and udp have.", forward.protocol),
             "port_forwards.protocol");
    if (forward.public_end == 0) forward.public_end = forward.public_start;
    if (forward.private_end == 0)
      forward.private_end = forward.private_start + forward.public_end - forward.public_start;
    for (const int port :
         {forward.public_start, forward.public_end, forward.private_start, forward.private_end})
      checked_port(port, "port_forwards");
    const int width = forward.public_end - forward.public_start;
    const int private_width = forward.private_end - forward.private_start;
    if (width < 0 || (private_width != width && private_width != 0))
      refuse(fmt::format("Ports {}-{} cannot be forwarded to {}-{}.", forward.public_start,
                         forward.public_end, forward.private_start, forward.private_end),
             "port_forwards");
    if (forward.public_start != forward.private_start || private_width != width) shifted += width + 1;
  }
  if (shifted > shifted_ports_max)
    throw Error(Fault::limited,
                fmt::format("At most {} ports can be forwarded to other ports.", shifted_ports_max),
                "port_forwards");
  for (auto& nat : spec.static_nats) {
    nat.public_address = outside(spec, nat.public_address, "static_nats.public_address");
    nat.private_address = inside(spec, nat.private_address, "static_nats.private_address");
  }
}

bool is_protocol_number(std::string_view text) {
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failed == std::errc{} && end == text.data() + text.size() && number <= 255;
}

/// Ranges that no other of them holds, for a set may not name an address twice; IPv6 ones say nothing here.
std::vector<std::string> distinct_ranges(const std::vector<std::string>& ranges, std::string_view field) {
  std::set<std::string> all;
  for (const auto& range : ranges) {
    const auto parsed = net::AddressRange::parse(range);
    all.insert(parsed && parsed->first.v6 ? range : checked_cidr(range, field));
  }
  std::vector<std::string> out;
  for (const auto& range : all) {
    const auto held = [&](const std::string& other) {
      return prefix_of(other) < prefix_of(range) && lies_in(range.substr(0, range.find('/')), other);
    };
    if (std::ranges::none_of(all, held)) out.push_back(range);
  }
  return out;
}

void check_rule(FirewallRule& rule) {
  static constexpr std::string_view names[] = {"tcp", "udp", "icmp", "all"};
  if (std::ranges::find(names, rule.protocol) == std::end(names) && !is_protocol_number(rule.protocol))
    refuse(fmt::format("'{}' is no protocol; write tcp, udp, icmp, all or a number.", rule.protocol),
           "protocol");
  if (rule.protocol == "tcp" || rule.protocol == "udp") {
    if (rule.end_port == 0) rule.end_port = rule.start_port;
    if (rule.start_port != 0) checked_port(rule.start_port, "start_port");
    if (rule.end_port != 0) checked_port(rule.end_port, "end_port");
    if (rule.end_port < rule.start_port)
      refuse(fmt::format("{} to {} is no range of ports.", rule.start_port, rule.end_port), "end_port");
  }
  if (rule.icmp_type < -1 || rule.icmp_type > 255 || rule.icmp_code < -1 || rule.icmp_code > 255)
    refuse(fmt::format("ICMP has no type {} with code {}.", rule.icmp_type, rule.icmp_code), "icmp_type");
  rule.sources = distinct_ranges(rule.sources, "sources");
  rule.destinations = distinct_ranges(rule.destinations, "destinations");
}

}  // namespace

RouterSpec checked_router(RouterSpec spec) {
  check_guest_side(spec);
  check_public_side(spec);
  check_leases(spec);
  check_forwards(spec);
  for (auto& rule : spec.ingress) {
    rule.public_address = outside(spec, rule.public_address, "ingress.public_address");
    check_rule(rule);
  }
  for (auto& rule : spec.egress) check_rule(rule);
  for (auto& guest : spec.guests) guest.address = inside(spec, guest.address, "guests.address");
  return spec;
}

}  // namespace welkin::network
