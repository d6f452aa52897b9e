// How the server asks a host's hands to do something, whatever carries the request.
#pragma once

#include "base/described.hpp"
#include "base/task.hpp"

namespace welkin::link {

/// Names one effect: asked twice, it is done once and answered twice. A host refuses an epoch older than the
/// newest it has seen for the same journey.
struct Operation {
  FIELDS(Operation,
    (Uuid, journey, "Who asks; nil for a mere look, which is neither remembered nor fenced."),
    (std::int64_t, step, "Which effect of the journey."),
    (std::int64_t, epoch, "Grows each time a server takes the journey over."),
    (std::int64_t, deadline_ms, "How long the caller waits."))
};

/// Requests to hosts. Answers arrive in any order, on the loop the implementation was made with.
struct Agents {
  virtual ~Agents() = default;
  /// `body` is the verb's spec as trusted JSON; so is the answer. Throws what the hand threw; `unreachable`
  /// when the host has no connection or loses it, `timeout` after the deadline.
  virtual Task<std::string> call(Uuid host, std::string_view verb, std::string body, Operation operation) = 0;
  virtual bool connected(Uuid host) const = 0;
};

}  // namespace welkin::link
