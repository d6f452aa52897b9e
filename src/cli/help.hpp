// What is printed for those who ask how.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "cli/catalogue.hpp"

namespace welkin::cli {

/// Of the program as a whole; needs no cloud.
std::string general_help();
/// Of a command: what it does, its parameters, the fields of its answer.
std::string help_of(const Api& api, std::size_t width);
/// Of a verb: its nouns.
std::string help_of_verb(const Catalogue& catalogue, const std::string& verb, std::size_t width);
/// All commands as rows: command, async, description.
std::vector<boost::json::object> rows_of(const std::vector<const Api*>& apis);

}  // namespace welkin::cli
