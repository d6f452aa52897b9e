// The routers of one host.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "network/bridge/host_network.hpp"
#include "network/departed.hpp"
#include "network/fabric.hpp"
#include "network/router/guest_server.hpp"

namespace welkin::network {

/// Safe to use from many threads; what concerns different routers goes on at the same time.
class Routers {
 public:
  /// `need_bridge` throws when a bridge is not on this host.
  Routers(HostNetwork host, std::function<void(const std::string&)> need_bridge);

  /// A router that is as wished already costs a look. One that cannot be made leaves nothing behind; one that
  /// cannot be changed keeps what it was as far as it got, and never opens more than was wished.
  RouterSeen ensure(const RouterSpec& wish);
  void remove(const RouterName& name);
  RouterSeen look(const std::string& name);
  void list(FabricSeen& seen) const;
  /// Throws `in_use` when a router is on the bridge.
  void refuse_bridge_in_use(const std::string& bridge) const;

  /// Removes all routers that this cloud has noted on this host, whether the agent knows them or not.
  static void clear(const HostNetwork& host);

 private:
  struct Router {
    std::mutex mutex;
    bool known = false;
    bool whole = false;  ///< the spec was carried out to its end
    bool gone = false;   ///< removed: whoever waited for it begins anew
    RouterSpec spec;     ///< checked; the newest seen
    std::shared_ptr<GuestBook> book;
  };
  void adopt(const std::string& name);
  std::shared_ptr<Router> find(const std::string& name, bool make);
  void with_router(const std::string& name, const std::function<void(Router&)>& work);
  RouterSeen ensure(Router& router, const RouterSpec& spec);
  RouterSeen inspect(const Router& router) const;
  bool has_departed(const RouterSpec& spec) const;
  void raise(Router& router, const RouterSpec& spec);
  void shed_remains(const RouterSpec& before);
  void serve_guests(Router& router, const RouterSpec& spec);
  void take_down(Router& router, const RouterName& name);

  const HostNetwork host_;
  const std::function<void(const std::string&)> need_bridge_;
  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Router>> routers_;
  Departed departed_;
  GuestServer guest_server_;
};

}  // namespace welkin::network
