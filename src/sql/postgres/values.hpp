// Values between our cells and PostgreSQL's text format.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sql/database.hpp"

struct pg_result;

namespace welkin::sql {

/// Parameters as libpq wants them. The cells must outlive it.
class TextParameters {
 public:
  /// Takes the `from`th of the caller's parameters, in this order. Throws `invalid` or `internal`.
  TextParameters(const std::vector<int>& from, std::span<const Cell> parameters, std::string_view statement);
  int count() const { return int(pointers_.size()); }
  const char* const* data() const { return pointers_.data(); }

 private:
  std::vector<std::string> numbers_;
  std::vector<const char*> pointers_;
};

/// Calls `row` for each row of a result. Cells have the kind of their column's type.
void each_row(const pg_result* result, const std::function<void(const Row&)>& row);

/// `{"a","b"}`: a text[] (PostgreSQL manual, "Array Input and Output Syntax").
std::string text_array(const std::vector<std::string_view>& elements);

}  // namespace welkin::sql
