// Verbs of the host's network.
#include "network/linux/linux_fabric.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/log.hpp"
#include "network/linux/links.hpp"
#include "network/linux/namespaces.hpp"
#include "network/linux/ruleset.hpp"
#include "network/linux/name_server.hpp"

namespace welkin::network {

namespace {
std::string guard_table(const std::string& tag) { return "w" + tag + "guard"; }
std::string prefix_of(const std::string& tag) { return "w" + tag; }

std::string content_of(const std::string& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

/// Specs hold passwords: nobody else may read them.
void write_private(const std::string& file, const std::string& text) {
  const auto fresh = file + ".new";
  const int handle = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool whole = handle >= 0 && ::write(handle, text.data(), text.size()) == ssize_t(text.size());
  if (handle >= 0) ::close(handle);
  if (!whole) throw Error(Fault::internal, fmt::format("{} cannot be written.", file), file);
  std::filesystem::rename(fresh, file);
}

void write_switch(const std::string& file, const std::string& value) {
  std::ofstream out(file);
  out << value;
}

int prefix_length(const std::string& cidr) { return std::stoi(cidr.substr(cidr.find('/') + 1)); }

/// Links that only carry frames need no addresses of their own.
void quiet(const std::string& link) { write_switch(fmt::format("/proc/sys/net/ipv6/conf/{}/disable_ipv6", link), "1"); }

std::string network_of(const std::string& gateway, int prefix) {
  unsigned a = 0, b = 0, c = 0, d = 0;
  std::sscanf(gateway.c_str(), "%u.%u.%u.%u", &a, &b, &c, &d);
  const std::uint32_t number = (a << 24 | b << 16 | c << 8 | d) & (prefix == 0 ? 0 : ~std::uint32_t(0) << (32 - prefix));
  return fmt::format("{}.{}.{}.{}/{}", number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255, prefix);
}
}  // namespace

LinuxFabric::LinuxFabric(FabricOptions options) : options_(std::move(options)), guest_server_(options_.directory + "/handed-out") {
  std::filesystem::create_directories(options_.directory + "/routers");
  ::chmod(options_.directory.c_str(), 0700);
  adopt();
}

std::string LinuxFabric::router_directory(const std::string& name) const { return options_.directory + "/routers/" + name; }

void LinuxFabric::adopt() {
  const auto guards = options_.directory + "/guards.json";
  if (std::filesystem::exists(guards))
    for (auto& guard : from_json<std::vector<GuardSpec>>(content_of(guards))) guards_.emplace(guard.instance, std::move(guard));
  for (const auto& entry : std::filesystem::directory_iterator(options_.directory + "/routers")) {
    const auto file = entry.path().string() + "/spec.json";
    if (!std::filesystem::exists(file)) continue;
    auto spec = from_json<RouterSpec>(content_of(file));
    if (!namespace_exists(spec.name)) continue;
    if (spec.metadata) inside(spec.name, [&] { guest_server_.serve(spec.name, spec.gateway, spec.guests); });
    routers_.emplace(spec.name, std::move(spec));
  }
}

Nothing LinuxFabric::ensure_outside(const OutsideSpec& spec) {
  const std::lock_guard lock(mutex_);
  Links links;
  links.ensure_bridge(spec.bridge);
  quiet(spec.bridge);
  if (!spec.uplink.empty()) {
    links.set_up(spec.bridge, 0);
    links.set_master(spec.uplink, spec.bridge);
    return {};
  }
  // First the route on which nothing leaves, then the way to the bridge, which is better.
  const auto network = network_of(spec.gateway, spec.prefix);
  links.ensure_unreachable(network);
  links.set_up(spec.bridge, 0);
  links.ensure_address(spec.bridge, fmt::format("{}/{}", spec.gateway, spec.prefix));
  write_private(options_.directory + "/outside.json", to_json(spec));
  return {};
}

Nothing LinuxFabric::ensure_segment(const SegmentSpec& spec) {
  const std::lock_guard lock(mutex_);
  Links links;
  links.ensure_bridge(spec.bridge);
  quiet(spec.bridge);
  links.set_up(spec.bridge, spec.mtu);
  if (spec.tunnel.empty()) return {};
  links.ensure_vxlan(spec.tunnel, spec.vni, spec.local, spec.peers);
  quiet(spec.tunnel);
  links.set_master(spec.tunnel, spec.bridge);
  links.set_up(spec.tunnel, spec.mtu);
  return {};
}

Nothing LinuxFabric::remove_segment(const SegmentName& name) {
  const std::lock_guard lock(mutex_);
  Links links;
  if (!name.tunnel.empty()) links.remove(name.tunnel);
  links.remove(name.bridge);
  return {};
}

void LinuxFabric::raise_links(const RouterSpec& spec) {
  Links links;
  const int space = open_namespace(spec.name);
  try {
    links.ensure_veth(spec.guest_link, "eth0", space, spec.guest_mac);
    if (!spec.public_bridge.empty()) links.ensure_veth(spec.public_link, "eth2", space, spec.public_mac);
  } catch (...) {
    ::close(space);
    throw;
  }
  ::close(space);
  for (const auto& [link, bridge] : {std::pair(spec.guest_link, spec.guest_bridge), {spec.public_link, spec.public_bridge}}) {
    if (bridge.empty()) continue;
    quiet(link);
    links.set_master(link, bridge);
    links.set_up(link, link == spec.guest_link ? spec.mtu : 0);
  }
}

void LinuxFabric::set_outer_addresses(const RouterSpec& spec) {
  if (spec.public_bridge.empty()) return;
  Links links;
  links.set_up("eth2", 0);
  std::vector<std::string> wanted;
  for (const auto& address : spec.public_addresses) wanted.push_back(fmt::format("{}/{}", address.address, address.prefix));
  for (const auto& address : links.addresses("eth2"))
    if (std::ranges::find(wanted, address) == wanted.end()) links.remove_address("eth2", address);
  for (const auto& address : wanted) links.ensure_address("eth2", address);
  if (!spec.public_gateway.empty() && !wanted.empty()) links.set_default_route(spec.public_gateway, "eth2");
}

RouterSeen LinuxFabric::ensure_router(const RouterSpec& spec) {
  const std::lock_guard lock(mutex_);
  const auto known = routers_.find(spec.name);
  if (known != routers_.end() && spec.revision != 0 && spec.revision < known->second.revision) return {true, {}};
  const auto directory = router_directory(spec.name);
  std::filesystem::create_directories(directory);
  write_private(directory + "/spec.json", to_json(spec, true));
  const bool fresh = !namespace_exists(spec.name);
  ensure_namespace(spec.name);
  if (fresh) inside(spec.name, [] { load_ruleset(render_closed()); });
  raise_links(spec);
  inside(spec.name, [&] {
    Links links;
    write_switch("/proc/sys/net/ipv4/conf/all/arp_notify", "1");
    write_switch("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
    links.set_up("lo", 0);
    links.ensure_address("lo", "169.254.169.254/32");
    links.set_up("eth0", spec.mtu);
    links.ensure_address("eth0", fmt::format("{}/{}", spec.gateway, prefix_length(spec.cidr)));
    load_ruleset(render_router(spec));
    set_outer_addresses(spec);
    write_switch("/proc/sys/net/ipv4/ip_forward", "1");
    if (spec.dhcp) ensure_name_server(spec, directory);
    if (spec.metadata) guest_server_.serve(spec.name, spec.gateway, spec.guests);
  });
  routers_.insert_or_assign(spec.name, spec);
  return {true, {}};
}

Nothing LinuxFabric::remove_router(const RouterName& name) {
  const std::lock_guard lock(mutex_);
  end_name_server(router_directory(name.name));
  guest_server_.forget(name.name);
  Links links;
  links.remove(name.guest_link);
  if (!name.public_link.empty()) links.remove(name.public_link);
  remove_namespace(name.name);
  std::filesystem::remove_all(router_directory(name.name));
  routers_.erase(name.name);
  return {};
}

RouterSeen LinuxFabric::look_at_router(const RouterName& name) {
  const std::lock_guard lock(mutex_);
  RouterSeen out;
  Links links;
  const auto known = routers_.find(name.name);
  if (!namespace_exists(name.name)) out.ailments.push_back("its namespace is gone");
  if (known == routers_.end()) out.ailments.push_back("the agent does not know it");
  else if (known->second.dhcp && !name_server_runs(router_directory(name.name))) out.ailments.push_back("its DHCP and DNS server does not run");
  if (!links.index_of(name.guest_link)) out.ailments.push_back("its inner link is gone");
  out.running = out.ailments.empty();
  return out;
}

void LinuxFabric::load_guards() {
  std::vector<GuardSpec> all;
  for (const auto& [id, guard] : guards_) all.push_back(guard);
  load_ruleset(render_guards(guard_table(options_.tag), all));
  write_private(options_.directory + "/guards.json", to_json(all));
}

Nothing LinuxFabric::guard(const GuardSpec& spec) {
  const std::lock_guard lock(mutex_);
  if (spec.nics.empty()) guards_.erase(spec.instance);
  else guards_.insert_or_assign(spec.instance, spec);
  load_guards();
  return {};
}

FabricSeen LinuxFabric::look(const Nothing&) {
  const std::lock_guard lock(mutex_);
  FabricSeen out;
  Links links;
  const auto prefix = prefix_of(options_.tag);
  for (const auto& name : links.names()) {
    if (name.starts_with(prefix + "b")) out.bridges.push_back(name);
    if (name.starts_with(prefix + "x")) out.tunnels.push_back(name);
  }
  out.routers = namespaces_named(prefix + "r");
  for (const auto& [id, guard] : guards_) out.guarded.push_back(id);
  return out;
}

void LinuxFabric::clean(const FabricOptions& options) {
  const auto prefix = prefix_of(options.tag);
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator(options.directory + "/routers", none)) end_name_server(entry.path().string());
  for (const auto& name : namespaces_named(prefix + "r")) remove_namespace(name);
  Links links;
  for (const auto& name : links.names())
    if (name.starts_with(prefix)) links.remove(name);
  const auto outside = options.directory + "/outside.json";
  if (std::filesystem::exists(outside)) {
    const auto spec = from_json<OutsideSpec>(content_of(outside));
    links.remove_unreachable(network_of(spec.gateway, spec.prefix));
  }
  const auto table = guard_table(options.tag);
  load_ruleset(fmt::format("table bridge {0}\ndelete table bridge {0}\n", table));
  std::filesystem::remove_all(options.directory);
}

}  // namespace welkin::network
