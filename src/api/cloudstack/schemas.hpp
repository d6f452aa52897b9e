// JSON Schemas of described types: what parameters may hold, and what answers hold.
#pragma once

#include <map>

#include "base/described.hpp"

namespace welkin::api::cloudstack {

/// Objects of JSON are written from the outside in: `object(sink, "info", [&] { member(sink, "title", "Welkin"); })`.
inline void begin(Sink& sink, std::string_view name) { sink.key(name, name); }
inline void member(Sink& sink, std::string_view name, std::string_view text) {
  begin(sink, name);
  sink.text(text);
}
inline void member(Sink& sink, std::string_view name, std::int64_t number) {
  begin(sink, name);
  sink.integer(number);
}
/// Only what is true is said.
inline void mark(Sink& sink, std::string_view name, bool holds) {
  if (!holds) return;
  begin(sink, name);
  sink.boolean(true);
}
template <class Inside>
void object(Sink& sink, Inside inside) {
  sink.begin_object();
  inside();
  sink.end_object();
}
template <class Inside>
void object(Sink& sink, std::string_view name, Inside inside) {
  begin(sink, name);
  object(sink, inside);
}
template <class Inside>
void list(Sink& sink, std::string_view name, Inside inside) {
  begin(sink, name);
  sink.begin_list();
  inside();
  sink.end_list();
}
inline void reference(Sink& sink, std::string_view kind, std::string_view name) {
  member(sink, "$ref", fmt::format("#/components/{}/{}", kind, name));
}

/// The shapes that answers refer to, by name. Names of answers are unique: a test holds them to it.
using Shapes = std::map<std::string_view, const Shape*>;
/// Adds an answer's shape and those inside of it.
void collect(Shapes& shapes, const Shape& shape);

/// Members of the schema of a value in an answer.
void describe_answered(Sink& sink, const Type& type);
/// The schema of an answer's object; `lacks` are fields of CloudStack's that it does not have.
void describe_shape(Sink& sink, const Shape& shape, const std::map<std::string_view, std::string_view>* lacks);

/// True of parameters that are sent as several, such as details[0].key and details[0].value.
bool is_spread(const Field& parameter);
/// Members of the schema of a parameter's value; of a list, with the values as its items.
void describe_asked(Sink& sink, const Field& parameter);
/// Names and schemas of the parts of one that is spread, as patterns.
void describe_parts(Sink& sink, const Field& parameter);

}  // namespace welkin::api::cloudstack
