// When CloudStack got what Welkin has.
#pragma once

#include "commands/command.hpp"

namespace welkin::commands {

/// Tells each command the versions that brought it and its parameters.
void note_since(std::vector<Command>& commands);

}  // namespace welkin::commands
