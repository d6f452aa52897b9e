// Bytes as letters (RFC 4648).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace welkin::net {

/// Standard alphabet with padding.
std::string base64(std::string_view bytes);
/// URL-safe alphabet without padding.
std::string base64_url(std::string_view bytes);
/// Reads both alphabets, with or without padding, blanks and line ends ignored; nothing for other text.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace welkin::net
