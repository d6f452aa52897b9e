// The parts of described structs that need no templates.
#include "base/described.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace welkin {

bool same_text_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

const Field* Shape::by_name(std::string_view wanted) const {
  const auto at = std::ranges::find(fields, wanted, &Field::name);
  return at == fields.end() ? nullptr : &*at;
}

const Field* Shape::by_wire(std::string_view wanted) const {
  const auto at = std::ranges::find_if(fields, [&](const Field& f) { return f.wire == wanted; });
  return at == fields.end() ? nullptr : &*at;
}

namespace detail {

void write_list(const Type& list, Sink& sink, const void* value) {
  sink.begin_list();
  auto* elements = const_cast<void*>(value);  // only looked at
  for (std::size_t i = 0; const void* element = list.item(elements, i); ++i) list.element->write(sink, element);
  sink.end_list();
}

bool parse_list(const Type& list, void* value, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    const auto item = text.substr(0, end);
    if (!item.empty() && !list.element->parse(list.append(value), item)) return false;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return true;
}

void read_list(const Type& list, void* value, Json json) {
  for (std::size_t i = 0; i < json.size(); ++i) list.element->read(list.append(value), json.at(i));
}

Shape make_shape(std::string_view name, const Shape* base, std::span<const Field> own) {
  Shape shape{name, {}};
  if (base) shape.fields = base->fields;
  for (auto field : own) {
    field.wire = field.notes.wire;
    if (field.wire.empty()) {
      auto& made = shape.made_names.emplace_back();
      std::ranges::copy_if(field.name, std::back_inserter(made), [](char c) { return c != '_'; });
      field.wire = made;
    }
    shape.fields.push_back(field);
  }
  return shape;
}

void write_object(Sink& sink, const Shape& shape, const void* object) {
  sink.begin_object();
  for (const auto& field : shape.fields) {
    const auto* value = field.in(object);
    if (!field.type->present(value) && !field.notes.keep_empty) continue;
    sink.key(field.name, field.wire);
    field.type->write(sink, value);
  }
  sink.end_object();
}

void read_object(const Shape& shape, void* object, Json json) {
  if (!json.is_object()) bad_json("object");
  for (const auto& field : shape.fields) {
    const auto member = json[field.name];
    if (member.is_null()) continue;
    try {
      field.type->read(field.in(object), member);
    } catch (Error& error) {
      error.subject = error.subject.empty() ? std::string(field.name) : fmt::format("{}.{}", field.name, error.subject);
      throw;
    }
  }
}

void bad_json(std::string_view wanted) {
  throw Error(Fault::invalid, fmt::format("The JSON holds something other than the {} that belongs there.", wanted));
}

void bad_cell(std::string_view wanted) {
  throw Error(Fault::internal, "A stored record cannot be read.", {}, fmt::format("column does not hold {}", wanted));
}

bool parse_integer(std::int64_t& out, std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size();
}

bool parse_number(double& out, std::string_view text) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out == out && out < 1e300 && out > -1e300;
}

std::string cell_text(const Type& type, const void* value) {
  std::string out;
  JsonSink sink(out);
  type.write(sink, value);
  return out;
}

void load_text(const Type& type, void* value, const SeenCell& cell) {
  if (cell.is_null() || cell.text.empty() || cell.text == "{}" || cell.text == "[]") return;
  const JsonDocument document(cell.text);
  type.read(value, document.root());
}

}  // namespace detail

WELKIN_COMMON_TYPES(template)

}  // namespace welkin
