// The thread, its sweep once a second, and the list of its connections.
#include "net/server_loop.hpp"

#include <fmt/format.h>

#include "base/log.hpp"
#include "base/time.hpp"
#include "net/connection.hpp"

namespace welkin::net {

namespace {
constexpr std::size_t scratch_bytes = 64 << 10;

thread_local const ServerLoop* loop_of_this_thread = nullptr;

/// RFC 9110 §5.6.7.
std::string http_date(Time time) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[std::chrono::weekday(day).c_encoding()],
                     unsigned(date.day()), months[unsigned(date.month()) - 1], int(date.year()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}
}  // namespace

void ServerCore::count_out() {
  if (--connections != 0 || !stopping) return;
  const std::lock_guard lock(mutex);
  all_gone.notify_all();
}

ServerLoop::ServerLoop(std::shared_ptr<ServerCore> core) : core_(std::move(core)), scratch_(scratch_bytes) {
  now_ = std::chrono::steady_clock::now();
  date_ = http_date(machine_clock().now());
}

ServerLoop::~ServerLoop() { end(); }

void ServerLoop::begin() {
  events_.every(core_->options.sweep_every, [this] { sweep(); });
  thread_ = std::thread([this] { run(); });
}

void ServerLoop::run() {
  loop_of_this_thread = this;
  events_.run();
  while (!connections_.empty()) connections_.front()->close();
}

void ServerLoop::end() {
  events_.stop();
  if (thread_.joinable()) thread_.join();
}

bool ServerLoop::is_here() const { return loop_of_this_thread == this; }

void ServerLoop::adopt(Socket socket, const TlsContext& tls, std::string peer, bool refused) {
  auto connection = std::make_shared<Connection>(*this, std::move(socket), tls, std::move(peer));
  const auto place = connections_.insert(connections_.end(), connection);
  if (refused)
    connection->begin_refusal(place);
  else
    connection->begin(place);
}

void ServerLoop::forget(Place place) { connections_.erase(place); }

void ServerLoop::drain() {
  const std::vector all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->drain();
}

void ServerLoop::sweep() {
  now_ = std::chrono::steady_clock::now();
  date_ = http_date(machine_clock().now());
  const std::vector all(connections_.begin(), connections_.end());
  for (const auto& connection : all) connection->sweep();
}

}  // namespace welkin::net
