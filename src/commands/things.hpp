// Things that clients name by a word for their kind and an id: what tags, notes, details and icons stand on.
#pragma once

#include "commands/command.hpp"
#include "model/annotation.hpp"
#include "model/icon.hpp"
#include "model/resource_detail.hpp"
#include "model/tag.hpp"

namespace welkin::commands {

/// A thing, and whose it is: nobody's where both are nil.
struct Thing {
  Uuid id;
  std::string name;
  access::Owner owner;
};

/// The thing of this kind, fetched and authorized at the door. Throws what the door throws.
Thing thing_of(Call& call, sql::Transaction& tx, model::TaggedKind kind, const std::string& id, access::Use use,
               std::string_view parameter);
Thing thing_of(Call& call, sql::Transaction& tx, model::AnnotatedKind kind, const std::string& id, access::Use use,
               std::string_view parameter);
Thing thing_of(Call& call, sql::Transaction& tx, model::DetailedKind kind, const std::string& id, access::Use use,
               std::string_view parameter);
Thing thing_of(Call& call, sql::Transaction& tx, model::IconKind kind, const std::string& id, access::Use use,
               std::string_view parameter);

/// What a request names by kind and ids, each once. Throws `invalid` for none.
template <class Kind>
std::vector<Thing> things_of(Call& call, sql::Transaction& tx, Kind kind, const std::vector<std::string>& ids,
                             access::Use use) {
  if (ids.empty())
    throw Error(Fault::invalid, "Say what is meant: give resourceids.", "resourceids");
  std::vector<Thing> out;
  for (const auto& id : ids) {
    auto thing = thing_of(call, tx, kind, id, use, "resourceids");
    if (std::ranges::find(out, thing.id, &Thing::id) == out.end()) out.push_back(std::move(thing));
  }
  return out;
}

/// The name of a thing that has been authorized before; empty when it is gone.
std::string name_of_thing(sql::Transaction& tx, model::AnnotatedKind kind, const Uuid& id);

/// The map of details in the thing's own row, or null where details of its kind have a table of their own. `change` may
/// alter the map; the row is written when it answers true.
using ChangeDetails = std::function<bool(TextMap&)>;
bool in_own_row(model::DetailedKind kind);
/// Of an authorized thing whose kind keeps details in its own row.
void with_details(sql::Transaction& tx, model::DetailedKind kind, const Uuid& id, const ChangeDetails& change);

}  // namespace welkin::commands
