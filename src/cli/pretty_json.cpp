// JSON for people. The library writes the plain values; only line ends and indentation are ours.
#include <fmt/format.h>

#include <utility>

#include "cli/render.hpp"
#include "net/utf8.hpp"

namespace welkin::cli {

namespace json = boost::json;

namespace {
void write(std::string& out, const json::value& value, std::size_t depth);

/// The library escapes what JSON forbids; DEL, C1 controls and marks that turn writing are left to us.
std::string quoted(const json::string& text) {
  const auto written = json::serialize(text);
  std::string out;
  for (std::string_view rest = written; !rest.empty();) {
    const auto size = std::max<std::size_t>(1, net::utf8_sequence(rest));
    const auto letter = rest.substr(0, size);
    const auto second = size > 1 ? static_cast<unsigned char>(letter[1]) : 0u;
    if (letter == "\x7f")
      out += "\\u007f";
    else if (size == 2 && letter[0] == '\xc2' && second < 0xa0)
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", second);
    else if (letter >= "\u202a" && letter <= "\u202e")
      fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                     0x2000 + ((second & 0x3f) << 6) + (letter[2] & 0x3f));
    else if (letter >= "\u2066" && letter <= "\u2069")
      fmt::format_to(std::back_inserter(out), "\\u{:04x}",
                     0x2000 + ((second & 0x3f) << 6) + (letter[2] & 0x3f));
    else
      out += letter;
    rest.remove_prefix(size);
  }
  return out;
}

void line(std::string& out, std::size_t depth) { out += '\n' + std::string(depth * 2, ' '); }

void write_object(std::string& out, const json::object& object, std::size_t depth) {
  bool first = true;
  out += '{';
  for (const auto& member : object) {
    if (!std::exchange(first, false)) out += ',';
    line(out, depth + 1);
    out += quoted(json::string(member.key())) + ": ";
    write(out, member.value(), depth + 1);
  }
  if (!first) line(out, depth);
  out += '}';
}

void write_array(std::string& out, const json::array& array, std::size_t depth) {
  bool first = true;
  out += '[';
  for (const auto& one : array) {
    if (!std::exchange(first, false)) out += ',';
    line(out, depth + 1);
    write(out, one, depth + 1);
  }
  if (!first) line(out, depth);
  out += ']';
}

void write(std::string& out, const json::value& value, std::size_t depth) {
  if (value.is_object())
    write_object(out, value.get_object(), depth);
  else if (value.is_array())
    write_array(out, value.get_array(), depth);
  else if (value.is_string())
    out += quoted(value.get_string());
  else if (value.is_double())
    out += fmt::format("{}", value.get_double());  // 0.5 where the library writes 5E-1
  else
    out += json::serialize(value);
}
}  // namespace

std::string json_text(const json::value& value) {
  std::string out;
  write(out, value, 0);
  return out + '\n';
}

}  // namespace welkin::cli
