// Binds and resolves requests by their tables. The rules are those of facts/cloudstack-protocol.md §1.3.
#include "commands/binder.hpp"

#include <algorithm>
#include <charconv>
#include <ranges>
#include <unordered_map>

#include "access/reference.hpp"
#include "commands/checks.hpp"
#include "commands/lines.hpp"

namespace welkin::commands {

namespace {
constexpr std::size_t list_items_max = 1000;

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

/// What stands in texts of several lines: tabs, and ends of lines as both kinds of systems write them.
bool is_of_lines(std::string_view text, std::size_t at) {
  return text[at] == '\t' || text[at] == '\n' || (text[at] == '\r' && text.substr(at + 1).starts_with('\n'));
}

[[noreturn]] void malformed(std::string_view name) {
  throw Error(Fault::invalid, fmt::format("The parameter name {} is malformed; write it as name[0].field.", name),
              std::string(malformed_name));
}

/// The index in `name[index]…`; throws when the brackets are not one pair around a decimal number, before any dot.
int index_of(std::string_view name, std::size_t open) {
  const auto close = name.find(']', open);
  int index = 0;
  if (close == std::string_view::npos || name.find('[', open + 1) != std::string_view::npos ||
      name.find('.') < close)
    malformed(name);
  const auto digits = name.substr(open + 1, close - open - 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc{} || end != digits.data() + digits.size() || index < 0) malformed(name);
  return index;
}

[[noreturn]] void bad_value(const Field& field, std::string_view value, std::string_view wanted) {
  throw Error(Fault::invalid,
              fmt::format("Invalid value {} for the parameter {}: {} is expected.", value, field.wire, wanted),
              std::string(field.wire));
}

std::string expectation(const Type& type) {
  if (!type.choices.empty()) {
    std::string names;
    for (const auto name : type.choices) names += fmt::format("{}{}", names.empty() ? "one of " : ", ", name);
    return names;
  }
  switch (type.kind) {
    case Kind::integer: return "a whole number";
    case Kind::number: return "a number";
    case Kind::time: return "a date, such as 2026-01-31 or 2026-01-31T12:00:00+0000,";
    case Kind::list: return "a list of " + expectation(*type.element) + ", separated by commas,";
    case Kind::id:
    case Kind::reference: return "a uuid";
    default: return "another form";
  }
}

/// A text is as long as its field may be, and of one line where it must be; `what` is the parameter, or a part of it.
void check_text(const Field& field, std::string_view what, std::string_view value) {
  if (std::ssize(value) > field.notes.length)
    throw Error(Fault::invalid,
                fmt::format("The parameter {} is {} characters long; at most {} are allowed.", what, value.size(),
                            field.notes.length),
                std::string(field.wire));
  const bool lines = may_have_lines(field.wire);
  for (std::size_t i = 0; i < value.size(); ++i)
    if (is_control(std::uint8_t(value[i])) && !(lines && is_of_lines(value, i)))
      throw Error(Fault::invalid,
                  fmt::format("The value of the parameter {} holds a control character ({:#04x} at byte {}): leave it out.",
                              what, std::uint8_t(value[i]), i),
                  std::string(field.wire));
}
[[noreturn]] void refuse_number(const Field& field) {
  throw Error(Fault::invalid,
              fmt::format("The parameter {} has more than {} entries: send fewer at once.", field.wire, list_items_max),
              std::string(field.wire));
}
void check_value(const Field& field, std::string_view value) {
  if (field.type->kind != Kind::list) return check_text(field, field.wire, value);
  std::size_t items = 0;
  for (const auto item : std::views::split(value, ',')) {
    if (++items > list_items_max) refuse_number(field);
    check_text(field, field.wire, std::string_view(item));
  }
}

void fill_map(const Field& field, TextMap& map,
              const std::map<int, std::vector<std::pair<std::string, std::string>>>& entries) {
  const auto put = [&](const std::string& key, const std::string& value) {
    if (std::ssize(key) > FieldNotes{}.length || std::ranges::any_of(key, is_control))
      throw Error(Fault::invalid,
                  fmt::format("A key of the parameter {} is longer than {} bytes, or holds a control character.",
                              field.wire, FieldNotes{}.length),
                  std::string(field.wire));
    check_text(field, fmt::format("{} ({})", field.wire, key), value);
    map[key] = value;
    if (map.size() > list_items_max) refuse_number(field);
  };
  for (const auto& [index, fields] : entries) {
    const auto named = [&](std::string_view name) {
      return std::ranges::find(fields, name, &std::pair<std::string, std::string>::first);
    };
    const auto key = named("key");
    if (key == fields.end()) {
      for (const auto& [name, value] : fields) put(name, value);
      continue;
    }
    const auto value = named("value");
    put(key->second, value == fields.end() ? std::string() : value->second);
  }
}

[[noreturn]] void refuse_missing(const Field& field, std::string_view command) {
  throw Error(Fault::invalid,
              fmt::format("Unable to execute API command {} due to missing parameter {}", lowered(command), field.wire),
              std::string(field.wire));
}

void fill_objects(const Field& field, void* list,
                  const std::map<int, std::vector<std::pair<std::string, std::string>>>& entries) {
  const auto& shape = field.type->shape();
  for (const auto& [index, fields] : entries) {
    void* element = field.type->append(list);
    for (const auto& [name, value] : fields) {
      const auto* member = shape.by_wire(lowered(name));
      if (!member) continue;
      check_value(*member, value);
      if (!member->type->parse(member->in(element), value)) bad_value(*member, value, expectation(*member->type));
    }
    for (const auto& member : shape.fields)
      if (is_required(member) &&
          std::ranges::none_of(fields, [&](const auto& given) { return lowered(given.first) == member.wire; }))
        throw Error(
            Fault::invalid,
            fmt::format("The parameter {0}[{1}] lacks its {2}: give {0}[{1}].{2}.", field.wire, index, member.wire),
            std::string(field.wire));
  }
}

void bind_field(const Field& field, void* request, const Parameters& parameters, std::string_view command) {
  const auto& type = *field.type;
  if (type.kind == Kind::map || (type.kind == Kind::list && type.shape)) {
    const auto entries = parameters.entries(field.wire);
    if (entries.empty() && is_required(field)) refuse_missing(field, command);
    if (entries.size() > list_items_max) refuse_number(field);
    if (type.kind == Kind::map)
      fill_map(field, *static_cast<TextMap*>(field.in(request)), entries);
    else
      fill_objects(field, field.in(request), entries);
    return;
  }
  const auto* value = parameters.find(field.wire);
  const bool blank = value && value->empty() && type.kind != Kind::text && type.kind != Kind::secret;
  if (!value || (blank && type.optional)) {
    if (!is_required(field)) return;
    refuse_missing(field, command);
  }
  if (value->empty() && is_required(field))
    throw Error(Fault::invalid,
                fmt::format("Unable to execute API command {} due to invalid value: the parameter {} is empty.",
                            lowered(command), field.wire),
                std::string(field.wire));
  check_value(field, *value);
  if (!type.parse(field.in(request), *value)) bad_value(field, *value, expectation(type));
}

}  // namespace

bool is_carriage(std::string_view wire) {
  static constexpr std::string_view names[] = {"command",          "response", "apikey",    "signature",
                                               "signatureversion", "expires",  "sessionkey"};
  return std::ranges::find(names, wire) != std::end(names);
}

// What guests are handed, and what is pasted from files. All others are names and words, which stand in a line of a log,
// of a table, of an answer's header.
bool may_have_lines(std::string_view wire) {
  static constexpr std::string_view names[] = {"userdata", "userdatadetails", "publickey", "privatekey", "certificate",
                                               "certchain", "csr", "details", "accountdetails", "annotation", "css",
                                               "jsonconfiguration"};
  return std::ranges::find(names, wire) != std::end(names);
}

bool is_required(const Field& field) {
  const auto& type = *field.type;
  if (field.notes.required) return true;
  return !type.optional && type.kind != Kind::boolean && type.kind != Kind::list && type.kind != Kind::map;
}

Parameters::Parameters(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::unordered_map<std::string, std::size_t> places;
  for (const auto& [name, value] : pairs) {
    // Names go into logs and into words of refusals.
    if (std::ranges::any_of(name, is_control))
      throw Error(Fault::invalid, "The name of a parameter holds a control character.", std::string(malformed_name));
    const auto open = name.find('[');
    auto key = lowered(std::string_view(name).substr(0, open));
    if (open != std::string::npos) {
      index_of(name, open);
      key += name.substr(open);
    }
    const auto [place, fresh] = places.try_emplace(key, pairs_.size());
    if (fresh)
      pairs_.emplace_back(std::move(key), value);
    else
      pairs_[place->second].second = value;
  }
}

const std::string* Parameters::find(std::string_view wire) const {
  const auto at = std::ranges::find(pairs_, wire, &std::pair<std::string, std::string>::first);
  return at == pairs_.end() ? nullptr : &at->second;
}

std::map<int, std::vector<std::pair<std::string, std::string>>> Parameters::entries(std::string_view wire) const {
  std::map<int, std::vector<std::pair<std::string, std::string>>> out;
  for (const auto& [name, value] : pairs_) {
    if (name.size() <= wire.size() || name[wire.size()] != '[' || !name.starts_with(wire)) continue;
    const auto close = name.find(']');
    const auto rest = std::string_view(name).substr(close + 1);
    out[index_of(name, wire.size())].emplace_back(rest.starts_with('.') ? std::string(rest.substr(1)) : name, value);
  }
  return out;
}

void bind(const Shape& shape, void* request, const Parameters& parameters, std::string_view command, bool root) {
  for (const auto& field : shape.fields)
    if (root || !field.notes.admin) bind_field(field, request, parameters, command);
}

access::Owner resolve(const Shape& shape, void* request, sql::Transaction& tx, const access::Caller& caller) {
  access::Owner owner;
  const auto keep = [&](const access::Owner& other) {
    if (!owner.account) owner = other;
  };
  for (const auto& field : shape.fields) {
    const auto& type = *field.type;
    void* value = field.in(request);
    if (type.kind == Kind::list && type.shape) {
      for (std::size_t i = 0; void* item = type.item(value, i); ++i) keep(resolve(type.shape(), item, tx, caller));
      continue;
    }
    const bool many = type.kind == Kind::list && type.element->reference;
    if (type.kind != Kind::reference && !many) continue;
    const auto* reference = static_cast<const access::Resolver*>(many ? type.element->reference : type.reference);
    if (type.item)
      for (std::size_t i = 0; void* item = type.item(value, i); ++i)
        keep(reference->resolve(tx, caller, item, field.wire));
    else
      keep(reference->resolve(tx, caller, value, field.wire));
  }
  return owner;
}

}  // namespace welkin::commands
