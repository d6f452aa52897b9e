// One interface to both databases: transactions that may run again, and one ordered feed of what they changed.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/described.hpp"
#include "base/task.hpp"

namespace welkin::sql {

/// One row of an answer. Columns in the order of the query; texts are gone when the row's function has returned.
using Row = std::span<const SeenCell>;

/// A place in the change feed: 1 is the first commit's first change. No numbers are left out.
using Position = std::int64_t;

CHOICES(ChangeKind, (added, "added"), (changed, "changed"), (removed, "removed"))

/// One changed row.
struct Change {
  FIELDS(Change,
    (std::int64_t, position, "Its place in the feed."),
    (std::string, noun, "The table."),
    (std::string, row_id, "The row's id."),
    (ChangeKind, kind, "What happened to it."))
};

/// The statements of one transaction. Text is one statement of plain SQL that both databases read, with $1 … $n for
/// `parameters`; it need not mention all of them. Text in parameters is UTF-8 without NUL, else `invalid`. After a
/// statement has failed nothing is kept, whatever the body does. Typed rows are in rows.hpp.
class Transaction {
 public:
  virtual ~Transaction() = default;
  /// Calls `row` for each row of the answer, in order.
  virtual void query(std::string_view statement, std::span<const Cell> parameters,
                     const std::function<void(const Row&)>& row) = 0;
  /// Answers how many rows it touched.
  virtual std::int64_t execute(std::string_view statement, std::span<const Cell> parameters) = 0;
  /// Puts a change into the feed when this transaction commits.
  virtual void note(std::string_view noun, const Uuid& id, ChangeKind kind) = 0;

  /// It gives back what was there before: limits do not stop that. Set by the engine when a journey is undone.
  bool takes_back = false;
};

using Body = std::function<void(Transaction&)>;

/// A database. All members may be called from any thread.
///
/// A body runs once or more: it must have no effect but on its transaction and on what it overwrites from the start. It
/// begins no other transaction on this database; that ends the program. What it throws undoes the transaction and reaches
/// the caller. Other failures are `in_use` (a foreign key), `exhausted` (the disk, or too many who wait), `timeout`,
/// `unreachable` (and when a connection breaks during a commit, the change may have been made), or `internal`.
struct Database {
  virtual ~Database() = default;
  /// Reads one consistent state. Blocks.
  virtual void read(const Body& body) = 0;
  /// Reads and writes; committed and durable when it returns. Blocks. A unique constraint broken is `conflict`.
  virtual void write(const Body& body) = 0;
  /// Like `write` without blocking; `done` is called on a thread of the database, with what was thrown if anything.
  /// PostgreSQL runs several at a time, in no order.
  virtual void submit(Body body, std::function<void(std::exception_ptr)> done) = 0;

  /// Changes after `position`, in order, at most `limit`. Never skips one that commits later. Throws `missing` when they
  /// are no longer kept; the last million is.
  virtual std::vector<Change> changes_after(Position position, int limit) = 0;
  /// The position of the last change.
  virtual Position last_change() = 0;
  /// Calls `listener` after commits of this server that noted something and before their `write` returns, on a thread of
  /// the database or the writer's; keep it short. It may read. Other servers' commits are found by asking `changes_after`
  /// now and then.
  virtual void on_change(std::function<void()> listener) = 0;

  /// Applies the migrations that are missing, under a lock. Throws `unsupported` when the schema is newer than these.
  virtual void migrate(std::span<const std::string_view> migrations) = 0;
  /// Throws what the database says when a statement does not prepare.
  virtual void check_statement(std::string_view statement) = 0;
  /// sqlite or postgresql.
  virtual std::string_view engine() const = 0;
};

/// How SQLite keeps its promises.
struct SqliteOptions {
  std::string path;     ///< file, or empty for memory
  int readers = 4;      ///< connections that read beside the writer
  bool inline_writes = false;  ///< for simulation: `write` and `submit` run in the caller's thread
};
/// WAL, synchronous=FULL, one writer thread with group commit.
std::unique_ptr<Database> open_sqlite(const SqliteOptions& options);

struct PostgresOptions {
  std::string url;       ///< postgresql://…
  int connections = 8;
};
/// Serializable transactions, run again after serialization failures (SQLSTATE 40001, 40P01).
std::unique_ptr<Database> open_postgres(const PostgresOptions& options);

/// By the look of it: postgresql://… or a file's path.
std::unique_ptr<Database> open_database(const std::string& url_or_path);

/// `co_await written(database, loop, body)`: a write whose caller goes on in `loop`.
template <class Loop_>
Task<void> written(Database& database, Loop_& loop, Body body) {
  Arrival<std::monostate> arrival;
  database.submit(std::move(body), [arrival, &loop](std::exception_ptr error) {
    loop.post([arrival, error] { error ? arrival.fail(error) : arrival.set({}); });
  });
  co_await arrival;
}

}  // namespace welkin::sql
