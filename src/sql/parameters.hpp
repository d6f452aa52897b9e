// What both engines need to know of a statement: where it ends, which of $1 … $n it mentions, and which
// values it takes.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/described.hpp"

namespace welkin::sql {

/// A statement whose parameters are numbered without holes, for engines that insist on it.
struct Numbered {
  std::string text;       ///< mentions $1 … $m
  std::vector<int> from;  ///< the caller's number of each of them
};
/// Reads over quoted text and comments.
Numbered number_parameters(std::string_view statement);

/// The statements of a text, without the semicolons between them, quoted text and comments left alone.
std::vector<std::string_view> split_statements(std::string_view text);

/// Refuses what one of the engines cannot keep: NUL or broken UTF-8 in text, and numbers that are not
/// numbers. Throws `invalid`.
void check_cell(const Cell& cell);

/// The caller's `number`th parameter, checked. Throws `internal` when it was not given.
const Cell& parameter(std::span<const Cell> parameters, int number, std::string_view statement);

}  // namespace welkin::sql
