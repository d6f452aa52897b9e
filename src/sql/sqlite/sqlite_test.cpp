// What SQLite must survive: a killed process, a full disk, and a simulation's single thread.
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "base/loop.hpp"
#include "sql/rows.hpp"
#include "sql/trial_postgres.hpp"

namespace welkin::sql {
namespace {

constexpr std::string_view make_table =
    "create table counted (id text primary key not null, value bigint not null)";

SqliteOptions in(const TrialDirectory& directory) {
  SqliteOptions out;
  out.path = directory.path() + "/welkin.db";
  return out;
}

void put(Transaction& tx, std::int64_t value, std::string text = {}) {
  const auto id = new_uuid(machine_clock(), machine_random());
  tx.execute("insert into counted (id, value) values ($1, $2)", cells(id.text() + text, value));
  tx.note("counted", id, ChangeKind::added);
}

std::int64_t number(Database& db, std::string_view statement) {
  return read(db, [&](Transaction& tx) { return count(tx, statement); });
}

/// Runs `work` in a process of its own and kills it after so many numbers have come from `say`. Answers them.
std::vector<int> said_before_killed(std::size_t numbers,
                                    const std::function<void(const std::function<void(int)>&)>& work) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    work([&](int number) {
      if (::write(ends[1], &number, sizeof number) != sizeof number) _exit(1);
    });
    _exit(0);
  }
  close(ends[1]);
  std::vector<int> out;
  int number = 0;
  while (out.size() < numbers && ::read(ends[0], &number, sizeof number) == sizeof number)
    out.push_back(number);
  kill(child, SIGKILL);
  while (::read(ends[0], &number, sizeof number) == sizeof number) out.push_back(number);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return out;
}

TEST(Sqlite, keeps_what_it_said_was_committed_when_it_is_killed) {
  const TrialDirectory directory;
  open_sqlite(in(directory))->write([](Transaction& tx) { tx.execute(make_table, {}); });
  std::size_t kept = 0;
  for (int life = 0; life < 3; ++life) {
    const auto said = said_before_killed(100, [&](const std::function<void(int)>& say) {
      const auto db = open_sqlite(in(directory));
      std::vector<std::thread> writers;
      for (int t = 0; t < 4; ++t)
        writers.emplace_back([&, t] {
          for (int i = 0; i < 100'000; ++i) {
            const int value = (life * 10 + t) * 1'000'000 + i;
            db->write([&](Transaction& tx) { put(tx, value); });
            say(value);
          }
        });
      for (auto& writer : writers) writer.join();
    });
    const auto db = open_sqlite(in(directory));
    EXPECT_GE(said.size(), 100U);
    read(*db, [&](Transaction& tx) {
      for (const int value : said)
        EXPECT_EQ(count(tx, "select count(*) from counted where value = $1", value), 1) << value;
      return 0;
    });
    kept += said.size();
    EXPECT_GE(number(*db, "select count(*) from counted"), std::int64_t(kept));
    EXPECT_EQ(db->last_change(), number(*db, "select count(*) from counted"));
    EXPECT_EQ(db->last_change(), number(*db, "select count(*) from changes"));
  }
}

/// Runs `test` with a file system of so many bytes, in a mount namespace that ends with it. False when the
/// kernel refuses.
bool on_a_small_disk(std::string_view size, const std::function<void(const TrialDirectory&)>& test) {
  const TrialDirectory directory;
  bool ran = false;
  std::thread([&] {
    const auto options = fmt::format("size={}", size);
    if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("tmpfs", directory.path().c_str(), "tmpfs", 0, options.c_str()) != 0)
      return;
    ran = true;
    try {
      test(directory);
    } catch (const Error& error) {
      ADD_FAILURE() << error.message << " (" << error.cause << ")";
    }
    umount2(directory.path().c_str(), MNT_DETACH);
  }).join();
  return ran;
}

