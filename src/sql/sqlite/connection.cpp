// Opens SQLite files, runs statements and says in our words what went wrong.
#include "sql/sqlite/connection.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "sql/parameters.hpp"

namespace welkin::sql {

namespace {
constexpr std::size_t statements_max = 512;
constexpr int busy_wait_ms = 10'000;
constexpr std::string_view in_memory = ":memory:";

[[noreturn]] void cannot_open(const std::string& path, std::string_view why) {
  throw Error(Fault::internal, fmt::format("The database {} cannot be opened: {}.", path, why), path);
}

/// Rows hold what only the server may read, so the file is made before SQLite would make it with wider
/// rights; the files beside it take its rights.
void make_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) cannot_open(path, std::strerror(errno));
  ::close(file);
}

SeenCell read_cell(sqlite3_stmt* statement, int column) {
  // One look at the row instead of three. The value is an "unprotected" one, which is the same as any other on a
  // connection without mutexes (SQLite's C interface, "sqlite3_value").
  auto* const value = sqlite3_column_value(statement, column);
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL: return {};
    case SQLITE_INTEGER: return SeenCell::of(std::int64_t(sqlite3_value_int64(value)));
    case SQLITE_FLOAT: return SeenCell::of(sqlite3_value_double(value));
    default: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
      return SeenCell::of(std::string_view(text ? text : "", std::size_t(sqlite3_value_bytes(value))));
    }
  }
}

/// The text of `cell` must outlive the statement's run.
void bind(sqlite3_stmt* statement, int place, const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::null: sqlite3_bind_null(statement, place); return;
    case Cell::Kind::integer: sqlite3_bind_int64(statement, place, cell.integer); return;
    case Cell::Kind::real: sqlite3_bind_double(statement, place, cell.real); return;
    case Cell::Kind::text:
      sqlite3_bind_text64(statement, place, cell.text.data(), cell.text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
}

/// SQLite takes `$1` for a name, so the places are its own and the number has to be read from the name.
std::vector<int> numbers_of(sqlite3_stmt* statement) {
  std::vector<int> out(std::size_t(sqlite3_bind_parameter_count(statement)));
  for (std::size_t i = 0; i < out.size(); ++i) {
    const char* name = sqlite3_bind_parameter_name(statement, int(i) + 1);
    if (name && *name == '$') std::from_chars(name + 1, name + std::strlen(name), out[i]);
  }
  return out;
}

Fault fault_of(int code) {
  switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID: return Fault::conflict;
    case SQLITE_CONSTRAINT_FOREIGNKEY: return Fault::in_use;
    default: break;
  }
  switch (code & 0xff) {
    case SQLITE_FULL: return Fault::exhausted;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return Fault::unreachable;
    case SQLITE_TOOBIG: return Fault::invalid;
    default: return Fault::internal;
  }
}

std::string_view message_of(Fault fault) {
  switch (fault) {
    case Fault::conflict: return "There is one like this already.";
    case Fault::in_use: return "Something still refers to this.";
    case Fault::exhausted: return "The disk of the database is full; free some space.";
    case Fault::unreachable: return "Another process holds the database; try again.";
    case Fault::invalid: return "A text is too long for the database.";
    default: return "The database failed.";
  }
}

/// Begins the statement's next run from its start, whatever ended this one.
struct Reset {
  sqlite3_stmt* statement;
  ~Reset() {
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
  }
};
}  // namespace

void SqliteConnection::Finish::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
void SqliteConnection::Close::operator()(sqlite3* connection) const { sqlite3_close_v2(connection); }

SqliteConnection::SqliteConnection(const std::string& path, Use use) : cache_(statements_max) {
  if (path != in_memory) make_file(path);
  sqlite3* opened = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  connection_.reset(opened);
  if (code != SQLITE_OK) cannot_open(path, opened ? sqlite3_errmsg(opened) : "out of memory");
  try {
    set_up(use);
  } catch (const Error& error) {
    cannot_open(path, error.cause);
  }
}

SqliteConnection::~SqliteConnection() = default;

