// The version of all of Welkin's programs.
#pragma once

#include <string_view>

namespace welkin {
inline constexpr std::string_view version = "0.1.0";
}
