// Reads hardware addresses.
#include "net/mac.hpp"

#include <cctype>

namespace welkin::net {

std::optional<std::string> station_mac(std::string_view text) {
  if (text.size() != 17) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (i % 3 == 2 ? c != ':' : std::isxdigit(c) == 0) return std::nullopt;
    out += char(std::tolower(c));
  }
  return std::string_view("02468ace").contains(out[1]) ? std::optional(out) : std::nullopt;
}

}  // namespace welkin::net
