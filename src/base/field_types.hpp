// What each C++ type of a field means in JSON, SQL, requests and listApis. Included by described.hpp.
#pragma once

#include "base/described.hpp"

namespace welkin {

/// The functions of a `Type`, made from the static functions of `Ops`, so that a new field type is one small struct.
template <class Ops>
struct Erased {
  using Value = Ops::Value;
  static bool present(const void* v) { return Ops::present(*static_cast<const Value*>(v)); }
  static void write(Sink& s, const void* v) { Ops::write(s, *static_cast<const Value*>(v)); }
  static bool parse(void* v, std::string_view t) { return Ops::parse(*static_cast<Value*>(v), t); }
  static void read(void* v, Json j) { Ops::read(*static_cast<Value*>(v), j); }
  static Cell store(const void* v) { return Ops::store(*static_cast<const Value*>(v)); }
  static void load(void* v, const SeenCell& c) { Ops::load(*static_cast<Value*>(v), c); }
  static void* append(void* v)
    requires requires { Ops::append; }
  {
    return Ops::append(*static_cast<Value*>(v));
  }
  static void* item(void* v, std::size_t i)
    requires requires { Ops::item; }
  {
    return Ops::item(*static_cast<Value*>(v), i);
  }
};
template <class Ops>
constexpr Type make_type(Kind kind, std::string_view name) {
  using Functions = Erased<Ops>;
  Type type{};
  type.kind = kind;
  type.name = name;
  type.present = &Functions::present;
  type.write = &Functions::write;
  type.parse = &Functions::parse;
  type.read = &Functions::read;
  type.store = &Functions::store;
  type.load = &Functions::load;
  if constexpr (requires { Ops::append; }) type.append = &Functions::append;
  if constexpr (requires { Ops::item; }) type.item = &Functions::item;
  return type;
}

template <class T>
struct AlwaysPresent {
  using Value = T;
  static bool present(const T&) { return true; }
};

struct BooleanOps : AlwaysPresent<bool> {
  static void write(Sink& s, bool v) { s.boolean(v); }
  static bool parse(bool& v, std::string_view t) {
    v = same_text_ignoring_case(t, "true");
    return true;
  }
  static void read(bool& v, Json j) { v = j.boolean(); }
  static Cell store(bool v) { return Cell::of(std::int64_t(v)); }
  static void load(bool& v, const SeenCell& c) { v = c.integer != 0; }
};
template <>
struct TypeOf<bool> {
  static constexpr Type type = make_type<BooleanOps>(Kind::boolean, "boolean");
};

template <class T>
struct IntegerOps : AlwaysPresent<T> {
  static void write(Sink& s, T v) { s.integer(std::int64_t(v)); }
  static bool parse(T& v, std::string_view t) {
    std::int64_t wide = 0;
    if (!detail::parse_integer(wide, t) || !std::in_range<T>(wide)) return false;
    v = T(wide);
    return true;
  }
  static void read(T& v, Json j) {
    if (!j.is_number()) detail::bad_json("number");
    v = T(j.integer());
  }
  static Cell store(T v) { return Cell::of(std::int64_t(v)); }
  static void load(T& v, const SeenCell& c) {
    if (c.kind != Cell::Kind::integer) detail::bad_cell("integer");
    v = T(c.integer);
  }
};
template <class T>
  requires std::is_integral_v<T>
struct TypeOf<T> {
  static constexpr Type type =
      make_type<IntegerOps<T>>(Kind::integer, sizeof(T) > 4 ? "long" : sizeof(T) > 2 ? "integer" : "short");
};

struct NumberOps : AlwaysPresent<double> {
  static void write(Sink& s, double v) { s.number(v); }
  static bool parse(double& v, std::string_view t) { return detail::parse_number(v, t); }
  static void read(double& v, Json j) {
    if (!j.is_number()) detail::bad_json("number");
    v = j.number();
  }
  static Cell store(double v) { return Cell::of(v); }
  static void load(double& v, const SeenCell& c) {
    if (c.is_null() || c.kind == Cell::Kind::text) detail::bad_cell("number");
    v = c.kind == Cell::Kind::real ? c.real : double(c.integer);
  }
};
template <>
struct TypeOf<double> {
  static constexpr Type type = make_type<NumberOps>(Kind::number, "float");
};

struct TextOps : AlwaysPresent<std::string> {
  static void write(Sink& s, const std::string& v) { s.text(v); }
  static bool parse(std::string& v, std::string_view t) {
    v = t;
    return true;
  }
  static void read(std::string& v, Json j) {
    if (!j.is_text()) detail::bad_json("string");
    v = j.text();
  }
  static Cell store(const std::string& v) { return Cell::of(v); }
  static void load(std::string& v, const SeenCell& c) {
    if (c.kind != Cell::Kind::text) detail::bad_cell("text");
    v = c.text;
  }
};
template <>
struct TypeOf<std::string> {
  static constexpr Type type = make_type<TextOps>(Kind::text, "string");
};

/// A secret travels only to a trusted sink; it has no column: rows keep `Sealed` text.
struct SecretOps : AlwaysPresent<Secret> {
  static void write(Sink& s, const Secret& v) { s.text(s.trusted() ? std::string_view(v.reveal()) : "***"); }
  static bool parse(Secret& v, std::string_view t) {
    v = Secret(std::string(t));
    return true;
  }
  static void read(Secret& v, Json j) { v = Secret(std::string(j.text())); }
  static Cell store(const Secret&) { detail::bad_cell("a sealed secret"); }
  static void load(Secret&, const SeenCell&) { detail::bad_cell("a sealed secret"); }
};
template <>
struct TypeOf<Secret> {
  static constexpr Type type = make_type<SecretOps>(Kind::secret, "string");
};

/// Ids of all nouns share it: an `Id<T>` is a `Uuid` with a name.
struct IdOps {
  using Value = Uuid;
  static bool present(const Uuid& v) { return bool(v); }
  static void write(Sink& s, const Uuid& v) { s.text(v.printed().view()); }
  static bool parse(Uuid& v, std::string_view t) {
    const auto id = Uuid::parse(t);
    if (id) v = *id;
    return id.has_value();
  }
  static void read(Uuid& v, Json j) {
    if (!j.text().empty() && !parse(v, j.text())) detail::bad_json("uuid");
  }
  static Cell store(const Uuid& v) { return v ? Cell::of(v.text()) : Cell{}; }
  static void load(Uuid& v, const SeenCell& c) {
    if (c.is_null()) v = {};
    else if (!parse(v, c.text)) detail::bad_cell("uuid");
  }
};
template <class T>
  requires std::is_base_of_v<Uuid, T>
struct TypeOf<T> {
  static_assert(sizeof(T) == sizeof(Uuid) && std::is_standard_layout_v<T>);
  static constexpr Type type = make_type<IdOps>(Kind::id, "uuid");
};

struct TimeOps : AlwaysPresent<Time> {
  static void write(Sink& s, Time v) { s.time(v); }
  static bool parse(Time& v, std::string_view t) {
    const auto time = parse_time(t);
    if (time) v = *time;
    return time.has_value();
  }
  static void read(Time& v, Json j) { v = Time(Duration(j.integer())); }
  static Cell store(Time v) { return Cell::of(std::int64_t(v.time_since_epoch().count())); }
  static void load(Time& v, const SeenCell& c) {
    if (c.kind != Cell::Kind::integer) detail::bad_cell("instant");
    v = Time(Duration(c.integer));
  }
};
template <>
struct TypeOf<Time> {
  static constexpr Type type = make_type<TimeOps>(Kind::time, "date");
};

template <Choices T>
std::optional<T> choice_named(std::string_view name) {
  const auto names = choices_of(T{});
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name) return static_cast<T>(i);
  for (std::size_t i = 0; i < names.size(); ++i)
    if (same_text_ignoring_case(names[i], name)) return static_cast<T>(i);
  return std::nullopt;
}

