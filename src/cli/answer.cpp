// Tells lists from objects by their shape, as CloudStack's answers want it.
#include "cli/answer.hpp"

#include <fmt/format.h>

namespace welkin::cli {

namespace json = boost::json;

namespace {
json::object as_row(const json::value& value) {
  return value.is_object() ? value.get_object() : json::object{{"value", value}};
}

/// The list in it: the only array beside a count. Null when it is no list.
const json::key_value_pair* list_in(const json::object& inside) {
  const json::key_value_pair* found = nullptr;
  for (const auto& member : inside) {
    if (member.key() == "count") continue;
    if (found || !member.value().is_array()) return nullptr;
    found = &member;
  }
  return found;
}

void flatten(std::vector<std::pair<std::string, std::string>>& out, const std::string& name,
             const json::value& value) {
  if (value.is_object()) {
    for (const auto& member : value.get_object())
      flatten(out, name + (name.empty() ? "" : ".") + std::string(member.key()), member.value());
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.get_array().size(); ++i)
      flatten(out, fmt::format("{}[{}]", name, i), value.get_array()[i]);
  } else {
    out.emplace_back(name, text_of(value));
  }
}
}  // namespace

Answer read_answer(const json::object& inside, bool listing) {
  Answer out;
  const auto* count = inside.if_contains("count");
  if (const auto* list = list_in(inside)) {
    out.is_list = true;
    out.name = list->key();
    for (const auto& one : list->value().get_array()) out.rows.push_back(as_row(one));
    out.count = count && count->is_int64() ? count->get_int64() : std::ssize(out.rows);
  } else if (listing && inside.size() == (count ? 1 : 0)) {
    out.is_list = true;
    out.count = count && count->is_int64() ? count->get_int64() : 0;
  } else if (inside.size() == 1 && inside.begin()->value().is_object()) {
    out.name = inside.begin()->key();
    out.rows.push_back(inside.begin()->value().get_object());
  } else {
    out.rows.push_back(inside);
  }
  return out;
}

json::object picked(const json::object& inside, const Answer& answer,
                    const std::vector<std::string>& columns) {
  if (columns.empty()) return inside;
  json::array rows;
  for (const auto& row : answer.rows) {
    json::object chosen;
    for (const auto& column : columns)
      if (const auto* value = row.if_contains(column)) chosen[column] = *value;
    rows.push_back(std::move(chosen));
  }
  if (!answer.is_list && answer.name.empty()) return rows.at(0).get_object();
  auto out = inside;
  if (answer.is_list && !answer.name.empty()) out[answer.name] = std::move(rows);
  if (!answer.is_list) out[answer.name] = rows.at(0);
  return out;
}

std::string text_of(const json::value& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_double()) return fmt::format("{}", value.get_double());
  return json::serialize(value);
}

std::string cell(const json::object& row, std::string_view column) {
  const auto* value = row.if_contains(column);
  return value ? text_of(*value) : "";
}

std::vector<std::pair<std::string, std::string>> flattened(const json::object& object) {
  std::vector<std::pair<std::string, std::string>> out;
  flatten(out, "", object);
  return out;
}

}  // namespace welkin::cli
