// How a journey's step asks a host's hands.
#pragma once

#include <algorithm>

#include "flows/cloud.hpp"
#include "link/verbs.hpp"

namespace welkin::flows {

/// Names the `part`-th request of a step: a step may ask up to sixteen things of hands.
inline link::Operation operation_of(const durable::Stage& stage, int part = 0) {
  const auto sign = stage.step < 0 ? -1 : 1;
  return {stage.journey, stage.step * 16 + sign * part, stage.epoch,
          std::chrono::duration_cast<std::chrono::milliseconds>(stage.deadline).count()};
}

/// `co_await ask<&hypervisor::Driver::start>(stage, host, spec)`.
template <auto Method>
Task<link::AnswerOf<Method>> ask(durable::Stage& stage, Uuid host, link::SpecOf<Method> spec, int part = 0) {
  return link::ask<Method>(stage.cloud.agents, host, operation_of(stage, part), std::move(spec));
}

/// Reads our records in the middle of a step.
template <class F>
auto look(durable::Stage& stage, F body) {
  return sql::read(stage.cloud.database, std::move(body));
}

}  // namespace welkin::flows
