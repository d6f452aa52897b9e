// Bodies' statements on a SQLite connection.
#include "sql/sqlite/transaction.hpp"

namespace welkin::sql {

void SqliteReading::query(std::string_view statement, std::span<const Cell> parameters,
                          const std::function<void(Row&)>& row) {
  connection_.run_reading(statement, parameters, row);
}

std::int64_t SqliteReading::execute(std::string_view statement, std::span<const Cell> parameters) {
  connection_.run_reading(statement, parameters, {});
  return 0;
}

void SqliteReading::note(std::string_view, const Uuid&, ChangeKind) {
  must(false, "a reading transaction notes nothing");
}

void SqliteWriting::query(std::string_view statement, std::span<const Cell> parameters,
                          const std::function<void(Row&)>& row) {
  // All rows first: what `row` writes must not move the ground under the query.
  std::vector<Row> rows;
  run(statement, parameters, [&](Row& cells) { rows.push_back(std::move(cells)); });
  for (auto& cells : rows) row(cells);
}

std::int64_t SqliteWriting::execute(std::string_view statement, std::span<const Cell> parameters) {
  return run(statement, parameters, {});
}

std::int64_t SqliteWriting::run(std::string_view statement, std::span<const Cell> parameters,
                                const std::function<void(Row&)>& row) {
  throw_failure();
  try {
    return connection_.run(statement, parameters, row);
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

void SqliteWriting::note(std::string_view noun, const Uuid& id, ChangeKind kind) {
  notes_.push_back({std::string(noun), id.text(), kind});
}

void SqliteWriting::throw_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace welkin::sql
