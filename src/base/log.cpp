// One write(2) per log line, so that lines of several threads do not mix.
#include "base/log.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <ctime>
#include <utility>

namespace welkin::log {

namespace {
std::atomic<Level> lowest{Level::info};
thread_local std::string label;

constexpr std::string_view level_name(Level level) {
  switch (level) {
    case Level::debug: return "debug";
    case Level::info: return "info";
    case Level::warning: return "warning";
    case Level::error: return "error";
  }
  return "error";
}

std::string stamp() {
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::system_clock::to_time_t(now);
  const auto millis = std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() % 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900, parts.tm_mon + 1,
                     parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, millis);
}
}  // namespace

void set_level(Level level) { lowest = level; }
bool enabled(Level level) { return level >= lowest.load(std::memory_order_relaxed); }

Scope::Scope(std::string name) : outer_(std::exchange(label, std::move(name))) {}
Scope::~Scope() { label = std::move(outer_); }

void line(Level level, std::string_view message) {
  auto text = fmt::format("{} {} {}{}", stamp(), level_name(level), label.empty() ? "" : "[" + label + "] ", "");
  for (const char c : message) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      text += c == '\n' ? std::string("\\n") : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    else
      text += c;
  }
  text += '\n';
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace welkin::log
