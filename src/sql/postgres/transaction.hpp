// A transaction on a PostgreSQL connection, as bodies see it.
#pragma once

#include "sql/feed.hpp"
#include "sql/postgres/connection.hpp"

namespace welkin::sql {

/// Begins with its first statement, in the same journey to the server; one that runs no statement costs
/// nothing.
class PostgresTransaction final : public Transaction {
 public:
  enum class Use { reads, writes, migrates };

  PostgresTransaction(PostgresConnection& connection, Use use) : connection_(connection), use_(use) {}

  void query(std::string_view statement, std::span<const Cell> parameters,
             const std::function<void(const Row&)>& row) override;
  std::int64_t execute(std::string_view statement, std::span<const Cell> parameters) override;
  void note(std::string_view noun, const Uuid& id, ChangeKind kind) override;

  /// Keeps what was done and noted. Answers whether anything was noted. Throws a PostgresFailure, or
  /// `unreachable` when nobody can tell whether it was kept.
  bool commit();
  /// Undoes everything, without waiting for it.
  void roll_back();
  /// Throws what a statement threw, even when the body did not care: PostgreSQL has given up the transaction
  /// then.
  void throw_failure() const;
  bool failed() const { return failure_ != nullptr; }
  /// True when that failure may be cured by another attempt.
  bool may_run_again() const { return cure_ != Cure::none; }

 private:
  std::int64_t run(std::string_view statement, std::span<const Cell> parameters,
                   const std::function<void(const Row&)>& row);
  void begin();
  void queue_notes();
  void run_commit();

  PostgresConnection& connection_;
  Use use_;
  bool begun_ = false;
  std::vector<Note> notes_;
  std::exception_ptr failure_;
  Cure cure_ = Cure::none;
};

}  // namespace welkin::sql
