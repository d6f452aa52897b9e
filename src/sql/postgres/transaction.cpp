// Bodies' statements on a PostgreSQL connection, with as few round trips as their answers allow.
#include "sql/postgres/transaction.hpp"

#include "sql/postgres/values.hpp"

namespace welkin::sql {

namespace {
constexpr std::string_view tried_to_write = "25006";
constexpr std::string_view note_statement =
    "insert into changes_waiting (noun, row_id, kind) "
    "select * from unnest(cast($1 as text[]), cast($2 as text[]), cast($3 as text[]))";

std::string_view begin_statement(PostgresTransaction::Use use) {
  switch (use) {
    // One state, and never in anybody's way.
    case PostgresTransaction::Use::reads: return "begin isolation level repeatable read read only";
    case PostgresTransaction::Use::writes: return "begin isolation level serializable";
    // Sees what the one before it in the lock's queue has done.
    case PostgresTransaction::Use::migrates: return "begin isolation level read committed";
  }
  return "begin";
}

template <class Member>
Cell column(const std::vector<Note>& notes, Member member) {
  std::vector<std::string_view> texts;
  for (const auto& note : notes) texts.push_back(member(note));
  return Cell::of(text_array(texts));
}
}  // namespace

void PostgresTransaction::query(std::string_view statement, std::span<const Cell> parameters,
                                const std::function<void(const Row&)>& row) {
  // The rows have all arrived when `row` is called, so it may use the transaction too.
  run(statement, parameters, row);
}

std::int64_t PostgresTransaction::execute(std::string_view statement, std::span<const Cell> parameters) {
  return run(statement, parameters, {});
}

std::int64_t PostgresTransaction::run(std::string_view statement, std::span<const Cell> parameters,
                                      const std::function<void(const Row&)>& row) {
  throw_failure();
  std::optional<PostgresAnswer> answer;
  try {
    begin();
    connection_.queue(statement, parameters);
    answer.emplace(connection_.run());
  } catch (const PostgresFailure& failure) {
    if (use_ == Use::reads && failure.state == tried_to_write)
      throw Error(Fault::internal, "A reading transaction tried to write.", {}, failure.cause);
    cure_ = failure.cure;
    failure_ = std::current_exception();
    throw;
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
  if (row) answer->each(row);
  return answer->touched();
}

void PostgresTransaction::note(std::string_view noun, const Uuid& id, ChangeKind kind) {
  must(use_ != Use::reads, "a reading transaction notes nothing");
  notes_.push_back({std::string(noun), id.text(), kind});
}

void PostgresTransaction::begin() {
  if (begun_) return;
  connection_.queue_control(begin_statement(use_));
  begun_ = true;
  if (use_ != Use::migrates) return;
  connection_.queue_control("set local statement_timeout = 0");
  connection_.queue("lock table schema_version in exclusive mode");
}

void PostgresTransaction::queue_notes() {
  const Cell cells[] = {column(notes_, [](const Note& note) { return std::string_view(note.noun); }),
                        column(notes_, [](const Note& note) { return std::string_view(note.row_id); }),
                        column(notes_, [](const Note& note) { return name_of(note.kind); })};
  connection_.queue(note_statement, cells);
}

bool PostgresTransaction::commit() {
  if (!begun_ && notes_.empty()) return false;
  try {
    begin();
    if (!notes_.empty()) queue_notes();
    connection_.queue_control("commit");
    // Nobody waits for the end of what has only read.
    use_ == Use::reads ? connection_.send() : run_commit();
  } catch (...) {
    roll_back();
    throw;
  }
  return !notes_.empty();
}

void PostgresTransaction::run_commit() {
  try {
    connection_.run();
  } catch (const PostgresFailure& failure) {
    if (!connection_.lost() || failure.fault != Fault::unreachable) throw;
    throw Error(Fault::unreachable,
                "The database went away during a commit: look whether the change was made.", {},
                failure.cause);
  }
}

void PostgresTransaction::roll_back() {
  if (!begun_ || connection_.lost()) return;
  connection_.queue_control("rollback");
  connection_.send();
}

void PostgresTransaction::throw_failure() const {
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace welkin::sql
