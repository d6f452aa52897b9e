// dnsmasq's files, rendered whole.
#include "network/router/dnsmasq_files.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "network/bridge/checks.hpp"
#include "network/router/ruleset.hpp"

namespace welkin::network {
namespace {

/// More than a guest network has addresses: only hosts that are listed get one.
constexpr int leases_max = 70'000;
constexpr std::string_view router_names[] = {"data-server", "gateway"};

/// A guest may not take the router's names.
bool has_name(const Lease& lease) {
  if (lease.hostname.empty()) return false;
  return std::ranges::none_of(router_names,
                              [&](auto name) { return same_text_ignoring_case(name, lease.hostname); });
}

std::string dhcp_settings(const RouterSpec& spec, const DnsmasqPlace& place) {
  const auto network = range_of(spec.gateway, prefix_of(spec.cidr));
  auto out = fmt::format(
      "dhcp-authoritative\n"
      "dhcp-range={},static,{},24h\n"
      "dhcp-lease-max={}\n"
      "dhcp-hostsfile={}\n"
      "dhcp-leasefile={}\n"
      "dhcp-ignore-names\n"
      "dhcp-option=tag:!aside,option:router,{}\n"
      "dhcp-option=tag:aside,option:router\n"
      "dhcp-option=option:mtu,{}\n"
      "no-ping\nquiet-dhcp\n",
      network.substr(0, network.find('/')), netmask_of(prefix_of(spec.cidr)), leases_max, place.hosts(),
      place.leases(), spec.gateway, spec.mtu);
  std::vector<std::string> servers;
  for (const auto& server : spec.dns)
    if (!server.contains(':')) servers.push_back(server);
  if (spec.dns_service) servers = {spec.gateway};
  if (!servers.empty()) out += fmt::format("dhcp-option=option:dns-server,{}\n", fmt::join(servers, ","));
  return out;
}

std::string dns_settings(const RouterSpec& spec, const DnsmasqPlace& place) {
  if (!spec.dns_service) return "port=0\n";
  auto out =
      fmt::format("expand-hosts\ndomain-needed\nbogus-priv\ncache-size=1000\naddn-hosts={}\n", place.names());
  for (const auto& server : spec.dns) out += fmt::format("server={}\n", server);
  if (!spec.domain.empty()) out += fmt::format("local=/{}/\n", spec.domain);
  return out;
}

}  // namespace

std::string render_settings(const RouterSpec& spec, const DnsmasqPlace& place) {
  auto out = fmt::format(
      "interface={}\nbind-interfaces\nno-hosts\nno-resolv\nno-poll\nuser={}\ngroup=nogroup\npid-file={}\n",
      inner_name, place.user, place.pid());
  if (!spec.domain.empty()) out += fmt::format("domain={}\n", spec.domain);
  if (spec.dhcp) out += dhcp_settings(spec, place);
  return out + dns_settings(spec, place);
}

std::string render_hosts(const RouterSpec& spec) {
  std::string out;
  for (const auto& lease : spec.leases)
    out += fmt::format("{},{}{}{},infinite\n", lease.mac, lease.default_route ? "" : "set:aside,",
                       lease.address, has_name(lease) ? "," + lease.hostname : "");
  return out;
}

std::string render_names(const RouterSpec& spec) {
  auto out = fmt::format("{} {}\n", spec.gateway, fmt::join(router_names, " "));
  for (const auto& lease : spec.leases)
    if (has_name(lease)) out += fmt::format("{} {}\n", lease.address, lease.hostname);
  return out;
}

}  // namespace welkin::network
