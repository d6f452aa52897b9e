// Metadata, user data and passwords for guests: what cloud-init's CloudStack data source asks a router for.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/loop.hpp"
#include "network/fabric.hpp"

namespace welkin::network {

/// One HTTP exchange, without the network: what a guest gets for a request.
struct GuestAnswer {
  int status = 200;
  std::string body;
};

/// Listens in the namespaces of all routers of this host and answers each guest what is its own.
class GuestServer {
 public:
  /// `directory`: where it is remembered which passwords were handed out.
  explicit GuestServer(std::string directory);
  ~GuestServer();

  /// Serves these guests of a router from now on; the first time it opens the sockets, in the calling thread's namespace.
  void serve(const std::string& router, const std::string& gateway, std::vector<GuestData> guests);
  void forget(const std::string& router);
  bool serves(const std::string& router);

  /// Answers `GET path` with this DomU_Request header, from this address.
  GuestAnswer answer(const std::string& router, const std::string& peer, const std::string& path, const std::string& wish, bool password_port);

 private:
  struct Router {
    std::vector<int> metadata_sockets;
    std::vector<int> password_sockets;
    std::map<std::string, GuestData> guests;
  };
  void run();
  void converse(int connection, std::string router, std::string peer, bool password_port);
  std::string handed_out_file(const GuestData& guest) const;
  GuestAnswer password(const GuestData& guest, const std::string& wish);

  const std::string directory_;
  std::mutex mutex_;
  std::map<std::string, Router> routers_;
  int wake_[2] = {-1, -1};
  Workers workers_{4};
  std::thread thread_;
};

}  // namespace welkin::network
