// The SQLite engine: one writer that commits in groups, readers beside it.
#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <thread>

#include "sql/migrations.hpp"
#include "sql/sqlite/readers.hpp"
#include "sql/sqlite/transaction.hpp"
#include "sql/sqlite/writer.hpp"

namespace welkin::sql {

namespace {
class Sqlite final : public Database {
 public:
  explicit Sqlite(const SqliteOptions& options);
  ~Sqlite() override;

  void read(const Body& body) override;
  void write(const Body& body) override;
  void submit(Body body, std::function<void(std::exception_ptr)> done) override;
  std::vector<Change> changes_after(Position position, int limit) override;
  Position last_change() override;
  void on_change(std::function<void()> listener) override { listeners_.add(std::move(listener)); }
  void migrate(std::span<const std::string_view> migrations) override;
  void check_statement(std::string_view statement) override;
  std::string_view engine() const override { return "sqlite"; }

 private:
  void lend(const std::function<void(SqliteConnection&)>& borrower);

  Listeners listeners_;
  SqliteWriter writer_;
  std::unique_ptr<SqliteReaders> readers_;  ///< none in memory, where all share the writer's connection
  WriteQueue queue_;
  std::thread thread_;  ///< none with `inline_writes`
};

Sqlite::Sqlite(const SqliteOptions& options)
    : writer_(*this, options.path.empty() ? ":memory:" : options.path, listeners_) {
  if (!options.path.empty())
    readers_ = std::make_unique<SqliteReaders>(options.path, std::max(1, options.readers));
  if (options.inline_writes) return;
  thread_ = std::thread([this] {
    while (auto next = queue_.pop()) writer_.run_group(std::move(*next), queue_);
  });
}

Sqlite::~Sqlite() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void Sqlite::lend(const std::function<void(SqliteConnection&)>& borrower) {
  readers_ ? readers_->read(borrower) : writer_.lend(borrower);
}

void Sqlite::read(const Body& body) {
  const InsideBody inside(this);
  lend([&](SqliteConnection& connection) {
    SqliteReading tx(connection);
    body(tx);
  });
}

void Sqlite::write(const Body& body) {
  InsideBody::must_not_be(this);
  if (!thread_.joinable()) return writer_.run_alone(body);
  // Waits without a deadline: the body is the caller's, and the writer always answers.
  std::mutex mutex;
  std::condition_variable ended;
  std::optional<std::exception_ptr> outcome;
  queue_.push({body, [&](std::exception_ptr error) {
                 const std::lock_guard lock(mutex);
                 outcome = std::move(error);
                 ended.notify_one();
               }});
  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return outcome.has_value(); });
  if (*outcome) std::rethrow_exception(*outcome);
}

void Sqlite::submit(Body body, std::function<void(std::exception_ptr)> done) {
  InsideBody::must_not_be(this);
  if (thread_.joinable()) return queue_.push({std::move(body), std::move(done)});
  std::exception_ptr error;
  try {
    writer_.run_alone(body);
  } catch (...) {
    error = std::current_exception();
  }
  done(error);
}

std::vector<Change> Sqlite::changes_after(Position position, int limit) {
  std::vector<Change> out;
  read([&](Transaction& tx) { out = read_changes(tx, position, limit); });
  return out;
}

Position Sqlite::last_change() {
  Position out = 0;
  read([&](Transaction& tx) {
    tx.query("select max(position) from changes", {}, [&](const Row& row) { out = row[0].integer; });
  });
  return out;
}

void Sqlite::migrate(std::span<const std::string_view> migrations) {
  write([&](Transaction& tx) { apply_migrations(tx, migrations); });
}

void Sqlite::check_statement(std::string_view statement) {
  lend([&](SqliteConnection& connection) { connection.check(statement); });
}
}  // namespace

std::unique_ptr<Database> open_sqlite(const SqliteOptions& options) {
  // Counting what SQLite allocates takes one lock for all connections, and nobody asks for the figures.
  static const int uncounted = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  must(uncounted == SQLITE_OK, "SQLite is configured before its first use");
  return std::make_unique<Sqlite>(options);
}

}  // namespace welkin::sql
