// Where the command line keeps its files, and how it writes them.
#pragma once

#include <functional>
#include <string>

namespace welkin::cli {

/// A variable of the environment; empty when it is not set.
using Environment = std::function<std::string(const char*)>;
std::string process_environment(const char* name);

/// `welkin` below $XDG_CONFIG_HOME or ~/.config, and below $XDG_CACHE_HOME or ~/.cache. Throws `invalid` when
/// there is no home.
std::string config_directory(const Environment& environment);
std::string cache_directory(const Environment& environment);

/// Puts `text` in place of the file's content at once, readable by its owner only. Makes directories. Throws
/// `internal`.
void replace_file(const std::string& file, const std::string& text);

}  // namespace welkin::cli
