// What is remembered of journeys: one row each, and one for each of their steps.
#pragma once

#include "sql/rows.hpp"

namespace welkin::durable {

CHOICES(FlowState, (running, "running"), (unwinding, "unwinding"), (done, "done"), (failed, "failed"))
/// `unsure`: it failed, but may have had its effect. `owed`: its undo did not succeed yet.
CHOICES(StepState, (done, "done"), (failed, "failed"), (unsure, "unsure"), (undone, "undone"), (owed, "owed"))

struct FlowRow {
  static constexpr std::string_view table = "flows";
  static constexpr std::string_view indexes[] = {"(state, owner_id)"};
  FIELDS(FlowRow,
    (Id<FlowRow>, id, "The journey."),
    (std::string, kind, "Which flow it runs."),
    (int, version, "The shape of the flow it was begun with."),
    (std::string, input, "Its order, as JSON."),
    (std::string, claim, "What it has taken at its begin, as JSON; empty when its kind takes nothing."),
    (FlowState, state, "Where it stands."),
    (std::string, output, "What it came to, as JSON."),
    (std::string, fault, "Name of the fault that ended it; empty when none did."),
    (std::string, message, "The sentence for its caller."),
    (std::string, cause, "What lay beneath, for operators."),
    (Uuid, owner_id, "Server that works on it."),
    (std::int64_t, epoch, "Grows each time it changes hands."),
    (bool, cancel_asked, "Somebody wants it to end."),
    (Time, created, "When it was begun."),
    (std::optional<Time>, ended, "When it was done or had failed."))
};

struct StepRow {
  static constexpr std::string_view table = "steps";
  static constexpr std::string_view indexes[] = {"unique (flow_id, place)", "(state) where state = 'owed'"};
  FIELDS(StepRow,
    (Id<StepRow>, id, "The entry."),
    (Id<FlowRow>, flow_id, "Its journey."),
    (std::int64_t, place, "Its place in the journey; see Flow."),
    (std::string, step, "Which step was taken."),
    (std::string, input, "With what, as JSON."),
    (std::string, answer, "What came of it, as JSON."),
    (StepState, state, "How it went."),
    (std::string, fault, "Name of the fault, if it failed."),
    (std::string, message, "The sentence for the caller, if it failed."),
    (Time, taken, "When."))
};

}  // namespace welkin::durable
