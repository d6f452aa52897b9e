// The second, short transaction behind each commit that changes something.
#include "sql/postgres/placer.hpp"

#include "base/log.hpp"

namespace welkin::sql {

namespace {
// The lock is a statement of its own, so that the next one sees what was committed while it waited.
constexpr std::string_view lock_statement = "select head from feed where id = 1 for update";
constexpr std::string_view place_statement =
    "with taken as (delete from changes_waiting returning place, noun, row_id, kind), "
    "placed as (insert into changes (position, noun, row_id, kind) "
    "select (select head from feed where id = 1) + row_number() over (order by place), noun, row_id, kind "
    "from taken returning position) "
    "update feed set head = head + (select count(*) from placed) where id = 1 returning head";
constexpr std::string_view trim_statement = "delete from changes where position <= $1";
}  // namespace

void FeedPlacer::place_mine(const std::function<void()>& place_all) {
  std::unique_lock lock(mutex_);
  const auto mine = ++committed_;
  while (placed_ < mine) {
    if (placing_) {
      placed_more_.wait(lock);  // the one who places has deadlines of its own
      continue;
    }
    placing_ = true;
    const auto upto = committed_;
    lock.unlock();
    place_and_tell(place_all);
    lock.lock();
    placing_ = false;
    placed_ = upto;
    placed_more_.notify_all();
  }
}

void FeedPlacer::place_and_tell(const std::function<void()>& place_all) {
  try {
    place_all();
  } catch (const Error& error) {
    log::warning("Changes wait for their place in the feed: {} ({})", error.message, error.cause);
  }
  listeners_.call();
}

void FeedPlacer::place(PostgresConnection& connection) {
  Position head = 0;
  connection.queue_control("begin isolation level read committed");
  connection.queue(lock_statement);
  connection.queue(place_statement);
  connection.queue_control("commit");
  try {
    connection.run().each([&](const Row& row) { head = row[0].integer; });
  } catch (...) {
    if (!connection.lost()) {
      connection.queue_control("rollback");
      connection.send();
    }
    throw;
  }
  if (head < trimmed_at_ + feed_trim_every) return;
  trimmed_at_ = head;
  const Cell oldest = Cell::of(head - feed_kept);
  connection.queue(trim_statement, std::span(&oldest, 1));
  connection.run();
}

}  // namespace welkin::sql
