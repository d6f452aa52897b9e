// UTF-8 by the table of its well-formed sequences.
#include "net/utf8.hpp"

#include <algorithm>
#include <cstdint>

namespace welkin::net {

namespace {
struct Form {
  std::uint8_t first_low, first_high;    ///< of the first byte
  std::uint8_t second_low, second_high;  ///< of the second; those after it are 80 to BF
  std::uint8_t length;
};
constexpr Form forms[] = {{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                          {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3},
                          {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
                          {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};

bool within(char c, std::uint8_t low, std::uint8_t high) {
  return std::uint8_t(c) >= low && std::uint8_t(c) <= high;
}

bool fits(const Form& form, std::string_view text) {
  if (text.size() < form.length || !within(text[0], form.first_low, form.first_high)) return false;
  if (!within(text[1], form.second_low, form.second_high)) return false;
  return std::ranges::all_of(text.substr(2, form.length - 2u), [](char c) { return within(c, 0x80, 0xbf); });
}
}  // namespace

std::size_t utf8_sequence(std::string_view text) {
  if (text.empty()) return 0;
  if (std::uint8_t(text[0]) < 0x80) return 1;
  for (const auto& form : forms)
    if (fits(form, text)) return form.length;
  return 0;
}

std::string well_formed(std::string text) {
  const std::string_view view = text;
  std::size_t good = 0;
  while (good < view.size()) {
    const auto length = utf8_sequence(view.substr(good));
    if (length == 0) break;
    good += length;
  }
  if (good == view.size()) return text;
  std::string out = text.substr(0, good);
  for (auto at = good; at < view.size();) {
    const auto length = utf8_sequence(view.substr(at));
    out += length ? view.substr(at, length) : replacement_character;
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

}  // namespace welkin::net
