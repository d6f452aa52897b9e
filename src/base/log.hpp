// Log lines on stderr: time, level, request and job, then the message; nothing secret passes here.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace welkin::log {

enum class Level { debug, info, warning, error };

/// Lines below this level are dropped. Defaults to info.
void set_level(Level level);
bool enabled(Level level);

/// Names the request or job that the current thread works for, until destroyed. Nested scopes restore the outer one.
class Scope {
 public:
  explicit Scope(std::string label);
  ~Scope();
  Scope(const Scope&) = delete;
  Scope& operator=(const Scope&) = delete;

 private:
  std::string outer_;
};

/// Writes one line; control characters in it are escaped, so that input cannot forge a line.
void line(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::debug)) line(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::info)) line(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(Level::warning)) line(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  line(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace welkin::log
