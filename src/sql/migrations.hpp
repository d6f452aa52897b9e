// Numbered migrations, each applied once and remembered with its digest.
#pragma once

#include "sql/database.hpp"

namespace welkin::sql {

/// Applies those that are missing, in a transaction that excludes everybody else's. The table
/// `schema_version` exists. Throws `unsupported` when the schema is newer than `migrations` or one that was
/// applied differs from its text.
void apply_migrations(Transaction& tx, std::span<const std::string_view> migrations);

}  // namespace welkin::sql
