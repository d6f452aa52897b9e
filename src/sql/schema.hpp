// From row structs to tables: what to create, and how a live database differs.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sql/rows.hpp"

namespace welkin::sql {

/// What the schema needs to know of a row struct, with its type forgotten.
struct TableShape {
  const Shape& (*shape)();
  std::string_view table;
  /// As the struct says them: `unique (name) where removed is null`, `(account_id, created)`.
  std::span<const std::string_view> indexes;
  /// A fresh struct's cells, which rows get in columns that come later.
  std::vector<Cell> (*fresh)();
};

template <RowStruct T>
constexpr TableShape table_shape() {
  TableShape out{&shape_of<T>, T::table, {}, [] {
                   const T row{};
                   return detail::cells_of(shape_of<T>(), &row);
                 }};
  if constexpr (requires { T::indexes; }) out.indexes = T::indexes;
  return out;
}

/// `create table …; create index …;`, a statement per paragraph. Ids other than the first and optional fields
/// may be null.
std::string create_table(const TableShape& table);

/// The name of an index, which says what it is about, so that another index has another name. At most 63
/// bytes, as PostgreSQL has it.
std::string index_name(std::string_view table, std::string_view index);

/// How the live table differs from the struct, a sentence each: columns' names, types and nullability, and
/// indexes by their names. Columns' order does not matter.
std::vector<std::string> differences(Database& database, const TableShape& table);

/// The statements that are missing. What would lose or change rows stands there as a comment, for a person to
/// decide.
std::string migration(Database& database, std::span<const TableShape> tables);

}  // namespace welkin::sql
