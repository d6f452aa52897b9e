// Network links of one namespace, over rtnetlink (libnl-route-3). Names are at most 15 characters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

struct nl_sock;

namespace welkin::network {

/// Works in the network namespace of the thread that made it. Every change is idempotent; failures are `internal` with
/// the kernel's words as cause.
class Links {
 public:
  Links();
  ~Links();
  Links(const Links&) = delete;
  Links& operator=(const Links&) = delete;

  /// 0 when there is no such link.
  int index_of(const std::string& name);
  std::vector<std::string> names();

  void ensure_bridge(const std::string& name);
  /// One end here, the other, `peer`, in the namespace behind `peer_namespace` with this hardware address.
  void ensure_veth(const std::string& name, const std::string& peer, int peer_namespace, const std::string& peer_mac);
  /// Floods to `peers` and learns from them; peers that are new are added.
  void ensure_vxlan(const std::string& name, std::int64_t vni, const std::string& local, const std::vector<std::string>& peers);
  void set_master(const std::string& name, const std::string& bridge);
  void set_up(const std::string& name, int mtu);
  void remove(const std::string& name);

  /// `address` with its prefix: 10.1.1.1/24.
  void ensure_address(const std::string& name, const std::string& address);
  void remove_address(const std::string& name, const std::string& address);
  std::vector<std::string> addresses(const std::string& name);
  void set_default_route(const std::string& gateway, const std::string& name);
  /// What no better route takes ends here.
  void ensure_unreachable(const std::string& network);
  void remove_unreachable(const std::string& network);

 private:
  nl_sock* socket_;
};

}  // namespace welkin::network
