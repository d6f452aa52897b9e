// Lends connections, and makes them when they are first wanted.
#include "sql/postgres/pool.hpp"

namespace welkin::sql {

namespace {
constexpr std::chrono::seconds wait_max{30};
}

PostgresPool::Lease PostgresPool::borrow() {
  auto connection = take();
  if (!connection) {
    try {
      connection = std::make_unique<PostgresConnection>(url_);
    } catch (...) {
      give_back(nullptr);
      throw;
    }
  }
  return Lease(*this, std::move(connection));
}

/// Null when there is room for another but none is idle.
std::unique_ptr<PostgresConnection> PostgresPool::take() {
  std::unique_lock lock(mutex_);
  if (!came_back_.wait_for(lock, wait_max, [&] { return free_ > 0; }))
    throw Error(Fault::timeout, "All connections to the database are busy; try again.");
  --free_;
  if (idle_.empty()) return nullptr;
  auto out = std::move(idle_.back());
  idle_.pop_back();
  return out;
}

void PostgresPool::give_back(std::unique_ptr<PostgresConnection> connection) {
  if (connection && connection->lost()) connection.reset();
  {
    const std::lock_guard lock(mutex_);
    ++free_;
    if (connection) idle_.push_back(std::move(connection));
  }
  came_back_.notify_one();
}

void PostgresPool::forget_idle() {
  std::vector<std::unique_ptr<PostgresConnection>> old;
  const std::lock_guard lock(mutex_);
  std::swap(old, idle_);
}

}  // namespace welkin::sql
