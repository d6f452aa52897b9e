// Answers as text: tables, CSV, JSON.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/columns.hpp"

namespace welkin::cli {

/// Aligned columns under their names. With a `width`, no line is longer: what is too long is cut. 0 cuts
/// nothing.
std::string table_text(const Rows& rows, const std::vector<std::string>& columns, std::size_t width);
/// Names and values in two columns.
std::string record_text(const std::vector<std::pair<std::string, std::string>>& fields, std::size_t width);
/// RFC 4180, with a header. `shown`: it goes to a terminal, so control characters are made harmless.
std::string csv_text(const Rows& rows, const std::vector<std::string>& columns, bool shown);
/// JSON with line ends and indentation; control characters and what turns writing are escaped.
std::string json_text(const boost::json::value& value);

}  // namespace welkin::cli
