// The fabric's verbs, each the work of one part.
#include "network/router/linux_fabric.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "network/bridge/bridges.hpp"
#include "network/bridge/guards.hpp"
#include "network/bridge/state.hpp"
#include "network/router/routers.hpp"

namespace welkin::network {
namespace {

constexpr std::size_t tag_length_max = 8;

/// Two agents of one machine, as in trials, must not meet in /run.
std::string default_run_directory(const FabricOptions& options) {
  return fmt::format("/run/welkin-{}-{:08x}", options.tag, mark_of(options.directory) >> 32);
}

HostNetwork host_network(const FabricOptions& options) {
  const bool plain = std::ranges::all_of(
      options.tag, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
  if (options.tag.empty() || options.tag.size() > tag_length_max || !plain)
    throw Error(Fault::invalid,
                fmt::format("'{}' cannot mark a cloud: one to eight of a-z and 0-9.", options.tag), "tag");
  const bool good =
      options.directory.starts_with('/') && options.directory.find_first_of("\n\r,\"#") == std::string::npos;
  if (!good)
    throw Error(
        Fault::invalid,
        fmt::format("'{}' cannot be the network's directory; give an absolute path.", options.directory),
        "directory");
  const auto run = options.run_directory.empty() ? default_run_directory(options) : options.run_directory;
  return {options.directory, run, options.tag};
}

}  // namespace

struct LinuxFabric::Parts {
  explicit Parts(const HostNetwork& host)
      : bridges(host),
        guards(host),
        routers(host, [this](const std::string& bridge) { bridges.need(bridge); }) {}

  Bridges bridges;
  Guards guards;
  Routers routers;
};

LinuxFabric::LinuxFabric(FabricOptions options) : parts_(std::make_unique<Parts>(host_network(options))) {}
LinuxFabric::~LinuxFabric() = default;

Nothing LinuxFabric::ensure_outside(const OutsideSpec& spec) {
  parts_->bridges.ensure_outside(spec);
  return {};
}

Nothing LinuxFabric::ensure_segment(const SegmentSpec& spec) {
  parts_->bridges.ensure_segment(spec);
  return {};
}

Nothing LinuxFabric::remove_segment(const SegmentName& name) {
  parts_->bridges.remove_segment(name, [&] { parts_->routers.refuse_bridge_in_use(name.bridge); });
  return {};
}

RouterSeen LinuxFabric::ensure_router(const RouterSpec& spec) { return parts_->routers.ensure(spec); }

Nothing LinuxFabric::remove_router(const RouterName& name) {
  parts_->routers.remove(name);
  return {};
}

RouterSeen LinuxFabric::look_at_router(const RouterName& name) { return parts_->routers.look(name.name); }

Nothing LinuxFabric::guard(const GuardSpec& spec) {
  parts_->guards.guard(spec);
  return {};
}

FabricSeen LinuxFabric::look(const Nothing&) {
  FabricSeen seen;
  parts_->bridges.list(seen);
  parts_->routers.list(seen);
  seen.guarded = parts_->guards.guarded();
  return seen;
}

void LinuxFabric::clean(const FabricOptions& options) {
  const auto host = host_network(options);
  Routers::clear(host);
  Guards(host).clear();
  Bridges(host).clear();
  remove_state(host.directory);
}

}  // namespace welkin::network
