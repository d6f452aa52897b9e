// A few SQLite connections that read beside the writer.
#pragma once

#include <condition_variable>
#include <mutex>

#include "sql/sqlite/connection.hpp"

namespace welkin::sql {

/// May be used from any thread.
class SqliteReaders {
 public:
  SqliteReaders(const std::string& path, int connections);
  /// Lends a connection inside a transaction that sees one state. Throws `timeout` when none comes free.
  void read(const std::function<void(SqliteConnection&)>& borrower);

 private:
  std::unique_ptr<SqliteConnection> take();
  void give_back(std::unique_ptr<SqliteConnection> connection);

  std::mutex mutex_;
  std::condition_variable came_back_;
  std::vector<std::unique_ptr<SqliteConnection>> idle_;
};

}  // namespace welkin::sql
