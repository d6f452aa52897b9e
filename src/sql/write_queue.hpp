// Transactions that wait for a thread of the database: bounded, in order.
#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>

#include "sql/database.hpp"

namespace welkin::sql {

/// A transaction that somebody waits for.
struct Submitted {
  Body body;
  std::function<void(std::exception_ptr)> done;
};

/// Calls `done`, whose failure would be a defect that nobody could be told of.
void answer(const Submitted& submitted, std::exception_ptr error);

class WriteQueue {
 public:
  static constexpr std::size_t limit = 65'536;

  /// Answers with `exhausted` at once when too many wait.
  void push(Submitted submitted);
  /// Waits for one; nothing when the queue is closed and empty.
  std::optional<Submitted> pop();
  /// One if there is one now.
  std::optional<Submitted> try_pop();
  /// Ends the waiting; what is in the queue can still be taken.
  void close();

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Submitted> queue_;
  bool closed_ = false;
};

/// Marks that this thread runs a body of `database`, which may use nothing but its transaction: to begin
/// another from inside would wait for itself on some engines and read another state on others.
class InsideBody {
 public:
  explicit InsideBody(const Database* database);
  ~InsideBody();
  InsideBody(const InsideBody&) = delete;
  InsideBody& operator=(const InsideBody&) = delete;
  /// Ends the process when this thread is inside a body of `database`.
  static void must_not_be(const Database* database);

 private:
  const Database* outer_;
};

}  // namespace welkin::sql
