// Finds $n in statements and refuses values that only one engine would take.
#include "sql/parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace welkin::sql {

namespace {
constexpr int number_max = 65535;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// The end of the quoted text, identifier or comment at `at`; `at` itself where none begins.
std::size_t end_of_quoted(std::string_view text, std::size_t at) {
  const auto after = [&](std::string_view mark, std::size_t from) {
    const auto found = text.find(mark, from);
    return found == std::string_view::npos ? text.size() : found + mark.size();
  };
  // A doubled quote ends one quoted piece and begins the next, which is the same to us.
  if (text[at] == '\'' || text[at] == '"') return after(text.substr(at, 1), at + 1);
  if (text.substr(at, 2) == "--") return after("\n", at + 2);
  if (text.substr(at, 2) == "/*") return after("*/", at + 2);
  return at;
}

/// How many bytes the character at the start of `text` has; 0 when it is not UTF-8 (RFC 3629 §4) or NUL.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const unsigned first = byte(0);
  if (first < 0x80) return first != 0;
  if (first >= 0xC2 && first < 0xE0) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first < 0xF0) {
    const unsigned second = byte(1);
    const bool overlong = first == 0xE0 && second < 0xA0;
    const bool surrogate = first == 0xED && second >= 0xA0;
    return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0 && first < 0xF5) {
    const unsigned second = byte(1);
    const bool outside = (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
    return follows(1) && follows(2) && follows(3) && !outside ? 4 : 0;
  }
  return 0;
}
}  // namespace

Numbered number_parameters(std::string_view statement) {
  Numbered out;
  std::size_t at = 0;
  while (at < statement.size()) {
    if (const auto end = end_of_quoted(statement, at); end != at) {
      out.text += statement.substr(at, end - at);
      at = end;
      continue;
    }
    if (statement[at] != '$' || at + 1 == statement.size() || !is_digit(statement[at + 1])) {
      out.text += statement[at++];
      continue;
    }
    int number = 0;
    for (++at; at < statement.size() && is_digit(statement[at]); ++at)
      number = std::min(number_max, number * 10 + (statement[at] - '0'));
    auto place = std::ranges::find(out.from, number);
    if (place == out.from.end()) place = out.from.insert(place, number);
    out.text += fmt::format("${}", place - out.from.begin() + 1);
  }
  return out;
}

std::vector<std::string_view> split_statements(std::string_view text) {
  std::vector<std::string_view> out;
  std::size_t begin = 0, at = 0;
  bool says_something = false;
  const auto end_statement = [&] {
    if (says_something) out.push_back(text.substr(begin, at - begin));
    says_something = false;
  };
  while (at < text.size()) {
    if (const auto end = end_of_quoted(text, at); end != at) {
      if (text[at] == '\'' || text[at] == '"') says_something = true;
      at = end;
    } else if (text[at] == ';') {
      end_statement();
      begin = ++at;
    } else {
      if (static_cast<unsigned char>(text[at]) > ' ') says_something = true;
      ++at;
    }
  }
  end_statement();
  return out;
}

void check_cell(const Cell& cell) {
  if (cell.kind == Cell::Kind::real && std::isnan(cell.real))
    throw Error(Fault::invalid, "A number that is to be kept is not a number.");
  if (cell.kind != Cell::Kind::text) return;
  for (std::string_view rest = cell.text; !rest.empty();) {
    const auto bytes = rest[0] > 0 ? 1 : character_bytes(rest);  // most of what is kept is ASCII
    if (bytes == 0)
      throw Error(
          Fault::invalid,
          fmt::format("A text that is to be kept has byte {:#04x} at {}: it must be UTF-8 without NUL.",
                      static_cast<unsigned char>(rest[0]), cell.text.size() - rest.size()));
    rest.remove_prefix(bytes);
  }
}

const Cell& parameter(std::span<const Cell> parameters, int number, std::string_view statement) {
  if (number < 1 || std::size_t(number) > parameters.size())
    throw Error(Fault::internal,
                fmt::format("A statement asks for parameter {} of {}.", number, parameters.size()), {},
                std::string(statement));
  const auto& cell = parameters[std::size_t(number - 1)];
  check_cell(cell);
  return cell;
}

}  // namespace welkin::sql
