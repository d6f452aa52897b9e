// The one error of the house: a value that is thrown, and caught at the edges only.
#pragma once

#include <exception>
#include <source_location>
#include <string>
#include <utility>

namespace welkin {

/// What kind of thing went wrong. Each dialect maps these to its own codes in one switch; nobody else does.
enum class Fault {
  invalid,       ///< the caller's input is wrong
  unauthorized,  ///< nobody is known to be calling
  forbidden,     ///< the caller may not do this
  missing,       ///< no such thing, or none the caller may know of
  conflict,      ///< the thing is in another state
  rule_conflict, ///< another rule claims the same ports
  in_use,        ///< something still depends on the thing
  limited,       ///< a limit of the account, domain or project is reached
  exhausted,     ///< no capacity or address is left
  unsupported,   ///< Welkin, or this driver, cannot do it
  unreachable,   ///< a host, pool or server does not answer
  timeout,       ///< the deadline passed
  cancelled,     ///< somebody asked for an end
  internal,      ///< a defect or a broken machine
};

/// Thrown everywhere, caught in three places: dialect edge, journey step, agent edge.
struct Error : std::exception {
  Fault fault = Fault::internal;
  std::string message;  ///< one sentence for the caller: what is wrong, with which value, what to do
  std::string subject;  ///< the parameter or object it is about
  std::string cause;    ///< what happened underneath, for the log only
  std::source_location where;

  Error(Fault fault, std::string message, std::string subject = {}, std::string cause = {},
        std::source_location where = std::source_location::current())
      : fault(fault), message(std::move(message)), subject(std::move(subject)), cause(std::move(cause)),
        where(where) {}

  const char* what() const noexcept override { return message.c_str(); }

  /// True when the same call may succeed a moment later.
  bool worth_retrying() const { return fault == Fault::unreachable || fault == Fault::timeout; }
};

/// The fault's name as logs, journals and the wire write it.
std::string_view fault_name(Fault fault);
/// The inverse; an unknown name reads as `internal`.
Fault fault_named(std::string_view name);

/// Ends the process when the program's own reasoning is wrong. On in production.
[[noreturn]] void assertion_failed(const char* what, std::source_location where);
inline void must(bool holds, const char* what, std::source_location where = std::source_location::current()) {
  if (!holds) assertion_failed(what, where);
}

}  // namespace welkin
