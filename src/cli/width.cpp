// Measures by the C library's wcwidth.
#include "cli/width.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <clocale>

#include "cli/words.hpp"
#include "net/utf8.hpp"

namespace welkin::cli {

namespace {
char32_t point_of(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  if (sequence.size() == 1) return lead;
  char32_t out = lead & (0x7fu >> sequence.size());
  for (const char byte : sequence.substr(1)) out = out << 6 | (static_cast<unsigned char>(byte) & 0x3fu);
  return out;
}

/// WHY: those let text pretend to be other text.
bool turns_writing(char32_t point) {
  return (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) || point == 0x200e ||
         point == 0x200f || point == 0x061c;
}

/// wcwidth knows Unicode only under a UTF-8 locale, whatever the user's is.
int columns(char32_t point) {
  static const bool ready = std::setlocale(LC_CTYPE, "C.UTF-8") != nullptr;
  return ready ? ::wcwidth(wchar_t(point)) : 1;
}

void append_harmless(std::string& out, std::string_view sequence) {
  const auto point = point_of(sequence);
  if (point == '\n')
    out += "\\n";
  else if (point == '\t')
    out += "\\t";
  else if (point == '\r')
    out += "\\r";
  else if (point < 0x20 || point == 0x7f)
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", unsigned(point));
  else if ((point >= 0x80 && point < 0xa0) || turns_writing(point) || point == 0x2028 || point == 0x2029)
    fmt::format_to(std::back_inserter(out), "\\u{:04x}", unsigned(point));
  else
    out += sequence;
}

/// Calls `visit` with each well-formed sequence.
template <class Visit>
void each_sequence(std::string_view text, Visit visit) {
  while (!text.empty()) {
    const auto size = std::max<std::size_t>(1, net::utf8_sequence(text));
    if (!visit(text.substr(0, size))) return;
    text.remove_prefix(size);
  }
}
}  // namespace

std::string harmless(std::string_view text) {
  std::string out;
  each_sequence(text, [&](std::string_view sequence) {
    if (net::utf8_sequence(sequence) == 0)
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<unsigned char>(sequence[0]));
    else
      append_harmless(out, sequence);
    return true;
  });
  return out;
}

std::size_t width_of(std::string_view text) {
  std::size_t out = 0;
  each_sequence(text, [&](std::string_view sequence) {
    out += std::size_t(std::max(0, columns(point_of(sequence))));
    return true;
  });
  return out;
}

std::string cut(std::string_view text, std::size_t width) {
  if (width_of(text) <= width) return std::string(text);
  if (width == 0) return "";
  std::string out;
  std::size_t taken = 0;
  each_sequence(text, [&](std::string_view sequence) {
    taken += std::size_t(std::max(0, columns(point_of(sequence))));
    if (taken > width - 1) return false;
    out += sequence;
    return true;
  });
  return out + "…";
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> out(1);
  for (const auto& word : split(text, ' ')) {
    if (!out.back().empty() && width_of(out.back()) + 1 + width_of(word) > width) out.emplace_back();
    out.back() += (out.back().empty() ? "" : " ") + word;
  }
  return out;
}

std::size_t terminal_width() {
  winsize size{};
  if (!::isatty(STDOUT_FILENO)) return 0;
  return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace welkin::cli
