// Described structs: one line per field says type, name and documentation, and everything else is read from it:
// JSON, XML, SQL columns, parameter binding, listApis, OpenAPI and the command line's help.
//
//   struct Zone {
//     FIELDS(Zone,
//       (Id<Zone>, id, "The zone's id."),
//       (std::string, name, "Unique among zones.", .length = 64))
//   };
//
// A struct that extends another names it: `struct ListZones : Paged { using Base = Paged; FIELDS(ListZones, …) };`
// Types that contain a comma need an alias.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/each.hpp"
#include "base/error.hpp"
#include "base/id.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "base/sink.hpp"
#include "base/time.hpp"

namespace welkin {

/// What a field says of itself beside type, name and documentation.
struct FieldNotes {
  std::string_view wire{};   ///< public name; when empty, the member's name without underscores
  int length = 255;          ///< longest text accepted from outside, in bytes
  std::string_view type{};   ///< what listApis calls it, where CloudStack's type is another than ours
  bool admin = false;        ///< only root administrators may send it or see it
  bool keep_empty = false;   ///< an empty list is printed, not left out
  bool required = false;     ///< of a request's truth, list or map: it must be given; others must unless they are optional
};

enum class Kind { boolean, integer, number, text, id, time, enumeration, list, map, object, secret, reference };

struct Shape;

/// How a database sees a value it is given: nothing, a number, a real, or text.
struct Cell {
  enum class Kind { null, integer, real, text } kind = Kind::null;
  std::int64_t integer = 0;
  double real = 0;
  std::string text{};

  static Cell of(std::int64_t value) { return {Kind::integer, value, 0, {}}; }
  static Cell of(double value) { return {Kind::real, 0, value, {}}; }
  static Cell of(std::string value) { return {Kind::text, 0, 0, std::move(value)}; }
  bool is_null() const { return kind == Kind::null; }
};

/// A value in a database's answer. Its text belongs to the database and is gone with the row.
struct SeenCell {
  Cell::Kind kind = Cell::Kind::null;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text{};

  SeenCell() = default;
  SeenCell(const Cell& cell) : kind(cell.kind), integer(cell.integer), real(cell.real), text(cell.text) {}
  static SeenCell of(std::int64_t value) { return {Cell::Kind::integer, value, 0, {}}; }
  static SeenCell of(double value) { return {Cell::Kind::real, 0, value, {}}; }
  static SeenCell of(std::string_view value) { return {Cell::Kind::text, 0, 0, value}; }
  bool is_null() const { return kind == Cell::Kind::null; }

 private:
  SeenCell(Cell::Kind kind, std::int64_t integer, double real, std::string_view text)
      : kind(kind), integer(integer), real(real), text(text) {}
};

/// What a type can do, with the type forgotten. One table per type, not per field.
struct Type {
  Kind kind;
  std::string_view name;            ///< as listApis names it: boolean integer long string uuid date list map …
  bool optional = false;            ///< may be absent
  const Type* element = nullptr;    ///< of a list, map or optional
  const Shape& (*shape)() = nullptr;        ///< of an object, or of a list's objects
  std::span<const std::string_view> choices{};  ///< of an enumeration
  const void* reference = nullptr;  ///< of a reference: what access/ must know to resolve it

  bool (*present)(const void* value);                    ///< false when there is nothing to print
  void (*write)(Sink& sink, const void* value);
  bool (*parse)(void* value, std::string_view text);     ///< from a request's text; false when malformed
  void (*read)(void* value, Json json);                  ///< from our own JSON; throws `invalid`
  Cell (*store)(const void* value);
  void (*load)(void* value, const SeenCell& cell);       ///< throws `internal` on a cell of another kind
  void* (*append)(void* value) = nullptr;                ///< of a list: adds an element and answers its address
  void* (*item)(void* value, std::size_t index) = nullptr;  ///< of a list or optional: an element, null beyond the end
};

struct Field {
  std::string_view name;
  std::string_view documentation;
  std::size_t offset;
  const Type* type;
  FieldNotes notes;
  std::string_view wire{};  ///< filled in when the shape is made

  const void* in(const void* object) const { return static_cast<const char*>(object) + offset; }
  void* in(void* object) const { return static_cast<char*>(object) + offset; }
};

/// A struct's fields in order, the base's first.
struct Shape {
  std::string_view name;
  std::vector<Field> fields;
  std::deque<std::string> made_names{};  ///< public names that no note gives

