// libpq in pipeline mode, with deadlines and a cache of prepared statements.
#include "sql/postgres/connection.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "base/log.hpp"
#include "sql/parameters.hpp"
#include "sql/postgres/values.hpp"

namespace welkin::sql {

namespace {
constexpr std::size_t statements_max = 512;

// A server that hangs must not take us with it: it gives up before `patience_` does.
constexpr std::string_view session_statement =
    "select set_config('statement_timeout', '30s', false), set_config('lock_timeout', '20s', false), "
    "set_config('idle_in_transaction_session_timeout', '60s', false), set_config('jit', 'off', false)";

/// What stands before `dbname` gives way to the url, what stands behind it does not (libpq manual,
/// PQconnectdbParams).
pg_conn* connect(const std::string& url) {
  const char* names[] = {"connect_timeout", "application_name",     "keepalives_idle", "keepalives_interval",
                         "tcp_user_timeout", "target_session_attrs", "dbname",          "client_encoding",
                         nullptr};
  const char* values[] = {"5", "welkin", "10", "5", "30000", "read-write", url.c_str(), "UTF8", nullptr};
  return PQconnectdbParams(names, values, 1);
}

void log_notice(void*, const char* text) { log::debug("PostgreSQL says: {}", text); }

bool went_well(const pg_result* result) {
  const auto status = PQresultStatus(result);
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}
}  // namespace

void PostgresAnswer::Clear::operator()(pg_result* result) const { PQclear(result); }

void PostgresAnswer::each(const std::function<void(const Row&)>& row) const {
  if (result_) each_row(result_.get(), row);
}

std::int64_t PostgresAnswer::touched() const {
  // A SELECT's rows were seen, not touched.
  if (!result_ || std::string_view(PQcmdStatus(result_.get())).starts_with("SELECT")) return 0;
  return std::strtoll(PQcmdTuples(result_.get()), nullptr, 10);
}

void PostgresConnection::Finish::operator()(pg_conn* connection) const { PQfinish(connection); }

PostgresConnection::PostgresConnection(const std::string& url)
    : connection_(connect(url)), cache_(statements_max) {
  must(connection_ != nullptr, "there is memory for a connection");
  PQsetNoticeProcessor(connection_.get(), log_notice, nullptr);
  if (PQstatus(connection_.get()) != CONNECTION_OK) lose(PQerrorMessage(connection_.get()));
  const char* encoding = PQparameterStatus(connection_.get(), "server_encoding");
  if (!encoding || std::string_view(encoding) != "UTF8")
    throw Error(Fault::unsupported,
                fmt::format("The PostgreSQL database keeps text as {}; make one with encoding UTF8.",
                            encoding ? encoding : "nothing known"));
  if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1)
    lose(PQerrorMessage(connection_.get()));
  queue(session_statement);
  run();
}

PostgresConnection::~PostgresConnection() = default;

void PostgresConnection::queue(std::string_view statement, std::span<const Cell> parameters) {
  const auto& known = prepared(statement);
  TextParameters values(known.from, parameters, statement);
  note_sent(PQsendQueryPrepared(connection_.get(), known.name.c_str(), values.count(), values.data(), nullptr,
                                nullptr, 0),
            statement, false);
}

void PostgresConnection::queue_control(std::string_view statement) {
  const std::string text(statement);
  note_sent(PQsendQueryParams(connection_.get(), text.c_str(), 0, nullptr, nullptr, nullptr, nullptr, 0),
            text, false);
}

PostgresAnswer PostgresConnection::run() {
  send();
  skip_unread();
  std::optional<PostgresFailure> failure;
  PostgresAnswer answer(read_answers(std::chrono::steady_clock::now() + patience_, failure));
  if (failure) throw *failure;
  return answer;
}

void PostgresConnection::send() {
  if (PQpipelineSync(connection_.get()) != 1) lose(PQerrorMessage(connection_.get()));
  unread_.push_back(std::move(queued_));
  queued_.clear();
}

