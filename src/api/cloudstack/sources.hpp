// Where a request comes from when a proxy of the operator's stands before the server.
#pragma once

#include <memory>
#include <mutex>

#include "api/cloudstack/exchange.hpp"
#include "model/prefix.hpp"
#include "sql/database.hpp"
#include "sql/feed.hpp"

namespace welkin::api::cloudstack {

/// Heeds `proxy.header.verify`, `proxy.header.names` and `proxy.cidr`; remembers them until a setting changes.
class Sources {
 public:
  Sources(sql::Database& database, sql::Follower& changes);

  /// The caller's address as a trusted proxy tells it; nothing when the peer is the caller, or is not trusted to tell.
  std::optional<std::string> told_by_proxy(const Request& request);

 private:
  struct Rules {
    std::vector<std::string> headers;  ///< none: nobody is trusted
    std::vector<model::Prefix> proxies;
  };
  std::shared_ptr<const Rules> rules();

  sql::Database& database_;
  std::mutex mutex_;
  std::uint64_t age_ = 0;
  std::shared_ptr<const Rules> known_;
};

}  // namespace welkin::api::cloudstack
