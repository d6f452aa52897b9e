// All commands there are.
#pragma once

#include "commands/command.hpp"

namespace welkin::commands {

std::vector<Command> all_commands();

}  // namespace welkin::commands
