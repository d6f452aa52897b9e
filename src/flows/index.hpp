// All journeys and all steps: what the engine knows by name.
#pragma once

#include "durable/flow.hpp"

namespace welkin::flows {

std::vector<durable::FlowKind> kinds();
/// Steps that have an undo.
std::vector<durable::AnyStep> steps();

}  // namespace welkin::flows
