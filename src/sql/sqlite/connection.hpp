// One connection to a SQLite file, with its prepared statements. Used by one thread at a time.
#pragma once

#include <functional>
#include <memory>

#include "sql/database.hpp"
#include "sql/statement_cache.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace welkin::sql {

class SqliteConnection {
 public:
  enum class Use { writes, reads };

  /// Opens or makes the file, which only its owner may read; `:memory:` is a database of its own. Throws
  /// `internal`.
  SqliteConnection(const std::string& path, Use use);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  /// Runs a text of any number of statements without parameters.
  void script(const std::string& text);
  /// Runs one statement and calls `row` for each row. Answers how many rows it changed.
  std::int64_t run(std::string_view statement, std::span<const Cell> parameters = {},
                   const std::function<void(const Row&)>& row = {});
  /// The same for a statement that must not write. Throws `internal` otherwise.
  void run_reading(std::string_view statement, std::span<const Cell> parameters,
                   const std::function<void(const Row&)>& row);
  /// Prepares a statement and forgets it. Throws `internal` with what SQLite says.
  void check(std::string_view statement);
  /// False between `begin` and its end. SQLite ends a transaction by itself after some failures, a full disk
  /// among them.
  bool in_transaction() const;

 private:
  struct Close {
    void operator()(sqlite3* connection) const;
  };
  struct Finish {
    void operator()(sqlite3_stmt* statement) const;
  };
  struct Prepared {
    std::unique_ptr<sqlite3_stmt, Finish> statement;
    std::vector<int> numbers;  ///< the caller's number of each place
  };
  /// Shared, so that one which is in use outlives its place in the cache.
  using Statement = std::shared_ptr<const Prepared>;

  void set_up(Use use);
  Statement prepare(std::string_view statement);
  Statement prepared(std::string_view statement);
  void step(const Prepared& prepared, std::string_view statement, std::span<const Cell> parameters,
            const std::function<void(const Row&)>& row);
  [[noreturn]] void fail(std::string_view statement);

  std::unique_ptr<sqlite3, Close> connection_;
  StatementCache<Statement> cache_;
};

}  // namespace welkin::sql
