// Bodies' statements on a SQLite connection.
#include "sql/sqlite/transaction.hpp"

namespace welkin::sql {

namespace {
/// Rows that outlive the statement that answered them.
class KeptRows {
 public:
  void keep(const Row& row) {
    columns_ = row.size();
    for (const auto& cell : row) {
      cells_.push_back(cell);
      texts_ += cell.text;
    }
  }
  void each(const std::function<void(const Row&)>& row) {
    std::size_t at = 0;
    for (auto& cell : cells_) {
      cell.text = std::string_view(texts_).substr(at, cell.text.size());
      at += cell.text.size();
    }
    for (std::size_t i = 0; i < cells_.size(); i += columns_) row(Row(cells_).subspan(i, columns_));
  }

 private:
  std::size_t columns_ = 0;
  std::vector<SeenCell> cells_;
  std::string texts_;  ///< of all cells, one behind the other
};
}  // namespace

void SqliteReading::query(std::string_view statement, std::span<const Cell> parameters,
                          const std::function<void(const Row&)>& row) {
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
                          const std::function<void(const Row&)>& row) {
  // All rows first: what `row` writes must not move the ground under the query.
  KeptRows rows;
  run(statement, parameters, [&](const Row& cells) { rows.keep(cells); });
  rows.each(row);
}

std::int64_t SqliteWriting::execute(std::string_view statement, std::span<const Cell> parameters) {
  return run(statement, parameters, {});
}

std::int64_t SqliteWriting::run(std::string_view statement, std::span<const Cell> parameters,
                                const std::function<void(const Row&)>& row) {
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
