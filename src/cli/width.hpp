// Text for a terminal: without control characters, measured in columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace welkin::cli {

/// Control characters, marks that turn the direction of writing, and bytes that are not UTF-8 are made
/// visible:
/// `\n`, `\x1b`, `\u202e`.
std::string harmless(std::string_view text);
/// Columns that harmless text takes on a terminal.
std::size_t width_of(std::string_view text);
/// Harmless text of at most `width` columns; what is cut off shows as `…`.
std::string cut(std::string_view text, std::size_t width);

/// Harmless text broken between words into lines of at most `width` columns; a longer word has a line of its
/// own.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);

/// Columns of the terminal on stdout; nothing when stdout is no terminal.
std::size_t terminal_width();

}  // namespace welkin::cli
