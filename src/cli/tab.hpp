// `welkin complete`: what the completion scripts call.
#pragma once

#include <string>
#include <vector>

#include "cli/files.hpp"

namespace welkin::cli {

/// Lines of word, tab, note. Quiet and quick whatever is wrong: nothing to offer is an answer.
std::string complete(const std::vector<std::string>& words, const Environment& environment);

}  // namespace welkin::cli
