// UTF-8 from outside, made well-formed.
#pragma once

#include <string>
#include <string_view>

namespace welkin::net {

inline constexpr std::string_view replacement_character = "\xef\xbf\xbd";  // U+FFFD

/// Bytes of the well-formed sequence at the start of `text` (Unicode 15, table 3-7), else 0.
std::size_t utf8_sequence(std::string_view text);
/// The text with U+FFFD in place of bytes that are not UTF-8.
std::string well_formed(std::string text);

}  // namespace welkin::net
