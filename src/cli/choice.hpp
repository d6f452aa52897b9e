// Which profile a call uses: by option, by the environment, or the one in use.
#pragma once

#include "cli/files.hpp"
#include "cli/options.hpp"
#include "cli/profile.hpp"

namespace welkin::cli {

std::string profile_file(const Environment& environment);

/// Throws `invalid` when no cloud, or nobody to be, is named.
Profile choose_profile(const Options& options, const Environment& environment);

/// The address as calls want it: with the path of the API when there is none.
std::string full_endpoint(const std::string& endpoint);
/// What tells clouds and callers apart, without a secret in it.
std::string identity_of(const Profile& profile);

}  // namespace welkin::cli
