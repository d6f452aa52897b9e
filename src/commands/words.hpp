// Tables that are written as words between blanks.
#pragma once

#include <algorithm>
#include <string_view>

namespace welkin::commands {

/// Calls `f` with each word of the text; `between` parts them.
template <class F>
void each_word(std::string_view text, F f, char between = ' ') {
  while (!text.empty()) {
    const auto end = std::min(text.find(between), text.size());
    if (end > 0) f(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

}  // namespace welkin::commands
