// Encoding and decoding, byte by byte.
#include "net/url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "net/utf8.hpp"

namespace welkin::net {

namespace {
constexpr char hex[] = "0123456789ABCDEF";

constexpr auto bare = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*_"))
    table[std::uint8_t(c)] = true;
  return table;
}();

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> decode(std::string_view text, bool plus_is_blank) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      out += char(high << 4 | low);
      i += 2;
    }
  }
  return out;
}

std::string decoded(std::string_view text, std::size_t bytes_max, std::string_view what) {
  // Three bytes at most stand for one: what is too long even so is not worth decoding.
  auto out = text.size() > 3 * bytes_max ? std::optional(std::string(text)) : form_decode(text);
  if (!out)
    throw Error(Fault::invalid,
                fmt::format("A {} of the query has a % without two hex digits behind it.", what));
  if (out->size() > bytes_max)
    throw Error(Fault::invalid, fmt::format("A {} of the query is longer than {} bytes.", what, bytes_max));
  return std::move(*out);
}
}  // namespace

void append_percent_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (bare[std::uint8_t(c)]) {
      out += c;
    } else {
      out += '%';
      out += hex[std::uint8_t(c) >> 4];
      out += hex[std::uint8_t(c) & 15];
    }
  }
}

std::string percent_encode(std::string_view text) {
  std::string out;
  append_percent_encoded(out, text);
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) { return decode(text, false); }

std::optional<std::string> form_decode(std::string_view text) {
  auto out = decode(text, true);
  if (out) out = well_formed(std::move(*out));
  return out;
}

std::optional<std::string> plain_path(std::string_view path) {
  const auto out = percent_decode(path);
  if (!out || !out->starts_with('/')) return std::nullopt;
  const auto bad = [](char c) { return std::uint8_t(c) < 0x20 || c == 0x7f || c == '\\'; };
  if (std::ranges::any_of(*out, bad)) return std::nullopt;
  for (std::size_t at = 1; at < out->size();) {
    const auto end = std::min(out->find('/', at), out->size());
    const auto name = std::string_view(*out).substr(at, end - at);
    if (name.empty() || name == "." || name == "..") return std::nullopt;
    at = end + 1;
  }
  return out;
}

TextPairs parse_query(std::string_view text, const QueryLimits& limits) {
  TextPairs out;
  while (!text.empty()) {
    const auto end = std::min(text.find('&'), text.size());
    const auto token = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto equals = std::min(token.find('='), token.size());
    if (token.empty() || (equals == token.size() && !limits.keeps_bare_names)) continue;
    if (out.size() == limits.keys_max)
      throw Error(Fault::invalid, fmt::format("The request has more than {} parameters.", limits.keys_max));
    auto value = equals == token.size() ? std::string()
                                        : decoded(token.substr(equals + 1), limits.value_bytes_max, "value");
    out.emplace_back(decoded(token.substr(0, equals), limits.name_bytes_max, "name"), std::move(value));
  }
  return out;
}

std::string query_of(const TextPairs& pairs) {
  std::string out;
  for (const auto& [name, value] : pairs) {
    if (!out.empty()) out += '&';
    append_percent_encoded(out, name);
    out += '=';
    append_percent_encoded(out, value);
  }
  return out;
}

}  // namespace welkin::net
