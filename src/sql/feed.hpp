// The change feed's parts that both engines share: what a transaction notes, reading it, and who listens.
#pragma once

#include <mutex>

#include "sql/database.hpp"

namespace welkin::sql {

/// What a transaction notes; its position comes with the commit.
struct Note {
  std::string noun;
  std::string row_id;
  ChangeKind kind;
};

/// How many changes are kept, and after how many the older ones are looked for.
constexpr Position feed_kept = 1'000'000;
constexpr Position feed_trim_every = 10'000;

/// Changes after `position`. Throws `missing` when the feed does not reach back so far any more.
std::vector<Change> read_changes(Transaction& tx, Position position, int limit);

/// The last change that a transaction sees; 0 when there is none.
Position last_change_seen(Transaction& tx);

/// Who is told of commits. May be used from any thread.
class Listeners {
 public:
  void add(std::function<void()> listener);
  /// Calls all of them, outside the lock. What they throw is logged.
  void call();

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<std::function<void()>>> listeners_;
};

/// Reads the feed once for all who keep something of it in memory.
class Follower {
 public:
  /// New changes in order; none at all when the feed has gone on without us, so that everything kept may be old.
  using Told = std::function<void(std::span<const Change>)>;

  explicit Follower(Database& database);
  /// `told` is called after commits, one call at a time, on a thread of the database; keep it short. It must not fail.
  void add(Told told);

 private:
  void follow();

  Database& database_;
  std::mutex mutex_;
  Position position_;
  std::vector<Told> told_;
};

}  // namespace welkin::sql
