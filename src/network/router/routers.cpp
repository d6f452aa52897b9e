// Raising, inspecting and taking down routers.
#include "network/router/routers.hpp"

#include <fmt/format.h>

#include <set>

#include "base/log.hpp"
#include "network/bridge/checks.hpp"
#include "network/bridge/namespaces.hpp"
#include "network/bridge/nftables.hpp"
#include "network/bridge/state.hpp"
#include "network/router/checked_router.hpp"
#include "network/router/dnsmasq.hpp"
#include "network/router/router_links.hpp"
#include "network/router/ruleset.hpp"

namespace welkin::network {
namespace {

std::string directory_of(const HostNetwork& host, const std::string& router) {
  return host.directory + "/routers/" + router;
}
std::string spec_file(const HostNetwork& host, const std::string& router) {
  return directory_of(host, router) + "/spec";
}

/// Of a namespace that is new: nothing is forwarded, no IPv6, and answers leave where the question came from.
void prepare_kernel() {
  constexpr std::pair<std::string_view, std::string_view> settings[] = {
      {"ipv4/ip_forward", "0"},
      {"ipv4/conf/all/rp_filter", "1"},
      {"ipv4/conf/default/rp_filter", "1"},
      {"ipv4/conf/all/promote_secondaries", "1"},
      {"ipv4/conf/all/accept_redirects", "0"},
      {"ipv4/conf/default/accept_redirects", "0"},
      {"ipv4/conf/all/send_redirects", "0"},
      {"ipv4/conf/default/send_redirects", "0"},
  };
  for (const auto& [setting, value] : settings) set_kernel(std::string(setting), value);
  for (const std::string setting : {"ipv6/conf/all/disable_ipv6", "ipv6/conf/default/disable_ipv6"})
    if (!kernel_setting(setting).empty()) set_kernel(setting, "1");
}

bool same_but_for_revision(RouterSpec a, const RouterSpec& b) {
  a.revision = b.revision;
  return a == b;
}

void erase_router(const HostNetwork& host, const std::string& name) {
  end_dnsmasq(dnsmasq_place(host.run_directory, name));
  remove_namespace(name);
  remove_state(directory_of(host, name));
}

}  // namespace

Routers::Routers(HostNetwork host, std::function<void(const std::string&)> need_bridge)
    : host_(std::move(host)), need_bridge_(std::move(need_bridge)) {
  make_directory(host_.directory + "/routers", 0700);
  make_directory(host_.run_directory, 0755);
  for (const auto& name : names_in(host_.directory + "/routers")) adopt(name);
}

/// Mends what has died together with the agent. Where the namespace has gone too, the machine was started
/// anew, and the router comes back when the server wishes it.
void Routers::adopt(const std::string& name) {
  const auto spec = kept<RouterSpec>(spec_file(host_, name));
  if (!spec) return;
  const auto router = find(name, true);
  router->spec = *spec;
  router->known = true;
  if (!namespace_exists(name)) return;
  try {
    raise(*router, *spec);
  } catch (const Error& error) {
    log::warning("router {} is not as it should be: {} {}", name, error.message, error.cause);
  }
}

std::shared_ptr<Routers::Router> Routers::find(const std::string& name, bool make) {
  const std::lock_guard lock(mutex_);
  const auto found = routers_.find(name);
  if (found != routers_.end()) return found->second;
  return make ? routers_.emplace(name, std::make_shared<Router>()).first->second : nullptr;
}

void Routers::with_router(const std::string& name, const std::function<void(Router&)>& work) {
  for (;;) {
    const auto router = find(name, true);
    const std::lock_guard lock(router->mutex);
    if (router->gone) continue;
    work(*router);
    if (router->known) return;
    router->gone = true;
    const std::lock_guard map_lock(mutex_);
    routers_.erase(name);
    return;
  }
}

bool Routers::has_departed(const RouterSpec& spec) const {
  const std::lock_guard lock(mutex_);
  return departed_.is_late(spec.name, spec.revision);
}

RouterSeen Routers::ensure(const RouterSpec& wish) {
  const auto spec = checked_router(wish);
  RouterSeen seen;
  with_router(spec.name, [&](Router& router) { seen = ensure(router, spec); });
  return seen;
}

RouterSeen Routers::ensure(Router& router, const RouterSpec& spec) {
  if (router.known && spec.revision != 0 && spec.revision < router.spec.revision) return inspect(router);
  if (!router.known && has_departed(spec)) return {false, {"it has been removed since"}};
  if (router.whole && same_but_for_revision(router.spec, spec)) {
    if (router.spec.revision != spec.revision) keep(spec_file(host_, spec.name), spec);
    router.spec.revision = spec.revision;
    if (auto seen = inspect(router); seen.running) return seen;
  }
  need_bridge_(spec.guest_bridge);
  if (!spec.public_bridge.empty()) need_bridge_(spec.public_bridge);
  const bool fresh = !namespace_exists(spec.name);
  try {
    raise(router, spec);
  } catch (const std::exception&) {
    if (fresh) take_down(router, {spec.name, spec.guest_link, spec.public_link, 0});
    throw;
  }
  return inspect(router);
}

/// The order keeps the router closed: its rules stand before any link does, and it forwards nothing before
/// all stands.
void Routers::raise(Router& router, const RouterSpec& spec) {
  make_directory(directory_of(host_, spec.name), 0700);
  if (!router.known || router.spec != spec) keep(spec_file(host_, spec.name), spec);
  const auto before = std::exchange(router.spec, spec);
  const bool fresh = !namespace_exists(spec.name);
  router.known = true;
  router.whole = false;
  if (fresh) shed_remains(before);
  make_namespace(spec.name);
  const auto space = open_namespace(spec.name);
  in_namespace(space, [&] {
    apply_rules(render_ruleset(spec));
    if (fresh) prepare_kernel();
  });
  set_host_ends(spec, before, host_, space.fd());
  in_namespace(space, [&] {
    set_inner_ends(spec);
    const auto place = dnsmasq_place(host_.run_directory, spec.name);
    needs_dnsmasq(spec) ? ensure_dnsmasq(spec, place) : end_dnsmasq(place);
    if (before.gateway != spec.gateway) guest_server_.close(spec.name);
    serve_guests(router, spec);
    set_kernel("ipv4/ip_forward", "1");
  });
  router.whole = true;
}

/// Servers and links that still hang on to a namespace which has lost its name.
void Routers::shed_remains(const RouterSpec& before) {
  if (before.name.empty()) return;
  guest_server_.close(before.name);
  end_dnsmasq(dnsmasq_place(host_.run_directory, before.name));
  Netlink netlink;
  for (const auto& link : {before.guest_link, before.public_link}) remove_own_link(netlink, link, host_);
}

void Routers::serve_guests(Router& router, const RouterSpec& spec) {
  if (!router.book) router.book = std::make_shared<GuestBook>(directory_of(host_, spec.name) + "/passwords");
  router.book->write(spec.guests);
  if (!spec.metadata) return guest_server_.close(spec.name);
  if (!guest_server_.serves(spec.name))
    guest_server_.open(spec.name, GuestServer::listen(spec.gateway), router.book);
}

void Routers::take_down(Router& router, const RouterName& name) {
  guest_server_.close(name.name);
  Netlink netlink;
  bool ours = router.known;
  for (const auto& link :
       {name.guest_link, name.public_link, router.spec.guest_link, router.spec.public_link})
    ours = remove_own_link(netlink, link, host_) || ours;
  if (ours) erase_router(host_, name.name);
  router.known = router.whole = false;
  router.spec = {};
  router.book.reset();
}

void Routers::remove(const RouterName& name) {
  checked_link(name.name, "name");
  with_router(name.name, [&](Router& router) {
    const bool late = router.known && name.revision != 0 && name.revision < router.spec.revision;
    if (late) return;
    take_down(router, name);
    const std::lock_guard map_lock(mutex_);
    departed_.note(name.name, name.revision);
  });
}

RouterSeen Routers::inspect(const Router& router) const {
  if (!router.known) return {false, {"there is no such router"}};
  const auto& spec = router.spec;
  if (!namespace_exists(spec.name)) return {false, {"its namespace is missing"}};
  RouterSeen seen;
  find_link_ailments(spec, seen.ailments);
  if (needs_dnsmasq(spec) && !dnsmasq_runs(dnsmasq_place(host_.run_directory, spec.name)))
    seen.ailments.push_back("its DHCP and DNS server does not run");
  if (spec.metadata && !guest_server_.serves(spec.name))
    seen.ailments.push_back("its metadata server does not answer");
  in_namespace(open_namespace(spec.name), [&] {
    if (!has_table("ip", router_table)) seen.ailments.push_back("its firewall is missing");
    if (kernel_setting("ipv4/ip_forward") != "1") seen.ailments.push_back("it forwards nothing");
  });
  seen.running = seen.ailments.empty();
  return seen;
}

RouterSeen Routers::look(const std::string& name) {
  checked_link(name, "name");
  const auto router = find(name, false);
  if (!router) return {false, {"there is no such router"}};
  const std::lock_guard lock(router->mutex);
  return inspect(*router);
}

void Routers::list(FabricSeen& seen) const {
  for (const auto& name : names_in(host_.directory + "/routers"))
    if (namespace_exists(name)) seen.routers.push_back(name);
}

void Routers::refuse_bridge_in_use(const std::string& bridge) const {
  std::map<std::string, std::shared_ptr<Router>> routers;
  {
    const std::lock_guard lock(mutex_);
    routers = routers_;
  }
  for (const auto& [name, router] : routers) {
    const std::lock_guard lock(router->mutex);
    if (router->known && router->spec.guest_bridge == bridge)
      throw Error(Fault::in_use,
                  fmt::format("Router {} is still on bridge {}; remove it first.", name, bridge), "bridge");
  }
}

void Routers::clear(const HostNetwork& host) {
  std::set<std::string> names;
  for (const auto& directory : {host.directory + "/routers", host.run_directory})
    for (auto& name : names_in(directory)) names.insert(std::move(name));
  for (const auto& name : names) erase_router(host, name);
  remove_state(host.directory + "/routers");
  remove_state(host.run_directory);
}

}  // namespace welkin::network
