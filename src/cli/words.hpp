// Words as people type them: without case, and how near one is to another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace welkin::cli {

/// ASCII letters in lower case.
std::string lower_case(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);

/// How many letters have to be put in, taken out, changed or swapped with their neighbour.
std::size_t edit_distance(std::string_view one, std::string_view other);
/// Those of `known` that may have been meant by `word`: the most alike, else those that contain it. At most
/// `limit`.
std::vector<std::string> nearest(std::string_view word, const std::vector<std::string>& known,
                                 std::size_t limit = 3);
/// ` Did you mean 'zoneid'?`, or nothing when no known word is near.
std::string suggestion(std::string_view word, const std::vector<std::string>& known);

}  // namespace welkin::cli
