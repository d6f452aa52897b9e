// `welkin profile …`: the profiles seen and changed.
#pragma once

#include <string>
#include <vector>

#include "cli/choice.hpp"

namespace welkin::cli {

/// `words` are those behind `profile`. Answers what is to be printed, which never has a secret in it.
std::string profile_command(const Options& options, const std::vector<std::string>& words,
                            const Environment& environment, std::size_t width);

}  // namespace welkin::cli
