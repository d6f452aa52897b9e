// What a journey would do, told without doing it.
#pragma once

#include "durable/journal.hpp"
#include "flows/cloud.hpp"

namespace welkin::flows {

struct ForeseenVolume {
  FIELDS(ForeseenVolume,
    (Id<model::Volume>, id, "The volume, of one that is there."),
    (std::string, name, "By name."),
    (Id<model::StoragePool>, storage_id, "The pool it would lie in."),
    (std::string, storage, "By name."))
};
/// Where things would go, of a call that only rehearses. Administrators of the root domain alone are told of places.
struct Foreseen {
  FIELDS(Foreseen,
    (bool, changed, "False: nothing has been done."),
    (Id<model::Host>, host_id, "The host that the instance would run on."),
    (std::optional<std::string>, host_name, "By name."),
    (std::vector<ForeseenVolume>, volume, "Where its volumes would lie."))
  void hide_places() { *this = {}; }
};

/// In the transaction that has begun the journey, and that is to be rolled back: the records are as if its place had been
/// reserved. Throws what hinders it.
Foreseen foresee(sql::Transaction& tx, Cloud& cloud, const durable::FlowRow& flow);

}  // namespace welkin::flows
