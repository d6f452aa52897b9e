// JSON out, written straight into a string.
#include "base/sink.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <iterator>

namespace welkin {

namespace {
constexpr char hex[] = "0123456789abcdef";

/// True when one of eight bytes is below 0x20, a quote, a backslash, or not ASCII.
bool needs_care(std::uint64_t word) {
  constexpr std::uint64_t ones = 0x0101010101010101, highs = 0x8080808080808080;
  const auto has_zero = [](std::uint64_t w) { return (w - ones) & ~w & highs; };
  return ((word - ones * 0x20) & ~word & highs) | has_zero(word ^ (ones * '"')) | has_zero(word ^ (ones * '\\')) |
         (word & highs);
}

/// How many bytes at the start of `text` stand in JSON as they are.
std::size_t plain_length(std::string_view text) {
  const auto careful_at = [&](std::size_t at) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    return needs_care(word);
  };
  std::size_t at = 0;
  while (at + 8 <= text.size() && !careful_at(at)) at += 8;
  // The last word overlaps the one before, so that what is left over is looked at in one piece too.
  if (at + 8 > text.size() && text.size() >= 8 && !careful_at(text.size() - 8)) return text.size();
  const auto is_plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
  while (at < text.size() && is_plain(text[at])) ++at;
  return at;
}

/// Length of the well-formed UTF-8 sequence at the start of `text`, else 0 (Unicode 15, table 3-7).
std::size_t utf8_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? std::uint8_t(text[i]) : std::uint8_t(0); };
  const auto tail = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const auto first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xc2 && first <= 0xdf) return tail(1) ? 2 : 0;
  if (first >= 0xe0 && first <= 0xef) {
    const auto second = byte(1);
    if (first == 0xe0 && second < 0xa0) return 0;
    if (first == 0xed && second > 0x9f) return 0;
    return tail(1) && tail(2) ? 3 : 0;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const auto second = byte(1);
    if (first == 0xf0 && second < 0x90) return 0;
    if (first == 0xf4 && second > 0x8f) return 0;
    return tail(1) && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

void append_escaped(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default:
      out += "\\u00";
      out += hex[std::uint8_t(c) >> 4];
      out += hex[std::uint8_t(c) & 15];
  }
}

/// Appends `text` as it is in quotes, with a colon behind it for a name, in one growth of `out`.
template <bool is_name>
[[gnu::always_inline]] inline void append_quoted(std::string& out, std::string_view text) {
  const auto at = out.size(), length = at + text.size() + (is_name ? 3 : 2);
  // What is made longer is not zeroed first: answers are made of names and short texts.
  out.resize_and_overwrite(length, [&](char* all, std::size_t) {
    all[at] = '"';
    std::memcpy(all + at + 1, text.data(), text.size());
    all[at + 1 + text.size()] = '"';
    if constexpr (is_name) all[length - 1] = ':';
    return length;
  });
}
}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  auto plain = plain_length(text);
  if (plain == text.size()) return append_quoted<false>(out, text);
  out += '"';
  for (;; plain = plain_length(text)) {
    out.append(text, 0, plain);
    text.remove_prefix(plain);
    if (text.empty()) break;
    std::size_t taken = 1;
    if (std::uint8_t(text[0]) < 0x80) {
      append_escaped(out, text[0]);
    } else if (const auto length = utf8_length(text)) {
      out.append(text, 0, length);
      taken = length;
    } else {
      out += "\xef\xbf\xbd";
    }
    text.remove_prefix(taken);
  }
  out += '"';
}

void JsonSink::key(std::string_view member, std::string_view wire) {
  separate();
  const auto name = names_ == Names::wire ? wire : member;
  comma_ = false;
  if (plain_length(name) == name.size()) return append_quoted<true>(out_, name);
  // A key of a map: it may come from outside.
  append_json_string(out_, name);
  out_ += ':';
}

void JsonSink::text(std::string_view value) {
  separate();
  append_json_string(out_, value);
}
void JsonSink::integer(std::int64_t value) {
  separate();
  const fmt::format_int digits(value);
  out_.append(digits.data(), digits.size());
}
void JsonSink::number(double value) {
  separate();
  if (std::isfinite(value))
    fmt::format_to(std::back_inserter(out_), "{}", value);
  else
    out_ += "null";
}
void JsonSink::boolean(bool value) {
  separate();
  out_ += value ? "true" : "false";
}
void JsonSink::time(Time value) {
  if (names_ == Names::wire)
    text(wire_time(value));
  else
    integer(value.time_since_epoch().count());
}
void JsonSink::null() {
  separate();
  out_ += "null";
}

}  // namespace welkin
