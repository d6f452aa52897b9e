// SQLSTATE to fault.
#include "sql/postgres/failure.hpp"

#include <fmt/format.h>

namespace welkin::sql {

namespace {
struct Meaning {
  std::string_view state;  ///< or its first characters
  Fault fault;
  Cure cure;
  std::string_view message;
};

constexpr std::string_view gone = "The database does not answer; try again.";
constexpr std::string_view crowded = "Too many changes of the same things at the same time; try again.";
constexpr Meaning meanings[] = {
    {"23505", Fault::conflict, Cure::none, "There is one like this already."},
    {"23503", Fault::in_use, Cure::none, "Something still refers to this."},
    {"40001", Fault::unreachable, Cure::run_again, crowded},
    {"40P01", Fault::unreachable, Cure::run_again, crowded},
    {"53100", Fault::exhausted, Cure::none, "The disk of the database is full; free some space."},
    {"54000", Fault::invalid, Cure::none, "A text is too long for the database."},
    {"57014", Fault::timeout, Cure::none, "The database took too long."},
    {"55P03", Fault::timeout, Cure::none, "The database took too long."},
    {"0A000", Fault::internal, Cure::reconnect,
     "The database refused a statement."},  // a plan older than the schema
    {"26000", Fault::internal, Cure::reconnect,
     "The database refused a statement."},  // somebody dropped what we prepared
    {"25006", Fault::unreachable, Cure::reconnect, "The database only reads; another server took its place."},
    {"25P03", Fault::timeout, Cure::reconnect, "A transaction on the database was idle for too long."},
    {"53300", Fault::unreachable, Cure::reconnect, "The database has no connection left; try again."},
    {"57P", Fault::unreachable, Cure::reconnect, gone},
    {"08", Fault::unreachable, Cure::reconnect, gone},
};
}  // namespace

PostgresFailure failure_of(std::string_view state, std::string_view said, std::string_view statement) {
  const auto cause = fmt::format("{} {} in: {}", state, said, statement);
  const auto failure = [&](Cure cure, Fault fault, std::string_view message) {
    return PostgresFailure(cure, state, Error(fault, std::string(message), {}, cause));
  };
  if (state.empty()) return failure(Cure::reconnect, Fault::unreachable, gone);
  for (const auto& meaning : meanings)
    if (state.starts_with(meaning.state)) return failure(meaning.cure, meaning.fault, meaning.message);
  return failure(Cure::none, Fault::internal, "The database refused a statement.");
}

}  // namespace welkin::sql
