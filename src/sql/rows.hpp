// Typed rows: described structs in tables. Column lists, parameters and mapping come from the struct.
//
// A row struct says `static constexpr std::string_view table = "zones";`, has `Id<Self> id` first, and may have
// `std::int64_t generation`, which grows with each update and refuses one that is based on an older state.
#pragma once

#include <fmt/format.h>

#include <optional>

#include "sql/database.hpp"

namespace welkin::sql {

template <class T>
concept RowStruct = Described<T> && requires { T::table; };

namespace detail {
/// Statement texts of one row struct, made once.
struct Statements {
  Statements(const Shape& shape, std::string_view table);
  std::string columns;  ///< id, name, …
  std::string select;   ///< select id, name, … from zones
  std::string insert;
  std::string update;
  std::string erase;
  bool has_generation = false;
};
template <RowStruct T>
const Statements& statements_of() {
  static const Statements statements(shape_of<T>(), T::table);
  return statements;
}
std::vector<Cell> cells_of(const Shape& shape, const void* row);
void load_row(const Shape& shape, void* row, const Row& cells);
[[noreturn]] void row_changed(std::string_view table);
}  // namespace detail

/// A value as a statement's parameter.
template <class T>
Cell cell(const T& value) {
  if constexpr (std::is_convertible_v<T, std::string_view>)
    return Cell::of(std::string(std::string_view(value)));
  else
    return type_of<T>().store(&value);
}

template <class... Args>
std::vector<Cell> cells(const Args&... args) {
  std::vector<Cell> out;
  out.reserve(sizeof...(args));
  (out.push_back(cell(args)), ...);
  return out;
}

/// Rows of `T` that match `rest`: `all<Zone>(tx, "where name = $1 order by id", name)`.
template <RowStruct T>
std::vector<T> all_with(Transaction& tx, std::string_view rest, std::span<const Cell> parameters) {
  std::vector<T> out;
  tx.query(fmt::format("{} {}", detail::statements_of<T>().select, rest), parameters,
           [&](const Row& row) { detail::load_row(shape_of<T>(), &out.emplace_back(), row); });
  return out;
}
template <RowStruct T, class... Args>
std::vector<T> all(Transaction& tx, std::string_view rest, const Args&... args) {
  return all_with<T>(tx, rest, cells(args...));
}

/// The first row that matches, or nothing.
template <RowStruct T, class... Args>
std::optional<T> first(Transaction& tx, std::string_view rest, const Args&... args) {
  auto rows = all<T>(tx, rest, args...);
  return rows.empty() ? std::nullopt : std::optional<T>(std::move(rows.front()));
}

/// By id; nothing when absent.
template <RowStruct T>
std::optional<T> get(Transaction& tx, const Id<T>& id) {
  return first<T>(tx, "where id = $1", id);
}

/// By id; absence is a defect of ours or of the database.
template <RowStruct T>
T need(Transaction& tx, const Id<T>& id) {
  auto row = get<T>(tx, id);
  if (!row)
    throw Error(Fault::missing, fmt::format("There is no {} {} any more.", T::described_as, id.text()), id.text());
  return std::move(*row);
}

/// Rows that count for somebody say for whom and how much, before and after a change. `count`, found beside what they
/// answer, is told of each change in its transaction: nobody can change a row and forget the count.
template <class T>
concept CountedRow =
    requires(Transaction& tx, const T& row) { count(tx, T::share_in_records(tx, row.id), row.share(tx)); };

template <RowStruct T>
void insert(Transaction& tx, const T& row) {
  tx.execute(detail::statements_of<T>().insert, detail::cells_of(shape_of<T>(), &row));
  if constexpr (CountedRow<T>) count(tx, {}, row.share(tx));
  tx.note(T::table, row.id, ChangeKind::added);
}

/// Writes the whole row. With a generation, it must be the one read, and grows. Throws `conflict` when the row has changed
/// or gone.
template <RowStruct T>
void update(Transaction& tx, T& row) {
  if constexpr (CountedRow<T>) count(tx, T::share_in_records(tx, row.id), row.share(tx));
  if (tx.execute(detail::statements_of<T>().update, detail::cells_of(shape_of<T>(), &row)) != 1)
    detail::row_changed(T::table);
  if constexpr (requires { row.generation; }) ++row.generation;
  tx.note(T::table, row.id, ChangeKind::changed);
}

/// Removes the row; absent is fine.
template <RowStruct T>
void erase(Transaction& tx, const Id<T>& id) {
  if constexpr (CountedRow<T>) count(tx, T::share_in_records(tx, id), {});
  const Cell key = cell(id);
  if (tx.execute(detail::statements_of<T>().erase, std::span(&key, 1)) != 0) tx.note(T::table, id, ChangeKind::removed);
}

/// The first column of the first row as a number; 0 when there is none.
template <class... Args>
std::int64_t count(Transaction& tx, std::string_view statement, const Args&... args) {
  std::int64_t out = 0;
  const auto parameters = cells(args...);
  tx.query(statement, parameters, [&](const Row& row) { out = row[0].integer; });
  return out;
}

/// Runs a body that answers something.
template <class F>
auto read(Database& database, F body) {
  std::optional<std::invoke_result_t<F&, Transaction&>> out;
  database.read([&](Transaction& tx) { out.emplace(body(tx)); });
  return std::move(*out);
}
template <class F>
auto write(Database& database, F body) {
  using T = std::invoke_result_t<F&, Transaction&>;
  if constexpr (std::is_void_v<T>) {
    database.write([&](Transaction& tx) { body(tx); });
  } else {
    std::optional<T> out;
    database.write([&](Transaction& tx) { out.emplace(body(tx)); });
    return std::move(*out);
  }
}

}  // namespace welkin::sql

// What every user of a row struct needs is compiled once: its header ends with `ROW_ELSEWHERE(welkin::model::Zone)` at
// global scope, and one source says `ROW_HERE` of it.
#define WELKIN_ROW(kind, T)                                                                                       \
  kind const ::welkin::Shape& welkin::shape_of<T>();                                                              \
  kind const ::welkin::sql::detail::Statements& welkin::sql::detail::statements_of<T>();                          \
  kind std::vector<T> welkin::sql::all_with<T>(Transaction&, std::string_view, std::span<const ::welkin::Cell>);  \
  kind std::optional<T> welkin::sql::get<T>(Transaction&, const ::welkin::Id<T>&);                                \
  kind T welkin::sql::need<T>(Transaction&, const ::welkin::Id<T>&);                                              \
  kind void welkin::sql::insert<T>(Transaction&, const T&);                                                       \
  kind void welkin::sql::update<T>(Transaction&, T&);                                                             \
  kind void welkin::sql::erase<T>(Transaction&, const ::welkin::Id<T>&);
#define ROW_ELSEWHERE(T) WELKIN_ROW(extern template, T)
#define ROW_HERE(T) WELKIN_ROW(template, T)
