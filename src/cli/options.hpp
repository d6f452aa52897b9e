// What the command line says besides the command itself.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace welkin::cli {

enum class Format { table, json, csv };

struct Options {
  std::vector<std::string> words;  ///< verb, noun, name=value …
  Format format = Format::table;
  std::vector<std::string> columns;  ///< of --filter, in their order
  std::string profile;
  std::string admin_file;
  bool all = false;
  bool wait = true;
  double timeout_seconds = 0;  ///< for a job; 0 is for ever
  bool help = false;
};

/// Nothing when the process has only to exit with `status`: the version or a mistake, which is printed.
std::optional<Options> read_options(int count, const char* const* arguments, int& status);
/// The options as `--help` shows them.
std::string options_help();
/// What can be completed where an option may stand: each with a word on it.
std::vector<std::pair<std::string, std::string>> option_names();

}  // namespace welkin::cli
