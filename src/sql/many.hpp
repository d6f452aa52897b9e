// Many rows by their ids: one statement for a hundred, so that a page's companions cost no query each.
#pragma once

#include <algorithm>

#include "sql/rows.hpp"

namespace welkin::sql {

/// What stands between the brackets of `in (…)` for a hundred values: $1, $2 …
const std::string& hundred_places();

/// Calls `f` with what stands between the brackets of `in (…)` and with its cells, for a hundred ids at a time.
template <class F>
void in_hundreds(std::span<const Uuid> ids, F f) {
  static const std::string one_place = "$1";
  const std::size_t chunk = ids.size() == 1 ? 1 : 100;
  for (std::size_t at = 0; at < ids.size(); at += chunk) {
    std::vector<Cell> cells;
    cells.reserve(chunk);
    // Each chunk has the same length, so that the statement is prepared once.
    for (std::size_t i = 0; i < chunk; ++i) cells.push_back(Cell::of(ids[std::min(at + i, ids.size() - 1)].text()));
    f(chunk == 1 ? one_place : hundred_places(), cells);
  }
}

/// All rows whose `column` is one of `ids`: one query for a page's companions (nics of instances, and so on). The
/// order holds among the rows of one id.
template <RowStruct T>
std::vector<T> all_in(Transaction& tx, std::string_view column, std::span<const Uuid> ids,
                      std::string_view order = {}) {
  std::vector<T> out;
  in_hundreds(ids, [&](const std::string& places, const std::vector<Cell>& cells) {
    auto some = all_with<T>(
        tx, fmt::format("where {} in ({}){}{}", column, places, order.empty() ? "" : " order by ", order), cells);
    std::ranges::move(some, std::back_inserter(out));
  });
  return out;
}

}  // namespace welkin::sql
