// Digests and their keyed forms.
#pragma once

#include <string>
#include <string_view>

namespace welkin::net {

/// These three answer the raw bytes.
std::string hmac_sha1(std::string_view key, std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);
std::string sha256(std::string_view text);

/// Bytes in lower-case hex.
std::string hex_of(std::string_view bytes);
std::string sha256_hex(std::string_view text);

/// Compares in a time that depends on the lengths only.
bool same_in_constant_time(std::string_view a, std::string_view b);

}  // namespace welkin::net
