// Parameters of CloudStack's commands that ask for what Welkin does not have. None is ignored: a request that sends one is
// refused, and listApis names them all.
#pragma once

#include "commands/binder.hpp"
#include "commands/command.hpp"

namespace welkin::commands {

/// Tells each command which parameters it lacks.
void note_lacks(std::vector<Command>& commands);

/// Throws `unsupported` for a parameter that the command lacks and that asks for something: one that is empty, false or -1
/// asks for nothing.
void refuse_lacks(const Command& command, const Parameters& parameters);

}  // namespace welkin::commands
