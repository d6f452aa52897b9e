// Writing to a file descriptor until nothing is left.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace welkin {

/// False, with errno set, when not all of it could be written.
inline bool write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(std::size_t(written));
  }
  return true;
}

}  // namespace welkin
