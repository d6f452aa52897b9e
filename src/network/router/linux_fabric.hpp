// The network of one Linux host: bridges and tunnels, routers in namespaces, guarded nics.
#pragma once

#include <memory>

#include "network/fabric.hpp"

namespace welkin::network {

struct FabricOptions {
  std::string directory;  ///< absolute; for what must outlive the agent; root's alone
  std::string tag;  ///< of the cloud: up to eight of a-z and 0-9; marks everything it makes on this host
  std::string run_directory;  ///< for files of programs that are not root; beneath /run when empty
};

/// Works in the network namespace of the thread that calls. Safe to use from many threads. Takes root,
/// nftables, dnsmasq, and a kernel with bridges, veth and network namespaces.
class LinuxFabric final : public Fabric {
 public:
  /// Takes up what an earlier life of the agent has left standing, and mends it.
  explicit LinuxFabric(FabricOptions options);
  ~LinuxFabric() override;

  Nothing ensure_outside(const OutsideSpec&) override;
  Nothing ensure_segment(const SegmentSpec&) override;
  Nothing remove_segment(const SegmentName&) override;
  RouterSeen ensure_router(const RouterSpec&) override;
  Nothing remove_router(const RouterName&) override;
  RouterSeen look_at_router(const RouterName&) override;
  Nothing guard(const GuardSpec&) override;
  FabricSeen look(const Nothing&) override;

  /// Removes everything that this cloud has made on this host. No fabric of these options may be at work.
  static void clean(const FabricOptions& options);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace welkin::network
