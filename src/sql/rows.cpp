// Statement texts and cells of row structs.
#include "sql/rows.hpp"

namespace welkin::sql::detail {

namespace {
constexpr std::string_view generation = "generation";
}

Statements::Statements(const Shape& shape, std::string_view table) {
  std::string places, sets;
  int place = 0;
  for (const auto& field : shape.fields) {
    ++place;
    const auto comma = place == 1 ? "" : ", ";
    columns += fmt::format("{}{}", comma, field.name);
    places += fmt::format("{}${}", comma, place);
    if (field.name == generation)
      has_generation = true;
    if (place > 1)
      sets += fmt::format("{}{} = {}", place == 2 ? "" : ", ", field.name,
                          field.name == generation ? std::string("generation + 1") : fmt::format("${}", place));
  }
  select = fmt::format("select {} from {}", columns, table);
  insert = fmt::format("insert into {} ({}) values ({})", table, columns, places);
  update = fmt::format("update {} set {} where id = $1", table, sets);
  if (has_generation) {
    const auto at = std::size_t(shape.by_name(generation) - shape.fields.data()) + 1;
    update += fmt::format(" and generation = ${}", at);
  }
  erase = fmt::format("delete from {} where id = $1", table);
}

std::vector<Cell> cells_of(const Shape& shape, const void* row) {
  std::vector<Cell> out;
  out.reserve(shape.fields.size());
  for (const auto& field : shape.fields) out.push_back(field.type->store(field.in(row)));
  return out;
}

void load_row(const Shape& shape, void* row, const Row& cells) {
  must(cells.size() == shape.fields.size(), "a row has a cell for each field");
  for (std::size_t i = 0; i < cells.size(); ++i) shape.fields[i].type->load(shape.fields[i].in(row), cells[i]);
}

void row_changed(std::string_view table) {
  throw Error(Fault::conflict, "Somebody else changed this at the same time; try again.", std::string(table));
}

}  // namespace welkin::sql::detail
