// All commands there are.
#pragma once

#include "access/roles.hpp"
#include "commands/command.hpp"

namespace welkin::commands {

std::vector<Command> all_commands();
/// What the rules of a role say of the command, or its audience where no rule fits.
bool allows(const access::Rules& rules, const Command& command);

}  // namespace welkin::commands
