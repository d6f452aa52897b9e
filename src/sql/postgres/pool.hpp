// A bounded set of connections to one PostgreSQL database.
#pragma once

#include <condition_variable>
#include <mutex>

#include "sql/postgres/connection.hpp"

namespace welkin::sql {

/// May be used from any thread.
class PostgresPool {
 public:
  PostgresPool(std::string url, int connections) : url_(std::move(url)), free_(connections) {}

  /// A connection that comes back by itself, unless it is lost.
  class Lease {
   public:
    Lease(PostgresPool& pool, std::unique_ptr<PostgresConnection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    ~Lease() { pool_.give_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    PostgresConnection& operator*() { return *connection_; }

   private:
    PostgresPool& pool_;
    std::unique_ptr<PostgresConnection> connection_;
  };
  /// Waits at most 30 s for one to come free. Throws `timeout`, or `unreachable` when a new one cannot be
  /// made.
  Lease borrow();
  /// Closes those that are idle: a server that dropped one has dropped them all.
  void forget_idle();

 private:
  std::unique_ptr<PostgresConnection> take();
  void give_back(std::unique_ptr<PostgresConnection> connection);

  const std::string url_;
  std::mutex mutex_;
  std::condition_variable came_back_;
  int free_;  ///< how many more may be lent
  std::vector<std::unique_ptr<PostgresConnection>> idle_;
};

}  // namespace welkin::sql
