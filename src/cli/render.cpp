// Tables and CSV.
#include "cli/render.hpp"

#include <algorithm>
#include <charconv>

#include "cli/answer.hpp"
#include "cli/width.hpp"

namespace welkin::cli {

namespace {
constexpr std::size_t gap = 2;
using Line = std::vector<std::string>;

bool is_number(const Rows& rows, const std::string& column) {
  bool any = false;
  for (const auto& row : rows)
    if (const auto* value = row.if_contains(column)) {
      if (!value->is_number()) return false;
      any = true;
    }
  return any;
}

std::vector<std::size_t> widths_of(const std::vector<Line>& lines) {
  std::vector<std::size_t> out(lines.front().size());
  for (const auto& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) out[i] = std::max(out[i], width_of(line[i]));
  return out;
}

/// `right`: columns whose cells stand at their right edge.
std::string aligned(const std::vector<Line>& lines, const std::vector<bool>& right, std::size_t width) {
  const auto widths = widths_of(lines);
  std::string out;
  for (const auto& line : lines) {
    std::string text;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width_of(line[i]), ' ');
      text += (i ? std::string(gap, ' ') : "") + (right[i] ? padding + line[i] : line[i] + padding);
    }
    while (text.ends_with(' ')) text.pop_back();
    out += (width ? cut(text, width) : text) + '\n';
  }
  return out;
}

/// Programs that show tables take such a text for a formula, and somebody else may have written it.
bool is_formula(std::string_view text) {
  if (text.empty() || !std::string_view("=+-@\t\r").contains(text.front())) return false;
  if (text.front() == '+') text.remove_prefix(1);
  double number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure != std::errc() || end != text.data() + text.size();
}

std::string csv_field(const std::string& given) {
  const auto text = is_formula(given) ? "'" + given : given;
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char letter : text) out += letter == '"' ? std::string("\"\"") : std::string(1, letter);
  return out + '"';
}

template <class Text>
void csv_line(std::string& out, const std::vector<std::string>& columns, Text text) {
  for (std::size_t i = 0; i < columns.size(); ++i) out += (i ? "," : "") + csv_field(text(columns[i]));
  out += "\r\n";
}
}  // namespace

std::string table_text(const Rows& rows, const std::vector<std::string>& columns, std::size_t width) {
  if (columns.empty()) return "";
  std::vector<Line> lines(1);
  std::vector<bool> right;
  for (const auto& column : columns) {
    lines.front().push_back(harmless(column));
    right.push_back(is_number(rows, column));
  }
  for (const auto& row : rows) {
    Line line;
    for (const auto& column : columns) line.push_back(harmless(cell(row, column)));
    lines.push_back(std::move(line));
  }
  return aligned(lines, right, width);
}

std::string record_text(const std::vector<std::pair<std::string, std::string>>& fields, std::size_t width) {
  if (fields.empty()) return "";
  std::vector<Line> lines;
  for (const auto& [name, value] : fields) lines.push_back({harmless(name), harmless(value)});
  return aligned(lines, {false, false}, width);
}

std::string csv_text(const Rows& rows, const std::vector<std::string>& columns, bool shown) {
  if (columns.empty()) return "";
  std::string out;
  const auto plain = [shown](const std::string& text) { return shown ? harmless(text) : text; };
  csv_line(out, columns, plain);
  for (const auto& row : rows)
    csv_line(out, columns, [&](const std::string& column) { return plain(cell(row, column)); });
  return out;
}

}  // namespace welkin::cli
