// Names of faults, and the end of a process whose reasoning is wrong.
#include "base/error.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace welkin {

namespace {
constexpr std::array<std::string_view, 14> names = {
    "invalid", "unauthorized", "forbidden", "missing", "conflict", "rule_conflict", "in_use",
    "limited", "exhausted", "unsupported", "unreachable", "timeout", "cancelled", "internal"};
static_assert(static_cast<std::size_t>(Fault::internal) + 1 == names.size());
}  // namespace

std::string_view fault_name(Fault fault) { return names[static_cast<std::size_t>(fault)]; }

Fault fault_named(std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<Fault>(i);
  return Fault::internal;
}

void assertion_failed(const char* what, std::source_location where) {
  std::fprintf(stderr, "assertion failed: %s at %s:%u in %s\n", what, where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name());
  std::abort();
}

}  // namespace welkin
