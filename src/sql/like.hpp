// Patterns for LIKE whose texts come from outside: what would be a wildcard in them stands for itself.
#pragma once

#include <string>
#include <string_view>

namespace welkin::sql {

/// What a column that has `text` somewhere in it is like; to be said with `escape '!'`.
std::string like_with(std::string_view text);
/// What a column of a list of texts is like that has this one among them.
std::string like_listing(std::string_view text);

}  // namespace welkin::sql