void SqliteConnection::set_up(Use use) {
  sqlite3_extended_result_codes(connection_.get(), 1);
  sqlite3_busy_timeout(connection_.get(), busy_wait_ms);
  std::string mode;
  run("pragma journal_mode = wal", {}, [&](const Row& row) { mode = row[0].text; });
  if (mode != "wal" && mode != "memory")
    throw Error(Fault::internal, "SQLite cannot write ahead.", {}, "its file system has no shared memory");
  script("pragma synchronous = full");
  script("pragma foreign_keys = on");
  // As PostgreSQL does it; `lower(x) like lower($1)` means the same on both.
  script("pragma case_sensitive_like = on");
  script("pragma temp_store = memory");
  // 32 MiB: a page that many transactions write goes into the file once, not once for each thousand pages written.
  script("pragma wal_autocheckpoint = 8192");
  script("pragma journal_size_limit = 67108864");
  script(use == Use::writes ? "pragma cache_size = -65536" : "pragma cache_size = -16384");
  if (use == Use::reads) script("pragma query_only = on");
}

void SqliteConnection::script(const std::string& text) {
  if (sqlite3_exec(connection_.get(), text.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(text);
}

std::int64_t SqliteConnection::run(std::string_view statement, std::span<const Cell> parameters,
                                   const std::function<void(const Row&)>& row) {
  const auto kept = prepared(statement);
  const auto before = sqlite3_total_changes64(connection_.get());
  step(*kept, statement, parameters, row);
  // `changes` keeps the last statement's number when this one cannot change rows.
  return sqlite3_total_changes64(connection_.get()) == before ? 0 : sqlite3_changes64(connection_.get());
}

void SqliteConnection::run_reading(std::string_view statement, std::span<const Cell> parameters,
                                   const std::function<void(const Row&)>& row) {
  const auto kept = prepared(statement);
  if (!sqlite3_stmt_readonly(kept->statement.get()))
    throw Error(Fault::internal, "A reading transaction tried to write.", {}, std::string(statement));
  step(*kept, statement, parameters, row);
}

void SqliteConnection::check(std::string_view statement) { prepare(statement); }

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(connection_.get()) == 0; }

SqliteConnection::Statement SqliteConnection::prepare(std::string_view statement) {
  sqlite3_stmt* made = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(connection_.get(), statement.data(), int(statement.size()),
                                      SQLITE_PREPARE_PERSISTENT, &made, &rest);
  auto out = std::make_shared<Prepared>();
  out->statement.reset(made);
  if (code != SQLITE_OK) fail(statement);
  const auto behind = statement.substr(std::size_t(rest - statement.data()));
  if (!made || behind.find_first_not_of(" \t\r\n;") != std::string_view::npos)
    throw Error(Fault::internal, "A text is not exactly one statement.", {}, std::string(statement));
  out->numbers = numbers_of(made);
  return out;
}

SqliteConnection::Statement SqliteConnection::prepared(std::string_view statement) {
  if (const auto* kept = cache_.find(statement)) {
    // A statement whose rows are being read may be wanted again by whoever reads them.
    return sqlite3_stmt_busy((*kept)->statement.get()) ? prepare(statement) : *kept;
  }
  auto made = prepare(statement);
  cache_.keep(statement, made);
  return made;
}

void SqliteConnection::step(const Prepared& prepared, std::string_view statement,
                            std::span<const Cell> parameters, const std::function<void(const Row&)>& row) {
  auto* const running = prepared.statement.get();
  const Reset reset{running};
  for (std::size_t i = 0; i < prepared.numbers.size(); ++i)
    bind(running, int(i) + 1, parameter(parameters, prepared.numbers[i], statement));
  std::vector<SeenCell> cells;
  int code = SQLITE_OK;
  while ((code = sqlite3_step(running)) == SQLITE_ROW) {
    if (!row) continue;
    // Known when it runs: SQLite prepares again what a migration has changed.
    cells.resize(std::size_t(sqlite3_column_count(running)));
    for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = read_cell(running, int(i));
    row(cells);
  }
  if (code != SQLITE_DONE) fail(statement);
}

void SqliteConnection::fail(std::string_view statement) {
  const auto fault = fault_of(sqlite3_extended_errcode(connection_.get()));
  throw Error(fault, std::string(message_of(fault)), {},
              fmt::format("{} in: {}", sqlite3_errmsg(connection_.get()), statement));
}

}  // namespace welkin::sql
