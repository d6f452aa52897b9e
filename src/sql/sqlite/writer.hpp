// The one that writes to a SQLite database: many transactions, one commit.
#pragma once

#include <chrono>
#include <mutex>

#include "sql/feed.hpp"
#include "sql/sqlite/connection.hpp"
#include "sql/write_queue.hpp"

namespace welkin::sql {

/// Runs transactions in groups, each inside a savepoint of its own, so that one that fails undoes itself
/// alone. A group that SQLite gave up as a whole is run again one by one. May be used from any thread.
class SqliteWriter {
 public:
  SqliteWriter(const Database& database, const std::string& path, Listeners& listeners);

  /// Runs `first` and those that wait in `queue` until they are 256 or took twice as long as a commit, 2 to 20 ms,
  /// commits, calls the listeners if anything was noted, and answers all.
  void run_group(Submitted first, WriteQueue& queue);
  /// Runs one; throws what it threw.
  void run_alone(const Body& body);
  /// Lends the connection to somebody who only reads, between two groups.
  void lend(const std::function<void(SqliteConnection&)>& borrower);

 private:
  struct Member {
    Submitted submitted;
    std::exception_ptr error{};
    bool notes_something = false;
  };
  void gather(std::vector<Member>& group, WriteQueue& queue);
  void commit_each(std::vector<Member>& group);
  void begin();
  void commit();
  void roll_back() noexcept;
  bool run_one(const Body& body);
  void place(const std::vector<Note>& notes);

  const Database& database_;
  Listeners& listeners_;
  std::mutex mutex_;  ///< held while a group runs
  SqliteConnection connection_;
  Position head_ = 0;  ///< of the feed, inside the running group
  std::chrono::steady_clock::duration commit_took_{};  ///< the last one
};

}  // namespace welkin::sql
