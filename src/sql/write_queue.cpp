// The queue in front of a database's own threads.
#include "sql/write_queue.hpp"

#include "base/log.hpp"

namespace welkin::sql {

namespace {
thread_local const Database* inside = nullptr;

std::optional<Submitted> take(std::deque<Submitted>& queue) {
  if (queue.empty()) return std::nullopt;
  std::optional<Submitted> out(std::move(queue.front()));
  queue.pop_front();
  return out;
}
}  // namespace

void answer(const Submitted& submitted, std::exception_ptr error) {
  try {
    submitted.done(std::move(error));
  } catch (const std::exception& thrown) {
    log::error("What follows a transaction failed: {}", thrown.what());
  }
}

void WriteQueue::push(Submitted submitted) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < limit) {
      queue_.push_back(std::move(submitted));
      wake_.notify_one();
      return;
    }
  }
  answer(submitted, std::make_exception_ptr(Error(
                        Fault::exhausted,
                        fmt::format("{} changes wait for the database already; try again later.", limit))));
}

std::optional<Submitted> WriteQueue::pop() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [&] { return closed_ || !queue_.empty(); });
  return take(queue_);
}

std::optional<Submitted> WriteQueue::try_pop() {
  const std::lock_guard lock(mutex_);
  return take(queue_);
}

void WriteQueue::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  wake_.notify_all();
}

InsideBody::InsideBody(const Database* database) : outer_(inside) {
  must_not_be(database);
  inside = database;
}
void InsideBody::must_not_be(const Database* database) {
  must(inside != database, "a transaction's body begins no other on the same database");
}
InsideBody::~InsideBody() { inside = outer_; }

}  // namespace welkin::sql
