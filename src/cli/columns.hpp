// Which fields of a list become columns when nobody says which.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

namespace welkin::cli {

using Rows = std::vector<boost::json::object>;

/// Every member of any row, in the order of their appearance.
std::vector<std::string> all_columns(const Rows& rows);
/// Members with plain values that fit side by side into `width`, the most telling first; at least one.
std::vector<std::string> telling_columns(const Rows& rows, std::size_t width);

}  // namespace welkin::cli
