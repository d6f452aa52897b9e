// Second factors of logins: what a wrong one is told by.
#pragma once

#include <string_view>

namespace welkin::commands {

/// The subject of `unauthorized` errors about a second factor; dialects answer them with a code of their own.
inline constexpr std::string_view wrong_factor = "codefor2fa";

}  // namespace welkin::commands