template <Choices T>
struct ChoiceOps : AlwaysPresent<T> {
  static void write(Sink& s, T v) { s.text(name_of(v)); }
  static bool parse(T& v, std::string_view t) {
    const auto choice = choice_named<T>(t);
    if (choice) v = *choice;
    return choice.has_value();
  }
  static void read(T& v, Json j) {
    if (!parse(v, j.text())) detail::bad_json("one of the known names");
  }
  static Cell store(T v) { return Cell::of(std::string(name_of(v))); }
  static void load(T& v, const SeenCell& c) {
    if (!parse(v, c.text)) detail::bad_cell("one of the known names");
  }
};
template <Choices T>
struct TypeOf<T> {
  static constexpr Type type = [] {
    auto type = make_type<ChoiceOps<T>>(Kind::enumeration, "string");
    type.choices = choices_of(T{});
    return type;
  }();
};

template <Described T>
struct ObjectOps : AlwaysPresent<T> {
  static void write(Sink& s, const T& v) { detail::write_object(s, shape_of<T>(), &v); }
  static bool parse(T&, std::string_view) { return false; }
  static void read(T& v, Json j) { detail::read_object(shape_of<T>(), &v, j); }
  static Cell store(const T& v) { return Cell::of(detail::cell_text(TypeOf<T>::type, &v)); }
  static void load(T& v, const SeenCell& c) { detail::load_text(TypeOf<T>::type, &v, c); }
};
template <Described T>
struct TypeOf<T> {
  static constexpr Type type = [] {
    auto type = make_type<ObjectOps<T>>(Kind::object, "responseobject");
    type.shape = &shape_of<T>;
    return type;
  }();
};

