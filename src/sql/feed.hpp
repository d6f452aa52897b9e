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

}  // namespace welkin::sql
