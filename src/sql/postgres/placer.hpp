// Gives committed changes their positions in the feed.
//
// A transaction cannot number its own changes: under serializable isolation it sees the feed's head as it was
// when it began, so of all that run at the same time only one could commit. Therefore it leaves them in
// `changes_waiting`, and after its commit a short second transaction moves all that wait into `changes`.
// These come one after the other by the lock on the feed's one row, so positions have no holes and appear in
// order; and one of them serves all who committed meanwhile.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "sql/feed.hpp"
#include "sql/postgres/connection.hpp"

namespace welkin::sql {

/// May be used from any thread.
class FeedPlacer {
 public:
  explicit FeedPlacer(Listeners& listeners) : listeners_(listeners) {}

  /// After a commit that noted something: answers when its changes are in the feed and the listeners have
  /// been called. One caller at a time runs `place_all`, for all who wait; those hold no connection
  /// meanwhile, since listeners want some too. Does not throw: what could not be placed now is placed with
  /// the next commit, or by whoever reads the feed.
  void place_mine(const std::function<void()>& place_all);
  /// Places whatever waits, such as a dead server's changes. Throws a PostgresFailure.
  void place(PostgresConnection& connection);

 private:
  void place_and_tell(const std::function<void()>& place_all);

  Listeners& listeners_;
  std::atomic<Position> trimmed_at_ = 0;
  std::mutex mutex_;
  std::condition_variable placed_more_;
  std::uint64_t committed_ = 0;  ///< transactions of this server that have noted something
  std::uint64_t placed_ = 0;     ///< how many of them are in the feed
  bool placing_ = false;
};

}  // namespace welkin::sql
