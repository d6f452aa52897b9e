// One connection to PostgreSQL, always in pipeline mode (libpq manual, "Pipeline Mode"): statements are
// queued and travel together. Used by one thread at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "sql/database.hpp"
#include "sql/postgres/failure.hpp"
#include "sql/statement_cache.hpp"

struct pg_conn;
struct pg_result;

namespace welkin::sql {

/// What a statement has answered.
class PostgresAnswer {
 public:
  struct Clear {
    void operator()(pg_result* result) const;
  };
  using Result = std::unique_ptr<pg_result, Clear>;

  explicit PostgresAnswer(Result result) : result_(std::move(result)) {}
  /// The connection may be used meanwhile: the rows have all arrived.
  void each(const std::function<void(const Row&)>& row) const;
  /// How many rows it touched.
  std::int64_t touched() const;

 private:
  Result result_;
};

class PostgresConnection {
 public:
  /// Waits at most 5 s for each address of the url. Throws `unreachable`.
  explicit PostgresConnection(const std::string& url);
  ~PostgresConnection();
  PostgresConnection(const PostgresConnection&) = delete;
  PostgresConnection& operator=(const PostgresConnection&) = delete;

  /// Adds a statement to what `run` sends. Parameters that it does not mention are left out.
  void queue(std::string_view statement, std::span<const Cell> parameters = {});
  /// The same for begin, commit and their like: they have no plan worth keeping, and nothing may stand before
  /// a begin.
  void queue_control(std::string_view statement);
  /// Sends what is queued and waits for all of it. Answers the rows of the last statement that has rows, else what the
  /// last one says. Throws a PostgresFailure for the first that failed; those behind it were not run.
  PostgresAnswer run();
  /// Sends what is queued and leaves its answers to the next `run`; for ends of transactions whose outcome is
  /// known.
  void send();
  /// Prepares a statement without running it. Throws a PostgresFailure.
  void check(std::string_view statement);
  /// How long `run` waits; 40 s unless told otherwise.
  void set_patience(std::chrono::seconds patience) { patience_ = patience; }
  static constexpr std::chrono::seconds patience_usual{40};
  /// True when nothing can be done with it any more.
  bool lost() const { return lost_; }

 private:
  struct Finish {
    void operator()(pg_conn* connection) const;
  };
  using Result = PostgresAnswer::Result;

  struct Prepared {
    std::string name;
    std::vector<int> from;  ///< the caller's number of each parameter
  };
  /// What an answer will be to.
  struct Sent {
    std::string statement;
    bool prepares = false;
  };

  using Instant = std::chrono::steady_clock::time_point;

  void set_up();
  const Prepared& prepared(std::string_view statement);
  void note_sent(int went, std::string_view statement, bool prepares);
  void skip_unread();
  Result read_answers(Instant end, std::optional<PostgresFailure>& failure);
  Result read_answer(Instant end);
  Result next(Instant end);
  void wait(Instant end);
  [[noreturn]] void lose(std::string_view why);

  std::unique_ptr<pg_conn, Finish> connection_;
  StatementCache<Prepared> cache_;
  std::vector<Sent> queued_;
  std::vector<std::vector<Sent>> unread_;  ///< sent, each with its sync, and not yet answered
  std::uint64_t next_name_ = 1;
  std::chrono::seconds patience_ = patience_usual;
  bool lost_ = false;
};

}  // namespace welkin::sql
