// Things that clients name by a word for their kind and an id: what tags stand on.
#pragma once

#include "commands/command.hpp"
#include "model/tag.hpp"

namespace welkin::commands {

/// A thing, and whose it is.
struct Thing {
  model::TaggedKind kind;
  Uuid id;
  access::Owner owner;
};

/// The thing of this kind, fetched and authorized at the door. Throws what the door throws.
Thing thing_of(Call& call, sql::Transaction& tx, model::TaggedKind kind, const std::string& id, access::Use use,
               std::string_view parameter);

}  // namespace welkin::commands