  /// Nothing when there is no such field.
  const Field* by_name(std::string_view name) const;
  const Field* by_wire(std::string_view wire) const;
};

template <class T>
concept Described = requires { T::described_as; };

template <class T>
struct TypeOf;

template <class T>
const Type& type_of() {
  return TypeOf<T>::type;
}

namespace detail {
Shape make_shape(std::string_view name, const Shape* base, std::span<const Field> own);
void write_object(Sink& sink, const Shape& shape, const void* object);
void read_object(const Shape& shape, void* object, Json json);
[[noreturn]] void bad_json(std::string_view wanted);
[[noreturn]] void bad_cell(std::string_view wanted);
bool parse_integer(std::int64_t& out, std::string_view text);
bool parse_number(double& out, std::string_view text);
std::string cell_text(const Type& type, const void* value);
void load_text(const Type& type, void* value, const SeenCell& cell);
void write_list(const Type& list, Sink& sink, const void* value);
bool parse_list(const Type& list, void* value, std::string_view text);
void read_list(const Type& list, void* value, Json json);
}  // namespace detail

/// The shape of a described struct, made once.
template <class T>
const Shape& shape_of() {
  if constexpr (requires { typename T::Base; }) {
    static const Shape shape = detail::make_shape(T::described_as, &shape_of<typename T::Base>(), T::own_fields());
    return shape;
  } else {
    static const Shape shape = detail::make_shape(T::described_as, nullptr, T::own_fields());
    return shape;
  }
}

#define WELKIN_MEMBER(self, tuple) WELKIN_MEMBER_ tuple
#define WELKIN_MEMBER_(kind, name, ...) kind name{};
#define WELKIN_FIELD(self, tuple) WELKIN_FIELD_(self, WELKIN_UNWRAP tuple)
#define WELKIN_UNWRAP(...) __VA_ARGS__
#define WELKIN_FIELD_(...) WELKIN_FIELD__(__VA_ARGS__)
#define WELKIN_FIELD__(self, kind, name, documentation, ...)                                  \
  ::welkin::Field{#name, documentation, offsetof(self, name), &::welkin::TypeOf<kind>::type, \
                  ::welkin::FieldNotes{__VA_ARGS__}},

/// Declares the members of `self` and their table. See the head of this file.
// WHY own_fields is a template: the table is then compiled where `shape_of` is, not wherever the struct is seen.
#define FIELDS(self, ...)                                                                \
  WELKIN_EACH(WELKIN_MEMBER, self, __VA_ARGS__)                                          \
  static constexpr std::string_view described_as = #self;                                \
  template <class = void>                                                                \
  static std::span<const ::welkin::Field> own_fields() {                                 \
    static constexpr ::welkin::Field table[] = {WELKIN_EACH(WELKIN_FIELD, self, __VA_ARGS__)}; \
    return table;                                                                        \
  }                                                                                      \
  bool operator==(const self&) const = default;

/// An extension that adds no field.
#define NO_FIELDS(self)                                             \
  static constexpr std::string_view described_as = #self;           \
  static std::span<const ::welkin::Field> own_fields() { return {}; } \
  bool operator==(const self&) const = default;

#define WELKIN_CHOICE(self, tuple) WELKIN_CHOICE_ tuple
#define WELKIN_CHOICE_(name, text) name,
#define WELKIN_CHOICE_TEXT(self, tuple) WELKIN_CHOICE_TEXT_ tuple
#define WELKIN_CHOICE_TEXT_(name, text) text,

/// `CHOICES(HostState, (up, "Up"), (down, "Down"))` declares an enum class with its public names, at namespace scope.
#define CHOICES(self, ...)                                                                    \
  enum class self { WELKIN_EACH(WELKIN_CHOICE, self, __VA_ARGS__) };                          \
  constexpr std::span<const std::string_view> choices_of(self) {                              \
    static constexpr std::string_view names[] = {WELKIN_EACH(WELKIN_CHOICE_TEXT, self, __VA_ARGS__)}; \
    return names;                                                                             \
  }

template <class T>
concept Choices = std::is_enum_v<T> && requires(T value) { choices_of(value); };

/// The public name of an enumerated value.
template <Choices T>
std::string_view name_of(T value) {
  return choices_of(value)[static_cast<std::size_t>(value)];
}
/// The value with this public name, in any case.
template <Choices T>
std::optional<T> choice_named(std::string_view name);

bool same_text_ignoring_case(std::string_view a, std::string_view b);

/// Writes any described value.
template <class T>
void write(Sink& sink, const T& value) {
  type_of<T>().write(sink, &value);
}
/// Our own JSON: C++ member names, exact instants. `trusted` text carries secrets.
template <class T>
std::string to_json(const T& value, bool trusted = false) {
  std::string out;
  JsonSink sink(out, JsonSink::Names::member, trusted);
  write(sink, value);
  return out;
}
/// The inverse of `to_json`; absent members keep their defaults, unknown ones are ignored. Throws `invalid`.
template <class T>
T from_json(std::string_view text) {
  const JsonDocument document(text);
  T value{};
  type_of<T>().read(&value, document.root());
  return value;
}

/// Nothing at all, for answers without content.
struct Nothing {
  NO_FIELDS(Nothing)
};

}  // namespace welkin

#include "base/field_types.hpp"
