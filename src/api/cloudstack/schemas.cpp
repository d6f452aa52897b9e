// Schemas of described types.
#include "api/cloudstack/schemas.hpp"

#include "access/reference.hpp"
#include "commands/lines.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr std::string_view printed_time = R"(^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{4}$)";
constexpr std::string_view index_of_part = R"(\[[0-9]{1,3}\]\.)";
constexpr std::string_view one_line = R"(^[^\u0000-\u001f\u007f]*$)";
constexpr std::string_view any_key = R"([^\u0000-\u0020\[\]\u007f]{1,255})";

/// Without its being optional.
const Type& bare(const Type& type) { return type.optional && type.element ? bare(*type.element) : type; }

void describe_choices(Sink& sink, const Type& type) {
  member(sink, "type", "string");
  list(sink, "enum", [&] {
    for (const auto name : type.choices) sink.text(name);
  });
}
void describe_integer(Sink& sink, const Type& type) {
  member(sink, "type", "integer");
  member(sink, "format", type.name == "long" ? "int64" : "int32");
}
void describe_id(Sink& sink) {
  member(sink, "type", "string");
  member(sink, "format", "uuid");
}
/// Values by free names: texts, unless the type says what else.
void describe_by_name(Sink& sink, const Type& type) {
  member(sink, "type", "object");
  object(sink, "additionalProperties", [&] {
    if (type.element) describe_answered(sink, *type.element);
    else member(sink, "type", "string");
  });
}

/// Whether every answer with this shape has the field.
bool is_always_there(const Field& field) {
  if (field.notes.admin || field.type->optional) return false;
  switch (field.type->kind) {
    case Kind::list:
    case Kind::map: return field.notes.keep_empty;
    case Kind::id:
    case Kind::object: return false;  // none and an empty one are left out
    default: return true;
  }
}

/// Of a project: all of the caller's at once are asked for by -1.
void describe_reference(Sink& sink, const Type& type) {
  if (type.reference != &access::detail::projects_resolver) return describe_id(sink);
  list(sink, "anyOf", [&] {
    object(sink, [&] { describe_id(sink); });
    object(sink, [&] { member(sink, "const", "-1"); });
  });
}

void describe_value(Sink& sink, const Type& given, const Field& parameter) {
  const auto& type = bare(given);
  switch (type.kind) {
    case Kind::boolean: return member(sink, "type", "boolean");
    case Kind::integer: return describe_integer(sink, type);
    case Kind::number: return member(sink, "type", "number");
    case Kind::enumeration: return describe_choices(sink, type);
    case Kind::id: return describe_id(sink);
    case Kind::reference: return describe_reference(sink, type);
    case Kind::list:
      member(sink, "type", "array");
      return object(sink, "items", [&] { describe_value(sink, *type.element, parameter); });
    default:
      member(sink, "type", "string");
      if (type.kind != Kind::time) member(sink, "maxLength", parameter.notes.length);
      if (!commands::may_have_lines(parameter.wire)) member(sink, "pattern", one_line);
  }
}
}  // namespace

void collect(Shapes& shapes, const Shape& shape) {
  if (!shapes.emplace(shape.name, &shape).second) return;
  for (const auto& field : shape.fields)
    if (const auto& type = bare(*field.type); type.shape) collect(shapes, type.shape());
}

void describe_answered(Sink& sink, const Type& given) {
  const auto& type = bare(given);
  switch (type.kind) {
    case Kind::boolean: return member(sink, "type", "boolean");
    case Kind::integer: return describe_integer(sink, type);
    case Kind::number: return member(sink, "type", "number");
    case Kind::enumeration: return describe_choices(sink, type);
    case Kind::id: return describe_id(sink);
    case Kind::map: return describe_by_name(sink, type);
    case Kind::object: return type.shape ? reference(sink, "schemas", type.shape().name) : member(sink, "type", "object");
    case Kind::list:
      member(sink, "type", "array");
      return object(sink, "items", [&] { describe_answered(sink, *type.element); });
    case Kind::time: member(sink, "pattern", printed_time); [[fallthrough]];
    default: return member(sink, "type", "string");
  }
}

void describe_shape(Sink& sink, const Shape& shape, const std::map<std::string_view, std::string_view>* lacks) {
  member(sink, "type", "object");
  object(sink, "properties", [&] {
    for (const auto& field : shape.fields)
      object(sink, field.wire, [&] {
        describe_answered(sink, *field.type);
        member(sink, "description", field.documentation);
        if (field.notes.admin) member(sink, "x-audience", "root");
      });
  });
  if (std::ranges::any_of(shape.fields, is_always_there))
    list(sink, "required", [&] {
      for (const auto& field : shape.fields)
        if (is_always_there(field)) sink.text(field.wire);
    });
  if (lacks)
    object(sink, "x-lacks", [&] {
      for (const auto& [name, thing] : *lacks) member(sink, name, thing);
    });
}

bool is_spread(const Field& parameter) {
  const auto& type = bare(*parameter.type);
  return type.kind == Kind::map || (type.kind == Kind::list && type.shape);
}

void describe_asked(Sink& sink, const Field& parameter) {
  if (parameter.wire == "page") member(sink, "minimum", 1);
  if (parameter.wire == "pagesize") member(sink, "minimum", -1);  // all rows
  describe_value(sink, *parameter.type, parameter);
}

void describe_parts(Sink& sink, const Field& parameter) {
  const auto& type = bare(*parameter.type);
  const auto part = [&](std::string_view name) { return fmt::format("^{}{}{}$", parameter.wire, index_of_part, name); };
  if (type.kind == Kind::map)
    return object(sink, part(any_key), [&] {
      member(sink, "type", "string");
      member(sink, "maxLength", parameter.notes.length);
      if (!commands::may_have_lines(parameter.wire)) member(sink, "pattern", one_line);
      member(sink, "description", parameter.documentation);
    });
  for (const auto& field : type.shape().fields)
    object(sink, part(field.wire), [&] {
      describe_asked(sink, field);
      member(sink, "description", field.documentation);
    });
}

}  // namespace welkin::api::cloudstack
