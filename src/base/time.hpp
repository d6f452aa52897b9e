// Instants, durations and the clock that is handed in, so that a test may run a year in a second.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace welkin {

/// An instant in UTC with microseconds, as databases keep it.
using Time = std::chrono::sys_time<std::chrono::microseconds>;
using Duration = std::chrono::microseconds;
using namespace std::chrono_literals;

/// Where the time comes from. Nothing else in the house asks the machine what time it is.
struct Clock {
  virtual ~Clock() = default;
  virtual Time now() = 0;
};

/// The machine's own clock.
Clock& machine_clock();

/// `2026-11-22T07:08:57+0000`, the form in which CloudStack's API prints instants.
std::string wire_time(Time time);
/// `2026-11-22T07:08:57.123456Z`, for logs, journals and people.
std::string exact_time(Time time);
/// Reads ISO 8601 with an offset, `Z`, a plain date, or `yyyy-MM-dd HH:mm:ss`. A plain date is its first second,
/// or its last with `end_of_day`. Nothing for other text.
std::optional<Time> parse_time(std::string_view text, bool end_of_day = false);

}  // namespace welkin
