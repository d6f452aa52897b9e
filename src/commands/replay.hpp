// Answers that were written once as JSON, written again in any dialect.
#pragma once

#include "commands/command.hpp"

namespace welkin::commands {

/// Writes parsed JSON into any sink.
void replay(Sink& sink, Json json);
/// The members of a JSON object alone, into one that is open.
void replay_members(Sink& sink, Json object);

/// What is inside of an answer, as JSON: an object, or an array of a list's rows.
std::string text_of(const Answer& answer);

}  // namespace welkin::commands
