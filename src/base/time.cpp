// Prints and reads instants without the C library's time zones.
#include "base/time.hpp"

#include <fmt/format.h>

#include <charconv>

namespace welkin {

namespace {
struct MachineClock final : Clock {
  Time now() override {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
};

struct Parts {
  int year, month, day, hour, minute, second, micros;
};

Parts parts_of(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{time - day};
  return {int(date.year()), int(unsigned(date.month())), int(unsigned(date.day())), int(clock.hours().count()),
          int(clock.minutes().count()), int(clock.seconds().count()), int(clock.subseconds().count())};
}

/// Walks over a text and takes what it expects.
struct Cursor {
  std::string_view rest;

  std::optional<int> digits(std::size_t count) {
    if (rest.size() < count) return std::nullopt;
    int value = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + count, value);
    if (error != std::errc{} || end != rest.data() + count || rest[0] == '-') return std::nullopt;
    rest.remove_prefix(count);
    return value;
  }
  bool take(char c) {
    if (rest.empty() || rest[0] != c) return false;
    rest.remove_prefix(1);
    return true;
  }
};

std::optional<Duration> parse_offset(Cursor& at) {
  if (at.take('Z') || at.rest.empty()) return Duration{0};
  const bool minus = at.take('-');
  if (!minus && !at.take('+')) return std::nullopt;
  const auto hours = at.digits(2);
  at.take(':');
  const auto minutes = at.rest.empty() ? std::optional<int>(0) : at.digits(2);
  if (!hours || !minutes) return std::nullopt;
  const Duration offset = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
  return minus ? -offset : offset;
}
}  // namespace

Clock& machine_clock() {
  static MachineClock clock;
  return clock;
}

std::string wire_time(Time time) {
  const auto p = parts_of(time);
  std::string out = "0000-00-00T00:00:00+0000";
  const auto put = [&](std::size_t end, int value) {
    for (; value > 0; value /= 10) out[--end] = char('0' + value % 10);
  };
  put(4, p.year % 10000), put(7, p.month), put(10, p.day), put(13, p.hour), put(16, p.minute), put(19, p.second);
  return out;
}

std::string exact_time(Time time) {
  const auto p = parts_of(time);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", p.year, p.month, p.day, p.hour, p.minute, p.second,
                     p.micros);
}

std::optional<Time> parse_time(std::string_view text, bool end_of_day) {
  Cursor at{text};
  const auto year = at.digits(4);
  if (!year || !at.take('-')) return std::nullopt;
  const auto month = at.digits(2);
  if (!month || !at.take('-')) return std::nullopt;
  const auto day = at.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(unsigned(*month)),
                                         std::chrono::day(unsigned(*day))};
  if (!date.ok()) return std::nullopt;
  Time time = std::chrono::sys_days(date);
  if (at.rest.empty()) return end_of_day ? time + 24h - 1s : time;
  if (!at.take('T') && !at.take(' ')) return std::nullopt;
  const auto hour = at.digits(2);
  if (!hour || *hour > 23 || !at.take(':')) return std::nullopt;
  const auto minute = at.digits(2);
  if (!minute || *minute > 59 || !at.take(':')) return std::nullopt;
  const auto second = at.digits(2);
  if (!second || *second > 59) return std::nullopt;
  time += std::chrono::hours(*hour) + std::chrono::minutes(*minute) + std::chrono::seconds(*second);
  if (at.take('.')) {
    Duration unit = 100ms;
    while (auto digit = at.digits(1)) {
      time += unit * *digit;
      unit /= 10;
    }
  }
  const auto offset = parse_offset(at);
  if (!offset || !at.rest.empty()) return std::nullopt;
  return time - *offset;
}

}  // namespace welkin
