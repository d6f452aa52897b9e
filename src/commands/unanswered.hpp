// Fields of CloudStack's answers that Welkin does not answer. None is forgotten: listApis names them all.
#pragma once

#include "commands/command.hpp"

namespace welkin::commands {

/// By the answer's name, each of its fields that is not answered, and what Welkin lacks for it.
const std::map<std::string_view, Lacks>& unanswered();

}  // namespace welkin::commands
