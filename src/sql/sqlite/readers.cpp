// Lends reading connections.
#include "sql/sqlite/readers.hpp"

#include <chrono>

namespace welkin::sql {

namespace {
constexpr std::chrono::seconds wait_max{30};
}

SqliteReaders::SqliteReaders(const std::string& path, int connections) {
  for (int i = 0; i < connections; ++i)
    idle_.push_back(std::make_unique<SqliteConnection>(path, SqliteConnection::Use::reads));
}

void SqliteReaders::read(const std::function<void(SqliteConnection&)>& borrower) {
  struct Lease {
    SqliteReaders& readers;
    std::unique_ptr<SqliteConnection> connection;
    ~Lease() { readers.give_back(std::move(connection)); }
  };
  const Lease lease{*this, take()};
  auto& connection = *lease.connection;
  connection.run("begin");
  try {
    borrower(connection);
  } catch (...) {
    if (connection.in_transaction()) connection.run("rollback");
    throw;
  }
  connection.run("commit");
}

std::unique_ptr<SqliteConnection> SqliteReaders::take() {
  std::unique_lock lock(mutex_);
  if (!came_back_.wait_for(lock, wait_max, [&] { return !idle_.empty(); }))
    throw Error(Fault::timeout, "All connections to the database are busy; try again.");
  auto out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

void SqliteReaders::give_back(std::unique_ptr<SqliteConnection> connection) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  }
  came_back_.notify_one();
}

}  // namespace welkin::sql
