// The words behind a command: name=value, held against what the command takes.
#pragma once

#include <string>
#include <vector>

#include "cli/catalogue.hpp"
#include "net/http.hpp"

namespace welkin::cli {

/// Parameters as they are sent: names in lower case up to a bracket, `@file` replaced by what the file holds.
/// Throws `invalid` for an unknown name, a word that is no name=value, and a name that is given twice.
net::TextPairs read_arguments(const Api& api, const std::vector<std::string>& words);
/// Throws `invalid` that names every parameter that must be given and is not.
void check_required(const Api& api, const net::TextPairs& parameters);

/// What `@file` stands for; `@-` is standard input, `@@x` is `@x`, and other values are themselves.
std::string value_of(const std::string& text);
/// The whole of a file of at most 4 MiB. Throws `missing`.
std::string read_whole_file(const std::string& file);

}  // namespace welkin::cli
