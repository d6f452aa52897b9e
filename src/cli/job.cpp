// Asks for a job again and again, seldomer with time.
#include "cli/job.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "base/error.hpp"
#include "cli/interrupt.hpp"
#include "cli/width.hpp"

namespace welkin::cli {

namespace json = boost::json;

namespace {
using Steady = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;
constexpr Seconds first_pause{0.2}, longest_pause{2};
constexpr Seconds absence_max{60};  // of a server that is being restarted, say

/// One line on stderr that is written over; nothing where stderr is a file.
class Progress final {
 public:
  explicit Progress(std::string text) : text_(harmless(text)), shown_(::isatty(STDERR_FILENO) != 0) {}
  ~Progress() {
    if (shown_) fmt::print(stderr, "\r\x1b[K");
  }
  void turn(Seconds elapsed) {
    static constexpr std::string_view wheel = "|/-\\";
    if (shown_)
      fmt::print(
          stderr, "\r\x1b[K{}",
          cut(fmt::format("{} {:.0f} s  {}", wheel[turns_++ % wheel.size()], elapsed.count(), text_), 79));
    std::fflush(stderr);
  }

 private:
  std::string text_;
  bool shown_;
  std::size_t turns_ = 0;
};

int status_of(const json::object& job) {
  const auto* status = job.if_contains("jobstatus");
  return status && status->is_int64() ? int(status->get_int64()) : 0;
}

json::object result_of(const json::object& job) {
  const auto* result = job.if_contains("jobresult");
  return result && result->is_object() ? result->get_object() : json::object{{"success", true}};
}

[[noreturn]] void fail(const std::string& command, const json::object& job) {
  const auto result = result_of(job);
  const auto* code = result.if_contains("errorcode");
  const auto* text = result.if_contains("errortext");
  throw Refused(command, code && code->is_int64() ? int(code->get_int64()) : 530,
                text && text->is_string() ? std::string(text->get_string()) : "the job says no reason");
}

class Watch final {
 public:
  Watch(Cloud& cloud, const std::string& command, const std::string& job, std::optional<Seconds> limit)
      : cloud_(cloud),
        command_(command),
        job_(job),
        limit_(limit),
        progress_(fmt::format("{}, job {}", command, job)) {}

  json::object run() {
    for (auto pause = first_pause;; pause = std::min(pause * 1.3, longest_pause)) {
      if (auto job = ask()) {
        if (status_of(*job) == 1) return result_of(*job);
        if (status_of(*job) > 1) fail(command_, *job);
      }
      sleep(pause);
    }
  }

 private:
  Seconds elapsed() const { return Steady::now() - begun_; }
  [[noreturn]] void leave(std::string_view why, int status) const {
    throw LeftAlone(
        fmt::format("{} The job {} goes on; `welkin query asyncjobresult jobid={}` shows how it fares.", why,
                    job_, job_),
        status);
  }
  /// Nothing while the server is away.
  std::optional<json::object> ask() {
    try {
      auto job = cloud_.call("queryAsyncJobResult", {{"jobid", job_}});
      heard_ = Steady::now();
      return job;
    } catch (const Error& error) {
      if (!error.worth_retrying()) throw;
      if (Steady::now() - heard_ > absence_max) leave(error.message, 3);
      return std::nullopt;
    }
  }
  void sleep(Seconds pause) {
    for (const auto until = Steady::now() + pause; Steady::now() < until;) {
      if (waiting_.interrupted()) leave("Interrupted.", interrupted_status);
      if (limit_ && elapsed() > *limit_)
        leave(fmt::format("{} did not end within {} s.", command_, limit_->count()), 1);
      progress_.turn(elapsed());
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }

  Cloud& cloud_;
  const std::string& command_;
  const std::string& job_;
  const std::optional<Seconds> limit_;
  const Steady::time_point begun_ = Steady::now();
  Steady::time_point heard_ = begun_;
  const Waiting waiting_;
  Progress progress_;
};
}  // namespace

json::object wait_for_job(Cloud& cloud, const std::string& command, const std::string& job,
                          std::optional<Seconds> limit) {
  return Watch(cloud, command, job, limit).run();
}

}  // namespace welkin::cli
