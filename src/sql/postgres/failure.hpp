// What PostgreSQL says when something fails, and what it means to us.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace welkin::sql {

/// What to do after a failure. SQLSTATE: PostgreSQL manual, appendix A.
enum class Cure {
  none,        ///< the caller must know
  run_again,   ///< others were in the way: 40001, 40P01
  reconnect,   ///< the connection or the server has gone, or what was prepared is stale
};

/// Thrown by connections; a kind of Error to whoever does not know it.
struct PostgresFailure : Error {
  Cure cure;
  std::string state;
  PostgresFailure(Cure cure, std::string_view state, Error error)
      : Error(std::move(error)), cure(cure), state(state) {}
};

/// The failure that an SQLSTATE stands for; an empty one means that the connection is lost.
PostgresFailure failure_of(std::string_view state, std::string_view said, std::string_view statement);

}  // namespace welkin::sql