template <class T>
struct OptionalOps {
  using Value = std::optional<T>;
  static bool present(const Value& v) { return v.has_value() && TypeOf<T>::type.present(&*v); }
  static void write(Sink& s, const Value& v) {
    if (v) TypeOf<T>::type.write(s, &*v);
    else s.null();
  }
  static bool parse(Value& v, std::string_view t) { return TypeOf<T>::type.parse(&v.emplace(), t); }
  static void read(Value& v, Json j) {
    if (j.is_null()) v.reset();
    else TypeOf<T>::type.read(&v.emplace(), j);
  }
  static Cell store(const Value& v) { return v ? TypeOf<T>::type.store(&*v) : Cell{}; }
  static void load(Value& v, const SeenCell& c) {
    if (c.is_null()) v.reset();
    else TypeOf<T>::type.load(&v.emplace(), c);
  }
  static void* item(Value& v, std::size_t i) { return v && i == 0 ? &*v : nullptr; }
};
template <class T>
struct TypeOf<std::optional<T>> {
  static constexpr Type type = [] {
    auto type = make_type<OptionalOps<T>>(TypeOf<T>::type.kind, TypeOf<T>::type.name);
    type.optional = true;
    type.element = &TypeOf<T>::type;
    type.shape = TypeOf<T>::type.shape;
    type.choices = TypeOf<T>::type.choices;
    type.reference = TypeOf<T>::type.reference;
    return type;
  }();
};

template <class T>
struct ListOps {
  using Value = std::vector<T>;
  static bool present(const Value& v) { return !v.empty(); }
  static void write(Sink& s, const Value& v) { detail::write_list(TypeOf<Value>::type, s, &v); }
  /// Comma-separated; empty items are skipped.
  static bool parse(Value& v, std::string_view t) { return detail::parse_list(TypeOf<Value>::type, &v, t); }
  static void read(Value& v, Json j) {
    v.clear();
    detail::read_list(TypeOf<Value>::type, &v, j);
  }
  static Cell store(const Value& v) { return Cell::of(detail::cell_text(TypeOf<Value>::type, &v)); }
  static void load(Value& v, const SeenCell& c) { detail::load_text(TypeOf<Value>::type, &v, c); }
  static void* append(Value& v) { return &v.emplace_back(); }
  static void* item(Value& v, std::size_t i) { return i < v.size() ? &v[i] : nullptr; }
};
template <class T>
struct TypeOf<std::vector<T>> {
  static constexpr Type type = [] {
    auto type = make_type<ListOps<T>>(Kind::list, "list");
    type.element = &TypeOf<T>::type;
    type.shape = TypeOf<T>::type.shape;
    return type;
  }();
};

using TextMap = std::map<std::string, std::string>;

/// Free-form names and values, such as details and tags of a resource.
struct TextMapOps {
  using Value = TextMap;
  static bool present(const Value& v) { return !v.empty(); }
  static void write(Sink& s, const Value& v) {
    s.begin_object();
    for (const auto& [key, value] : v) {
      s.key(key, key);
      s.text(value);
    }
    s.end_object();
  }
  static bool parse(Value&, std::string_view) { return false; }
  static void read(Value& v, Json j) {
    v.clear();
    j.each_member([&](std::string_view key, Json value) { v.emplace(key, value.text()); });
  }
  static Cell store(const Value& v);
  static void load(Value& v, const SeenCell& c);
};
template <>
struct TypeOf<TextMap> {
  static constexpr Type type = make_type<TextMapOps>(Kind::map, "map");
};
inline Cell TextMapOps::store(const Value& v) { return Cell::of(detail::cell_text(TypeOf<TextMap>::type, &v)); }
inline void TextMapOps::load(Value& v, const SeenCell& c) { detail::load_text(TypeOf<TextMap>::type, &v, c); }

// What everyone uses is compiled once, in described.cpp.
#define WELKIN_COMMON_TYPES(kind)                                                                            \
  kind struct Erased<BooleanOps>; kind struct Erased<IntegerOps<int>>; kind struct Erased<IntegerOps<std::int64_t>>;  \
  kind struct Erased<NumberOps>; kind struct Erased<TextOps>; kind struct Erased<SecretOps>;                 \
  kind struct Erased<IdOps>; kind struct Erased<TimeOps>; kind struct Erased<TextMapOps>;                    \
  kind struct Erased<OptionalOps<bool>>; kind struct Erased<OptionalOps<int>>;                               \
  kind struct Erased<OptionalOps<std::int64_t>>; kind struct Erased<OptionalOps<double>>;                    \
  kind struct Erased<OptionalOps<std::string>>; kind struct Erased<OptionalOps<Time>>;                       \
  kind struct Erased<OptionalOps<TextMap>>; kind struct Erased<ListOps<std::string>>;                        \
  kind struct Erased<OptionalOps<std::vector<std::string>>>; kind struct Erased<ListOps<Nothing>>;
WELKIN_COMMON_TYPES(extern template)

}  // namespace welkin
