// Regions as requests name them: by number.
#pragma once

#include "commands/command.hpp"
#include "model/region.hpp"

namespace welkin::commands {

/// Throws `invalid` when there is none.
model::Region region_numbered(sql::Transaction& tx, int number, std::string_view parameter);

}  // namespace welkin::commands
