// What is archived or deleted of what has happened: events and alerts.
#pragma once

#include "commands/listing.hpp"

namespace welkin::commands {

/// Beside the rows that a request names by id.
struct Bygone {
  FIELDS(Bygone,
    (std::optional<Time>, start_date, "With enddate: only what was since."),
    (std::optional<Time>, end_date, "Only what was until."),
    (std::optional<std::string>, type, "Only what is of this type."))
};

/// Narrows to what a request means; `column` holds when it was. Throws `invalid` for a request that names nothing: it would
/// mean everything.
template <std::derived_from<Bygone> R>
Where& narrow_to_bygone(Where& where, const R& r, std::string_view column) {
  if (r.ids.empty() && !r.type && !r.end_date)
    throw Error(Fault::invalid, "Say what is meant: give ids, type or enddate.", "ids");
  if (r.start_date && !r.end_date)
    throw Error(Fault::invalid, "startdate needs enddate: say until when.", "startdate");
  if (r.start_date && *r.end_date < *r.start_date)
    throw Error(Fault::invalid, "Nothing is between startdate and enddate: enddate is before startdate.", "enddate");
  where.any_of("id", r.ids);
  if (r.start_date) where.that(fmt::format("{} >= $", column), *r.start_date);
  if (r.end_date) where.that(fmt::format("{} <= $", column), *r.end_date);
  return where;
}

}  // namespace welkin::commands
