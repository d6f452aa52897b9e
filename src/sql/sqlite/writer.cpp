// Group commit on SQLite's one writing connection.
#include "sql/sqlite/writer.hpp"

#include <algorithm>
#include <chrono>

#include "sql/sqlite/transaction.hpp"

namespace welkin::sql {

namespace {
constexpr std::size_t group_max = 256;
constexpr std::chrono::milliseconds group_time_min{2};
constexpr std::chrono::milliseconds group_time_max{20};

constexpr auto tables = R"(
create table if not exists changes (
  position integer primary key not null, noun text not null, row_id text not null, kind text not null);
create table if not exists schema_version (version bigint primary key not null, digest text not null))";
}  // namespace

SqliteWriter::SqliteWriter(const Database& database, const std::string& path, Listeners& listeners)
    : database_(database), listeners_(listeners), connection_(path, SqliteConnection::Use::writes) {
  connection_.script(tables);
}

void SqliteWriter::run_group(Submitted first, WriteQueue& queue) {
  std::vector<Member> group;
  group.push_back({std::move(first)});
  {
    const std::lock_guard lock(mutex_);
    try {
      begin();
      gather(group, queue);
      commit();
    } catch (...) {
      roll_back();
      if (group.size() == 1)
        group.front().error = std::current_exception();
      else
        commit_each(group);
    }
  }
  if (std::ranges::any_of(group, [](const auto& member) { return !member.error && member.notes_something; }))
    listeners_.call();
  for (const auto& member : group) answer(member.submitted, member.error);
}

void SqliteWriter::run_alone(const Body& body) {
  bool notes_something = false;
  {
    const std::lock_guard lock(mutex_);
    try {
      begin();
      notes_something = run_one(body);
      commit();
    } catch (...) {
      roll_back();
      throw;
    }
  }
  if (notes_something) listeners_.call();
}

void SqliteWriter::lend(const std::function<void(SqliteConnection&)>& borrower) {
  const std::lock_guard lock(mutex_);
  borrower(connection_);
}

/// Throws only when the group's transaction is lost.
void SqliteWriter::gather(std::vector<Member>& group, WriteQueue& queue) {
  // Where many wait, a group works twice as long as its commit takes: a slow disk has larger groups, not more commits.
  const auto span = std::clamp<std::chrono::steady_clock::duration>(2 * commit_took_, group_time_min, group_time_max);
  const auto end = std::chrono::steady_clock::now() + span;
  for (std::size_t i = 0; i < group.size(); ++i) {
    auto& member = group[i];
    try {
      member.notes_something = run_one(member.submitted.body);
    } catch (...) {
      member.error = std::current_exception();
      if (!connection_.in_transaction()) throw;
    }
    if (group.size() >= group_max || std::chrono::steady_clock::now() >= end) continue;
    if (auto next = queue.try_pop()) group.push_back({std::move(*next)});
  }
}

void SqliteWriter::commit_each(std::vector<Member>& group) {
  for (auto& member : group) {
    member.error = nullptr;
    try {
      begin();
      member.notes_something = run_one(member.submitted.body);
      commit();
    } catch (...) {
      member.error = std::current_exception();
      roll_back();
    }
  }
}

void SqliteWriter::begin() {
  connection_.run("begin immediate");
  head_ = 0;
  // Asked each time, since another process may have written.
  connection_.run("select max(position) from changes", {}, [&](const Row& row) { head_ = row[0].integer; });
}

void SqliteWriter::commit() {
  const auto begun = std::chrono::steady_clock::now();
  connection_.run("commit");
  commit_took_ = std::chrono::steady_clock::now() - begun;
}

void SqliteWriter::roll_back() noexcept {
  if (!connection_.in_transaction()) return;
  try {
    connection_.run("rollback");
  } catch (const Error&) {
    must(!connection_.in_transaction(), "a transaction on SQLite can be rolled back");
  }
}

/// Answers whether anything was noted. Throws what the body threw, after undoing it.
bool SqliteWriter::run_one(const Body& body) {
  const InsideBody inside(&database_);
  const auto head_before = head_;
  connection_.run("savepoint one");
  try {
    SqliteWriting tx(connection_);
    body(tx);
    tx.throw_failure();
    place(tx.notes());
    connection_.run("release one");
    return !tx.notes().empty();
  } catch (...) {
    head_ = head_before;
    if (connection_.in_transaction()) {
      connection_.run("rollback to one");
      connection_.run("release one");
    }
    throw;
  }
}

void SqliteWriter::place(const std::vector<Note>& notes) {
  const auto before = head_;
  for (const auto& note : notes) {
    const Cell cells[] = {Cell::of(++head_), Cell::of(note.noun), Cell::of(note.row_id),
                          Cell::of(std::string(name_of(note.kind)))};
    connection_.run("insert into changes (position, noun, row_id, kind) values ($1, $2, $3, $4)", cells);
  }
  if (before / feed_trim_every == head_ / feed_trim_every) return;
  const Cell oldest = Cell::of(head_ - feed_kept);
  connection_.run("delete from changes where position <= $1", std::span(&oldest, 1));
}

}  // namespace welkin::sql
