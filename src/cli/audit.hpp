// `welkin audit verify`: whether the cloud's record of calls is whole.
#pragma once

#include "cli/cloud.hpp"
#include "cli/options.hpp"

namespace welkin::cli {

/// Computes the digests of all records anew, server by server, and answers where each chain ends: what one notes elsewhere
/// and gives next time, as SERVER:SEQUENCE:DIGEST in `words`. Throws `internal` that tells what is wrong.
std::string audit_command(Cloud& cloud, const Options& options, const std::vector<std::string>& words,
                          std::size_t width);

}  // namespace welkin::cli
