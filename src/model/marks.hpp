// What people put on things beside the things' own rows: tags, notes, details, icons.
#pragma once

#include "base/id.hpp"
#include "sql/database.hpp"

namespace welkin::model {

/// The thing is gone, and all its marks with it.
void forget_marks(sql::Transaction& tx, const Uuid& thing);

}  // namespace welkin::model
