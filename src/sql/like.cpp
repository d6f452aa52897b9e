// Patterns for LIKE.
#include "sql/like.hpp"

#include "base/sink.hpp"

namespace welkin::sql {

std::string like_with(std::string_view text) {
  std::string out = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '!') out += '!';
    out += c;
  }
  return out + "%";
}

std::string like_listing(std::string_view text) {
  std::string quoted;
  append_json_string(quoted, text);
  return like_with(quoted);
}

}  // namespace welkin::sql
