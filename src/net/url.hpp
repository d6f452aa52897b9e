// Percent signs and query strings.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace welkin::net {

/// As CloudStack signs values: letters, digits and `. - * _` stay, all else is %XX in upper case, a blank %20
/// (Java's URLEncoder, then + replaced). Also good for building query strings.
std::string percent_encode(std::string_view text);
void append_percent_encoded(std::string& out, std::string_view text);

/// As in forms: + is a blank, %XX a byte; bytes that are not UTF-8 become U+FFFD. Nothing when a % is not
/// followed by two hex digits.
std::optional<std::string> form_decode(std::string_view text);
/// As in paths: + stays, and the bytes are passed on as they are.
std::optional<std::string> percent_decode(std::string_view text);

/// A request's path, decoded, as a path below some root: it starts with `/` and has no `.` or `..` between
/// slashes, no empty name, no backslash and no control character. Nothing for other paths.
std::optional<std::string> plain_path(std::string_view path);

struct QueryLimits {
  std::size_t keys_max = 5000;
  std::size_t name_bytes_max = 4 << 10;  ///< decoded
  std::size_t value_bytes_max =
      64 << 10;                   ///< decoded; CloudStack's longest parameter is 1 MiB of user data by POST
  bool keeps_bare_names = false;  ///< `a` without `=` counts as `a=` (S3) instead of nothing (CloudStack)
};

/// Takes `a=b&c=d` apart into decoded pairs, in order. Throws `invalid` beyond a limit and for bad percent
/// signs.
TextPairs parse_query(std::string_view text, const QueryLimits& limits = {});
/// The inverse.
std::string query_of(const TextPairs& pairs);

}  // namespace welkin::net
