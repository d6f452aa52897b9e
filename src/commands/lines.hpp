// Which texts of a request may have several lines.
#pragma once

#include <string_view>

namespace welkin::commands {

/// True of parameters whose texts may have several lines. All others are of one.
bool may_have_lines(std::string_view wire);

}  // namespace welkin::commands
