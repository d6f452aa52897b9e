// The change feed: order, holes and listeners, on both engines and with many writers.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "sql/feed.hpp"
#include "sql/rows.hpp"
#include "sql/trial.hpp"

namespace welkin::sql {
namespace {

Uuid fresh() { return new_uuid(machine_clock(), machine_random()); }

void note_one(Database& db, const Uuid& id, ChangeKind kind = ChangeKind::added) {
  db.write([&](Transaction& tx) { tx.note("things", id, kind); });
}

TEST(ChangeFeed, says_what_was_changed_in_order) {
  for_each_database([](Database& db) {
    EXPECT_EQ(db.last_change(), 0);
    EXPECT_TRUE(db.changes_after(0, 10).empty());
    const auto a = fresh(), b = fresh();
    db.write([&](Transaction& tx) {
      tx.note("things", a, ChangeKind::added);
      tx.note("others \"quoted\\\"", b, ChangeKind::changed);
    });
    note_one(db, a, ChangeKind::removed);

    const auto changes = db.changes_after(0, 10);
    ASSERT_EQ(changes.size(), 3U);
    EXPECT_EQ(changes[0], (Change{1, "things", a.text(), ChangeKind::added}));
    EXPECT_EQ(changes[1], (Change{2, "others \"quoted\\\"", b.text(), ChangeKind::changed}));
    EXPECT_EQ(changes[2], (Change{3, "things", a.text(), ChangeKind::removed}));
    EXPECT_EQ(db.last_change(), 3);
    ASSERT_EQ(db.changes_after(1, 1).size(), 1U);
    EXPECT_EQ(db.changes_after(1, 1)[0].position, 2);
    EXPECT_TRUE(db.changes_after(3, 10).empty());
  });
}

TEST(ChangeFeed, has_no_trace_of_what_was_undone) {
  for_each_database([](Database& db) {
    EXPECT_ANY_THROW(db.write([&](Transaction& tx) {
      tx.note("things", fresh(), ChangeKind::added);
      throw std::runtime_error("no");
    }));
    note_one(db, fresh());
    EXPECT_EQ(db.last_change(), 1);
    EXPECT_EQ(db.changes_after(0, 10).size(), 1U);
  });
}

TEST(ChangeFeed, calls_listeners_before_the_write_returns) {
  for_each_database([](Database& db) {
    std::atomic<Position> seen = 0;
    db.on_change([&] {
      for (const auto& change : db.changes_after(seen, 100)) seen = change.position;
    });
    bool failed = false;
    db.on_change([&] {
      if (!std::exchange(failed, true)) throw std::runtime_error("a listener that fails harms nobody");
    });
    for (Position i = 1; i <= 5; ++i) {
      note_one(db, fresh());
      EXPECT_EQ(seen, i);
    }
    db.write([](Transaction& tx) { tx.execute("create table quiet (id text primary key)", {}); });
    EXPECT_EQ(seen, 5);
  });
}

/// Follows the feed as a cache would and checks each position.
class FeedReader {
 public:
  explicit FeedReader(Database& db) : db_(db) {}
  void follow() {
    for (const auto& change : db_.changes_after(position_, 64)) {
      holes_ += change.position != position_ + 1;
      position_ = change.position;
      seen_.push_back(change.row_id);
    }
  }
  Position position_ = 0;
  int holes_ = 0;
  std::vector<std::string> seen_;

 private:
  Database& db_;
};

TEST(ChangeFeed, skips_nothing_while_many_write) {
  for_each_database([](Database& db) {
    constexpr int threads = 8, each = 60;
    std::atomic<int> left = threads;
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
      writers.emplace_back([&, t] {
        for (int i = 0; i < each; ++i) {
          try {
            db.write([&](Transaction& tx) {
              for (int n = 0; n <= i % 3; ++n) tx.note("things", fresh(), ChangeKind::added);
              if ((i + t) % 7 == 0) throw std::runtime_error("undone");
            });
          } catch (const std::runtime_error&) {
          }
        }
        --left;
      });
    FeedReader follower(db);
    while (left > 0) follower.follow();
    for (auto& writer : writers) writer.join();
    while (follower.position_ < db.last_change()) follower.follow();

    EXPECT_EQ(follower.holes_, 0);
    const auto all = db.changes_after(0, 100'000);
    ASSERT_EQ(all.size(), follower.seen_.size());
    for (std::size_t i = 0; i < all.size(); ++i) EXPECT_EQ(all[i].row_id, follower.seen_[i]);
  });
}

TEST(ChangeFeed, tells_changes_of_one_row_in_the_order_of_their_commits) {
  for_each_database([](Database& db) {
    db.write([](Transaction& tx) {
      tx.execute("create table counted (id text primary key, value bigint not null)", {});
      tx.execute("insert into counted (id, value) values ('a', 0)", {});
    });
    constexpr int threads = 4, each = 20;
    std::vector<std::thread> writers;
    for (int t = 0; t < threads; ++t)
      writers.emplace_back([&] {
        for (int i = 0; i < each; ++i)
          db.write([](Transaction& tx) {
            const auto value = count(tx, "update counted set value = value + 1 returning value");
            Uuid id;
            id.bytes[14] = std::uint8_t(value >> 8);
            id.bytes[15] = std::uint8_t(value);
            tx.note("counted", id, ChangeKind::changed);
          });
      });
    for (auto& writer : writers) writer.join();
    const auto all = db.changes_after(0, 1000);
    ASSERT_EQ(all.size(), std::size_t(threads * each));
    for (std::size_t i = 1; i < all.size(); ++i) EXPECT_LT(all[i - 1].row_id, all[i].row_id);
  });
}

TEST(ChangeFeed, says_so_when_it_does_not_reach_back_so_far) {
  for_each_database([](Database& db) {
    for (int i = 0; i < 3; ++i) note_one(db, fresh());
    db.write([](Transaction& tx) { tx.execute("delete from changes where position <= 2", {}); });
    EXPECT_EQ(db.changes_after(2, 10).size(), 1U);
    try {
      db.changes_after(1, 10);
      ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.fault, Fault::missing);
    }
  });
}

TEST(ChangeFeed, forgets_what_is_very_old) {
  for_each_database([](Database& db) {
    note_one(db, fresh());
    db.write([&](Transaction& tx) {
      tx.execute("insert into changes (position, noun, row_id, kind) values ($1, 'things', '', 'added')",
                 cells(feed_kept + feed_trim_every - 1));
      if (db.engine() == "postgresql")
        tx.execute("update feed set head = $1", cells(feed_kept + feed_trim_every - 1));
    });
    note_one(db, fresh());
    EXPECT_EQ(db.last_change(), feed_kept + feed_trim_every);
    std::int64_t left = 0;
    db.read([&](Transaction& tx) { left = count(tx, "select count(*) from changes"); });
    EXPECT_EQ(left, 2);
  });
}

}  // namespace
}  // namespace welkin::sql