TEST(Sqlite, says_exhausted_on_a_full_disk_and_goes_on) {
  const bool ran = on_a_small_disk("3m", [](const TrialDirectory& directory) {
    const auto ballast = directory.path() + "/ballast";
    std::ofstream(ballast) << std::string(1'000'000, 'x');
    const auto db = open_sqlite(in(directory));
    db->write([](Transaction& tx) { tx.execute(make_table, {}); });
    std::int64_t kept = 0;
    std::optional<Error> failure;
    for (int i = 0; i < 200 && !failure; ++i) {
      try {
        db->write([&](Transaction& tx) { put(tx, i, std::string(100'000, 'x')); });
        ++kept;
      } catch (const Error& error) {
        failure = error;
      }
    }
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->fault, Fault::exhausted) << failure->cause;
    EXPECT_EQ(number(*db, "select count(*) from counted"), kept);
    EXPECT_EQ(db->last_change(), kept);

    std::filesystem::remove(ballast);
    db->write([](Transaction& tx) { put(tx, 1); });
    EXPECT_EQ(number(*db, "select count(*) from counted"), kept + 1);
  });
  if (!ran) GTEST_SKIP() << "this kernel makes no mount namespace for us";
}

TEST(Sqlite, keeps_the_small_ones_of_a_group_that_does_not_fit_the_disk) {
  const bool ran = on_a_small_disk("2m", [](const TrialDirectory& directory) {
    const auto db = open_sqlite(in(directory));
    db->write([](Transaction& tx) { tx.execute(make_table, {}); });
    std::mutex mutex;
    std::condition_variable changed;
    int ended = 0, exhausted = 0;
    std::atomic<bool> go = false;
    // Holds the writer until all are in the queue, so that they make one group.
    db->submit([&](Transaction&) { go.wait(false); }, [](std::exception_ptr) {});
    for (int i = 0; i < 20; ++i)
      db->submit([i](Transaction& tx) { put(tx, i, i % 2 ? std::string(3'000'000, 'x') : ""); },
                 [&](std::exception_ptr error) {
                   const std::lock_guard lock(mutex);
                   ++ended;
                   exhausted += error != nullptr;
                   changed.notify_one();
                 });
    go = true;
    go.notify_all();
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, std::chrono::seconds(60), [&] { return ended == 20; }));
    EXPECT_EQ(exhausted, 10);
    EXPECT_EQ(number(*db, "select count(*) from counted"), 10);
    EXPECT_EQ(db->last_change(), 10);
  });
  if (!ran) GTEST_SKIP() << "this kernel makes no mount namespace for us";
}

TEST(Sqlite, writes_in_the_callers_thread_for_a_simulation) {
  SqliteOptions options;
  options.inline_writes = true;
  const auto db = open_sqlite(options);
  std::vector<std::string> order;
  db->on_change([&] { order.push_back("listener"); });
  const auto here = std::this_thread::get_id();
  db->submit(
      [&](Transaction& tx) {
        EXPECT_EQ(std::this_thread::get_id(), here);
        tx.execute(make_table, {});
        put(tx, 1);
        order.push_back("body");
      },
      [&](std::exception_ptr error) {
        EXPECT_FALSE(error);
        order.push_back("done");
        db->submit([&](Transaction& tx) { put(tx, 2); },
                   [&](std::exception_ptr) { order.push_back("inner done"); });
      });
  order.push_back("submitted");
  EXPECT_EQ(order,
            (std::vector<std::string>{"body", "listener", "done", "listener", "inner done", "submitted"}));
  db->submit([](Transaction&) { throw Error(Fault::limited, "no"); },
             [&](std::exception_ptr error) { EXPECT_TRUE(error); });
  EXPECT_EQ(number(*db, "select count(*) from counted"), 2);
}

TEST(Sqlite, resumes_a_coroutine_after_its_write) {
  SqliteOptions options;
  options.inline_writes = true;
  const auto db = open_sqlite(options);
  VirtualLoop loop(Time{});
  std::string failed = "nothing";
  bool ended = false;
  const auto work = [](Database& db, VirtualLoop& loop, std::string& failed) -> Task<void> {
    Body good = [](Transaction& tx) { tx.execute(make_table, {}); };
    co_await written(db, loop, good);
    Body bad = [](Transaction&) { throw Error(Fault::limited, "no"); };
    try {
      co_await written(db, loop, bad);
    } catch (const Error& error) {
      failed = error.message;
    }
  };
  start(work(*db, loop, failed), [&](std::exception_ptr error) { ended = !error; });
  loop.run();
  EXPECT_TRUE(ended);
  EXPECT_EQ(failed, "no");
}

TEST(Sqlite, ends_only_after_what_was_submitted) {
  const TrialDirectory directory;
  std::atomic<int> done = 0;
  {
    const auto db = open_sqlite(in(directory));
    db->write([](Transaction& tx) { tx.execute(make_table, {}); });
    for (int i = 0; i < 1000; ++i)
      db->submit([i](Transaction& tx) { put(tx, i); }, [&](std::exception_ptr) { ++done; });
  }
  EXPECT_EQ(done, 1000);
  EXPECT_EQ(number(*open_sqlite(in(directory)), "select count(*) from counted"), 1000);
}

TEST(Sqlite, numbers_changes_after_those_of_another_process) {
  const TrialDirectory directory;
  const auto one = open_sqlite(in(directory)), other = open_sqlite(in(directory));
  one->write([](Transaction& tx) { tx.execute(make_table, {}); });
  for (int i = 0; i < 3; ++i) {
    one->write([&](Transaction& tx) { put(tx, i); });
    other->write([&](Transaction& tx) { put(tx, i); });
  }
  EXPECT_EQ(one->last_change(), 6);
  EXPECT_EQ(other->changes_after(0, 100).size(), 6U);
}

TEST(Sqlite, keeps_its_files_from_other_users) {
  const TrialDirectory directory;
  const auto db = open_sqlite(in(directory));
  db->write([](Transaction& tx) { tx.execute(make_table, {}); });
  for (const char* name : {"", "-wal", "-shm"}) {
    struct stat status {};
    ASSERT_EQ(::stat((in(directory).path + name).c_str(), &status), 0) << name;
    EXPECT_EQ(status.st_mode & 0777, 0600U) << name;
  }
}

TEST(Sqlite, says_which_file_it_cannot_open) {
  try {
    open_database("/nonexistent/welkin.db");
    ADD_FAILURE() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_NE(error.message.find("/nonexistent/welkin.db"), std::string::npos);
  }
  EXPECT_THROW(open_database(""), Error);
}

TEST(SqliteDeathTest, ends_a_program_that_nests_transactions) {
  const auto nested = [] {
    const auto db = open_sqlite({});
    db->read([&](Transaction&) { db->write([](Transaction&) {}); });
  };
  EXPECT_DEATH(nested(), "begins no other");
}

}  // namespace
}  // namespace welkin::sql