void PostgresConnection::check(std::string_view statement) {
  prepared(statement);
  run();
}

/// Queues the preparation of a statement that is new. The cache learns it at once, and forgets it if that
/// fails.
const PostgresConnection::Prepared& PostgresConnection::prepared(std::string_view statement) {
  if (const auto* known = cache_.find(statement)) return *known;
  auto numbered = number_parameters(statement);
  Prepared fresh{fmt::format("w{}", next_name_++), std::move(numbered.from)};
  note_sent(PQsendPrepare(connection_.get(), fresh.name.c_str(), numbered.text.c_str(), 0, nullptr),
            statement, true);
  if (const auto oldest = cache_.keep(statement, std::move(fresh)))
    queue_control(fmt::format("deallocate {}", oldest->name));
  return *cache_.find(statement);
}

void PostgresConnection::note_sent(int went, std::string_view statement, bool prepares) {
  if (went != 1) lose(PQerrorMessage(connection_.get()));
  queued_.push_back({std::string(statement), prepares});
}

/// Reads the answers that nobody waits for, up to those of the last `send`.
void PostgresConnection::skip_unread() {
  std::optional<PostgresFailure> ignored;
  while (unread_.size() > 1) read_answers(std::chrono::steady_clock::now() + patience_, ignored);
}

/// Reads the answers to the first unread batch; answers the last that has rows, else the last.
PostgresConnection::Result PostgresConnection::read_answers(Instant end,
                                                            std::optional<PostgresFailure>& failure) {
  const auto sent = std::move(unread_.front());
  unread_.erase(unread_.begin());
  Result last;
  bool rows_seen = false;
  for (const auto& [statement, prepares] : sent) {
    auto answer = read_answer(end);
    if (went_well(answer.get())) {
      const bool has_rows = PQresultStatus(answer.get()) == PGRES_TUPLES_OK;
      if (!prepares && (has_rows || !rows_seen)) last = std::move(answer);
      rows_seen = rows_seen || has_rows;
      continue;
    }
    if (prepares) cache_.forget(statement);
    if (PQresultStatus(answer.get()) == PGRES_PIPELINE_ABORTED) continue;
    const char* state = PQresultErrorField(answer.get(), PG_DIAG_SQLSTATE);
    auto found = failure_of(state ? state : "", PQresultErrorMessage(answer.get()), statement);
    if (found.cure == Cure::reconnect) {
      lost_ = true;
      throw found;
    }
    if (!failure) failure.emplace(std::move(found));
  }
  if (PQresultStatus(next(end).get()) != PGRES_PIPELINE_SYNC) lose("the pipeline is out of step");
  return last;
}

/// One statement's answer, and the nothing behind it.
PostgresConnection::Result PostgresConnection::read_answer(Instant end) {
  auto answer = next(end);
  if (!answer) lose(PQerrorMessage(connection_.get()));
  while (next(end)) {
  }
  return answer;
}

PostgresConnection::Result PostgresConnection::next(Instant end) {
  while (PQisBusy(connection_.get())) wait(end);
  return Result(PQgetResult(connection_.get()));
}

void PostgresConnection::wait(Instant end) {
  const int unsent = PQflush(connection_.get());
  if (unsent < 0) lose(PQerrorMessage(connection_.get()));
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
  pollfd socket{PQsocket(connection_.get()), short(unsent ? POLLIN | POLLOUT : POLLIN), 0};
  const int ready = ::poll(&socket, 1, std::max(0, int(left.count())));
  if (ready < 0 && errno != EINTR) lose(std::strerror(errno));
  if (ready == 0) lose("no answer in time");
  if (ready > 0 && (socket.revents & ~POLLOUT) != 0 && PQconsumeInput(connection_.get()) != 1)
    lose(PQerrorMessage(connection_.get()));
}

void PostgresConnection::lose(std::string_view why) {
  lost_ = true;
  throw failure_of("", why, "the connection");
}

}  // namespace welkin::sql
