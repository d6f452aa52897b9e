// Transactions on a SQLite connection, as bodies see them.
#pragma once

#include "sql/feed.hpp"
#include "sql/sqlite/connection.hpp"

namespace welkin::sql {

/// Reads; the connection is in a transaction, or nobody else writes meanwhile.
class SqliteReading final : public Transaction {
 public:
  explicit SqliteReading(SqliteConnection& connection) : connection_(connection) {}
  void query(std::string_view statement, std::span<const Cell> parameters,
             const std::function<void(const Row&)>& row) override;
  std::int64_t execute(std::string_view statement, std::span<const Cell> parameters) override;
  void note(std::string_view noun, const Uuid& id, ChangeKind kind) override;

 private:
  SqliteConnection& connection_;
};

/// Reads and writes inside a savepoint of the writer. After a statement has failed the transaction is lost,
/// as it is on PostgreSQL: each further statement fails like the first.
class SqliteWriting final : public Transaction {
 public:
  explicit SqliteWriting(SqliteConnection& connection) : connection_(connection) {}
  void query(std::string_view statement, std::span<const Cell> parameters,
             const std::function<void(const Row&)>& row) override;
  std::int64_t execute(std::string_view statement, std::span<const Cell> parameters) override;
  void note(std::string_view noun, const Uuid& id, ChangeKind kind) override;

  const std::vector<Note>& notes() const { return notes_; }
  /// Throws what a statement threw, even when the body did not care.
  void throw_failure() const;

 private:
  std::int64_t run(std::string_view statement, std::span<const Cell> parameters,
                   const std::function<void(const Row&)>& row);

  SqliteConnection& connection_;
  std::vector<Note> notes_;
  std::exception_ptr failure_;
};

}  // namespace welkin::sql
