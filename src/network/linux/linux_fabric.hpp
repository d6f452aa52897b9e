// The network of one Linux host: bridges and tunnels, routers in namespaces, guarded nics.
#pragma once

#include <map>
#include <mutex>

#include "network/fabric.hpp"
#include "network/linux/guest_server.hpp"

namespace welkin::network {

struct FabricOptions {
  std::string directory;  ///< for what must outlive the agent
  std::string tag;        ///< names everything of this cloud on the host
};

/// Adopts what an earlier life of the agent left standing. Verbs run one after another.
class LinuxFabric final : public Fabric {
 public:
  explicit LinuxFabric(FabricOptions options);

  Nothing ensure_outside(const OutsideSpec&) override;
  Nothing ensure_segment(const SegmentSpec&) override;
  Nothing remove_segment(const SegmentName&) override;
  RouterSeen ensure_router(const RouterSpec&) override;
  Nothing remove_router(const RouterName&) override;
  RouterSeen look_at_router(const RouterName&) override;
  Nothing guard(const GuardSpec&) override;
  FabricSeen look(const Nothing&) override;

  /// Ends everything this cloud made on the host.
  static void clean(const FabricOptions& options);

 private:
  void adopt();
  void raise_links(const RouterSpec& spec);
  void set_outer_addresses(const RouterSpec& spec);
  void load_guards();
  std::string router_directory(const std::string& name) const;

  const FabricOptions options_;
  std::mutex mutex_;
  std::map<std::string, RouterSpec> routers_;
  std::map<Uuid, GuardSpec> guards_;
  GuestServer guest_server_;
};

}  // namespace welkin::network
