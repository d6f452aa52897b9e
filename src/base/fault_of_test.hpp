// How a call ends, for tests.
#pragma once

#include <optional>

#include "base/error.hpp"

namespace welkin {

/// The fault that `call` ends with; nothing when it succeeds.
template <class Call>
std::optional<Fault> fault_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.fault;
  }
  return std::nullopt;
}

}  // namespace welkin
