// What PostgreSQL must survive: restarts, crowds, and two of our servers on one database.
#include <gtest/gtest.h>

#include <thread>

#include "base/log.hpp"
#include "sql/postgres/values.hpp"
#include "sql/rows.hpp"
#include "sql/trial_postgres.hpp"

namespace welkin::sql {
namespace {

class Postgres : public testing::Test {
 protected:
  void SetUp() override {
    if (!server.absent_because().empty()) GTEST_SKIP() << server.absent_because();
    url = server.fresh_url();
    db = open();
    db->write([](Transaction& tx) {
      tx.execute("create table counted (id text primary key not null, value bigint not null)", {});
    });
  }
  std::unique_ptr<Database> open(int connections = 8) {
    PostgresOptions options;
    options.url = url;
    options.connections = connections;
    return open_postgres(options);
  }
  static void put(Database& db, std::int64_t value) {
    const auto id = new_uuid(machine_clock(), machine_random());
    db.write([&](Transaction& tx) {
      tx.execute("insert into counted (id, value) values ($1, $2)", cells(id.text(), value));
      tx.note("counted", id, ChangeKind::added);
    });
  }
  std::int64_t number(std::string_view statement) {
    return read(*db, [&](Transaction& tx) { return count(tx, statement); });
  }

  TrialPostgres& server = TrialPostgres::instance();
  std::string url;
  std::unique_ptr<Database> db;
};

TEST_F(Postgres, is_unreachable_while_it_restarts_and_goes_on_after) {
  put(*db, 1);
  server.kill();
  try {
    put(*db, 2);
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault, Fault::unreachable) << error.cause;
    EXPECT_TRUE(error.worth_retrying());
  }
  EXPECT_THROW(number("select count(*) from counted"), Error);
  EXPECT_THROW(open(), Error);
  server.start();
  put(*db, 3);
  EXPECT_EQ(number("select count(*) from counted"), 2);
}

TEST_F(Postgres, does_not_let_a_restart_be_seen_between_two_transactions) {
  for (int i = 0; i < 3; ++i) {
    put(*db, i);
    EXPECT_EQ(number("select count(*) from counted"), i + 1);
    server.kill();
    server.start();
  }
  EXPECT_EQ(db->last_change(), 3);
}

TEST_F(Postgres, keeps_what_it_said_was_committed_when_it_is_killed) {
  std::vector<std::vector<int>> kept(4);
  std::atomic<bool> stop = false;
  std::atomic<int> committed = 0;
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t)
    writers.emplace_back([&, t] {
      for (int i = 0; !stop; ++i) {
        try {
          put(*db, t * 1'000'000 + i);
          kept[std::size_t(t)].push_back(t * 1'000'000 + i);
          ++committed;
        } catch (const Error&) {
        }
      }
    });
  for (int round = 1; round <= 2; ++round) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (committed < round * 100 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    server.kill();
    server.start();
  }
  stop = true;
  for (auto& writer : writers) writer.join();
  for (const auto& values : kept)
    for (const int value : values)
      EXPECT_EQ(number(fmt::format("select count(*) from counted where value = {}", value)), 1);
  const auto rows = number("select count(*) from counted");
  const auto changes = db->changes_after(0, 1'000'000);
  EXPECT_EQ(std::int64_t(changes.size()), rows);
  for (std::size_t i = 0; i < changes.size(); ++i) EXPECT_EQ(changes[i].position, Position(i + 1));
}

TEST_F(Postgres, numbers_the_changes_of_two_servers_without_holes) {
  const auto other = open(3);
  std::vector<std::thread> writers;
  for (auto* server_of_ours : {db.get(), other.get()})
    for (int t = 0; t < 3; ++t)
      writers.emplace_back([=] {
        for (int i = 0; i < 50; ++i) put(*server_of_ours, i);
      });
  Position seen = 0;
  while (seen < 300) {
    for (const auto& change : other->changes_after(seen, 50)) {
      ASSERT_EQ(change.position, seen + 1);
      seen = change.position;
    }
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(db->last_change(), 300);
}

TEST_F(Postgres, finds_the_changes_that_a_dead_server_left_without_a_place) {
  put(*db, 1);
  db->write([](Transaction& tx) {
    tx.execute("insert into changes_waiting (noun, row_id, kind) values ('counted', 'x', 'changed')", {});
  });
  const auto changes = db->changes_after(1, 10);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0], (Change{2, "counted", "x", ChangeKind::changed}));
}

TEST_F(Postgres, runs_a_body_again_even_when_it_made_something_else_of_the_failure) {
  put(*db, 0);
  std::atomic<int> runs = 0;
  std::vector<std::thread> writers;
  for (int t = 0; t < 4; ++t)
    writers.emplace_back([&] {
      for (int i = 0; i < 20; ++i)
        db->write([&](Transaction& tx) {
          ++runs;
          try {
            const auto value = count(tx, "select value from counted");
            tx.execute("update counted set value = $1", cells(value + 1));
          } catch (const Error&) {
            throw Error(Fault::limited, "something else");
          }
        });
    });
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(number("select value from counted"), 80);
  EXPECT_GE(runs, 80);
}

TEST_F(Postgres, shares_few_connections_among_many_threads) {
  const auto narrow = open(1);
  std::vector<std::thread> writers;
  for (int t = 0; t < 6; ++t)
    writers.emplace_back([&] {
      for (int i = 0; i < 20; ++i) put(*narrow, i);
    });
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(number("select count(*) from counted"), 120);
}

TEST_F(Postgres, has_a_connection_for_listeners_while_all_its_writers_wait) {
  for (const int connections : {1, 3}) {
    const auto narrow = open(connections);
    std::atomic<Position> seen = narrow->last_change();
    narrow->on_change([&] {
      for (const auto& change : narrow->changes_after(seen, 100)) seen = change.position;
    });
    std::vector<std::thread> writers;
    for (int t = 0; t < 6; ++t)
      writers.emplace_back([&] {
        for (int i = 0; i < 20; ++i) put(*narrow, i);
      });
    for (auto& writer : writers) writer.join();
    EXPECT_EQ(seen, narrow->last_change());
  }
}

TEST_F(Postgres, is_found_by_its_url) {
  EXPECT_EQ(open_database(url)->engine(), "postgresql");
  try {
    open_database("postgresql:///nothing?host=/nonexistent");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.fault, Fault::unreachable);
  }
}

TEST(TextArray, quotes_its_elements) {
  EXPECT_EQ(text_array({}), "{}");
  EXPECT_EQ(text_array({"a", "b\"\\,{}", ""}), R"({"a","b\"\\,{}",""})");
}

}  // namespace
}  // namespace welkin::sql
