// Text format of parameters and results.
#include "sql/postgres/values.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>

#include "sql/parameters.hpp"

namespace welkin::sql {

namespace {
// Types of columns, from PostgreSQL's catalogue (pg_type.dat).
constexpr Oid type_bool = 16;
constexpr Oid type_int8 = 20;
constexpr Oid type_int2 = 21;
constexpr Oid type_int4 = 23;
constexpr Oid type_float4 = 700;
constexpr Oid type_float8 = 701;
constexpr Oid type_numeric = 1700;

SeenCell integer_cell(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  // Sums of BIGINT are NUMERIC, whole or not, and may be longer than 64 bits.
  if (error != std::errc{} || end != text.data() + text.size())
    return SeenCell::of(std::strtod(std::string(text).c_str(), nullptr));
  return SeenCell::of(value);
}

SeenCell cell_of(Oid type, std::string_view text) {
  switch (type) {
    case type_bool: return SeenCell::of(std::int64_t(text == "t"));
    case type_int2:
    case type_int4:
    case type_int8:
    case type_numeric: return integer_cell(text);
    case type_float4:
    case type_float8: return SeenCell::of(std::strtod(std::string(text).c_str(), nullptr));
    default: return SeenCell::of(text);
  }
}

/// Shortest text that reads back as the same number.
std::string number_text(const Cell& cell) {
  return cell.kind == Cell::Kind::integer ? fmt::format("{}", cell.integer) : fmt::format("{}", cell.real);
}
}  // namespace

TextParameters::TextParameters(const std::vector<int>& from, std::span<const Cell> parameters,
                               std::string_view statement) {
  numbers_.reserve(from.size());  // so that the pointers stay
  pointers_.reserve(from.size());
  for (const int number : from) {
    const auto& cell = parameter(parameters, number, statement);
    if (cell.is_null())
      pointers_.push_back(nullptr);
    else if (cell.kind == Cell::Kind::text)
      pointers_.push_back(cell.text.c_str());
    else
      pointers_.push_back(numbers_.emplace_back(number_text(cell)).c_str());
  }
}

void each_row(const pg_result* result, const std::function<void(const Row&)>& row) {
  const int columns = PQnfields(result);
  std::vector<SeenCell> cells(static_cast<std::size_t>(columns));
  for (int r = 0; r < PQntuples(result); ++r) {
    for (int c = 0; c < columns; ++c) {
      const std::string_view text(PQgetvalue(result, r, c), std::size_t(PQgetlength(result, r, c)));
      cells[std::size_t(c)] = PQgetisnull(result, r, c) ? SeenCell{} : cell_of(PQftype(result, c), text);
    }
    row(cells);
  }
}

std::string text_array(const std::vector<std::string_view>& elements) {
  std::string out = "{";
  for (const auto element : elements) {
    out += out.size() == 1 ? "\"" : ",\"";
    for (const char c : element) {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
    out += '"';
  }
  return out + "}";
}

}  // namespace welkin::sql
