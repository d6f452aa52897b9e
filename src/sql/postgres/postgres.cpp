// The PostgreSQL engine: serializable transactions that run again when others were in the way.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/id.hpp"
#include "base/log.hpp"
#include "sql/migrations.hpp"
#include "sql/postgres/placer.hpp"
#include "sql/postgres/pool.hpp"
#include "sql/postgres/transaction.hpp"
#include "sql/write_queue.hpp"

namespace welkin::sql {

namespace {
using Use = PostgresTransaction::Use;

constexpr int runs_max = 30;
constexpr int connects_max = 3;
constexpr std::chrono::seconds migration_max{3600};

constexpr std::string_view tables[] = {
    "create table if not exists feed (id bigint primary key, head bigint not null)",
    "insert into feed (id, head) values (1, 0) on conflict do nothing",
    "create table if not exists changes (position bigint primary key, noun text not null, row_id text not "
    "null, "
    "kind text not null)",
    "create table if not exists changes_waiting (place bigint generated always as identity primary key, "
    "noun text not null, row_id text not null, kind text not null)",
    "create table if not exists schema_version (version bigint primary key, digest text not null)"};

/// Longer with each attempt, and never the same for two who met.
void pause(int attempt) {
  const auto longest = std::uint64_t(1000) << std::min(attempt, 6);
  std::this_thread::sleep_for(std::chrono::microseconds(machine_random().below(longest)));
}

class Postgres final : public Database {
 public:
  explicit Postgres(const PostgresOptions& options);
  ~Postgres() override;

  void read(const Body& body) override;
  void write(const Body& body) override;
  void submit(Body body, std::function<void(std::exception_ptr)> done) override;
  std::vector<Change> changes_after(Position position, int limit) override;
  Position last_change() override;
  void on_change(std::function<void()> listener) override { listeners_.add(std::move(listener)); }
  void migrate(std::span<const std::string_view> migrations) override;
  void check_statement(std::string_view statement) override;
  std::string_view engine() const override { return "postgresql"; }

 private:
  void attempt(const std::function<void(PostgresConnection&)>& once);
  bool run_once(PostgresConnection& connection, Use use, const Body& body);
  void place_waiting();
  void make_tables();
  void look_at_collation();
  void serve();

  Listeners listeners_;
  PostgresPool pool_;
  FeedPlacer placer_{listeners_};
  WriteQueue queue_;
  std::vector<std::thread> threads_;
};

Postgres::Postgres(const PostgresOptions& options) : pool_(options.url, std::max(1, options.connections)) {
  make_tables();
  look_at_collation();
  for (int i = 0; i < std::max(1, options.connections); ++i) threads_.emplace_back([this] { serve(); });
}

Postgres::~Postgres() {
  queue_.close();
  for (auto& thread : threads_) thread.join();
}

void Postgres::serve() {
  while (const auto next = queue_.pop()) {
    std::exception_ptr error;
    try {
      write(next->body);
    } catch (...) {
      error = std::current_exception();
    }
    answer(*next, error);
  }
}

/// Lends a connection, again and again while the failure is one that another attempt may cure.
void Postgres::attempt(const std::function<void(PostgresConnection&)>& once) {
  int connects = 0;
  for (int run = 1;; ++run) {
    try {
      auto lease = pool_.borrow();
      return once(*lease);
    } catch (const PostgresFailure& failure) {
      if (failure.cure == Cure::none || run >= runs_max) throw;
      if (failure.cure == Cure::reconnect) {
        pool_.forget_idle();
        if (++connects >= connects_max) throw;
      }
    }
    pause(run);
  }
}

/// Answers whether anything was noted.
bool Postgres::run_once(PostgresConnection& connection, Use use, const Body& body) {
  const InsideBody inside(this);
  PostgresTransaction tx(connection, use);
  try {
    body(tx);
  } catch (...) {
    tx.roll_back();
    // The body may have made something else of a failure that only means "again".
    if (tx.may_run_again()) tx.throw_failure();
    throw;
  }
  if (tx.failed()) tx.roll_back();
  tx.throw_failure();
  return tx.commit();
}

void Postgres::read(const Body& body) {
  InsideBody::must_not_be(this);
  attempt([&](PostgresConnection& connection) { run_once(connection, Use::reads, body); });
}

void Postgres::write(const Body& body) {
  InsideBody::must_not_be(this);
  bool notes_something = false;
  attempt([&](PostgresConnection& connection) { notes_something = run_once(connection, Use::writes, body); });
  if (notes_something) placer_.place_mine([this] { place_waiting(); });
}

void Postgres::place_waiting() {
  attempt([&](PostgresConnection& connection) { placer_.place(connection); });
}

void Postgres::submit(Body body, std::function<void(std::exception_ptr)> done) {
  InsideBody::must_not_be(this);
  queue_.push({std::move(body), std::move(done)});
}

std::vector<Change> Postgres::changes_after(Position position, int limit) {
  std::vector<Change> out;
  bool some_wait = false;
  const auto look = [&](Transaction& tx) {
    out = read_changes(tx, position, limit);
    some_wait = false;
    if (out.empty()) tx.query("select 1 from changes_waiting limit 1", {}, [&](const Row&) { some_wait = true; });
  };
  read(look);
  if (!some_wait) return out;
  // Somebody died, or is, between a commit and its place in the feed.
  place_waiting();
  read(look);
  return out;
}

Position Postgres::last_change() {
  Position out = 0;
  read([&](Transaction& tx) {
    tx.query("select head from feed where id = 1", {}, [&](const Row& row) { out = row[0].integer; });
  });
  return out;
}

void Postgres::migrate(std::span<const std::string_view> migrations) {
  attempt([&](PostgresConnection& connection) {
    connection.set_patience(migration_max);
    run_once(connection, Use::migrates, [&](Transaction& tx) { apply_migrations(tx, migrations); });
    connection.set_patience(PostgresConnection::patience_usual);
  });
  // What was prepared before may not fit any more.
  pool_.forget_idle();
}

void Postgres::check_statement(std::string_view statement) {
  attempt([&](PostgresConnection& connection) { connection.check(statement); });
}

/// Two servers that start at the same time may both find a table absent; the one that is late looks again.
void Postgres::make_tables() {
  for (int left = connects_max;; --left) {
    try {
      return attempt([&](PostgresConnection& connection) {
        for (const auto statement : tables) connection.queue(statement);
        connection.run();
      });
    } catch (const Error& error) {
      if (error.fault != Fault::conflict || left == 0) throw;
    }
  }
}

void Postgres::look_at_collation() {
  std::string collation;
  read([&](Transaction& tx) {
    tx.query("select datcollate from pg_database where datname = current_database()", {},
             [&](const Row& row) { collation = row[0].text; });
  });
  if (collation != "C" && collation != "POSIX" && collation != "C.UTF-8")
    log::warning(
        "The database sorts text by {}, not by its bytes: lists come in another order, and searches by the "
        "beginning of a name are slow. Make it with locale C.",
        collation);
}
}  // namespace

std::unique_ptr<Database> open_postgres(const PostgresOptions& options) {
  return std::make_unique<Postgres>(options);
}

}  // namespace welkin::sql
