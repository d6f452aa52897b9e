// The program but for its entry: so that tests can run it.
#pragma once

#include "cli/files.hpp"

namespace welkin::cli {

/// Answers the exit status.
int run(int count, const char* const* arguments, const Environment& environment);

}  // namespace welkin::cli
