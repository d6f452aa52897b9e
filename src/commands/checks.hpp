// Small checks that many commands share. Each throws `invalid` with the parameter as subject.
#pragma once

#include <fmt/format.h>

#include "access/door.hpp"
#include "commands/command.hpp"
#include "model/addresses.hpp"
#include "sql/rows.hpp"

namespace welkin::commands {

[[noreturn]] inline void bad(std::string message, std::string_view parameter) {
  throw Error(Fault::invalid, std::move(message), std::string(parameter));
}

inline std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

/// Fills in an answer's domain, by id, name and path.
template <class Answer>
void name_domain(Call& call, sql::Transaction& tx, const Id<model::Domain>& id, Answer& out) {
  out.domain_id = id;
  const auto* domain = call.look(tx, id);
  if (!domain) return;
  out.domain = domain->name;
  out.domain_path = model::printed_path(*domain);
}
/// Fills in an answer's role, by id, type and name.
template <class Answer>
void name_role(Call& call, sql::Transaction& tx, const Id<model::Role>& id, Answer& out) {
  out.role_id = id;
  const auto* role = call.look(tx, id);
  if (!role) return;
  out.role_type = name_of(role->type);
  out.role_name = role->name;
}

/// The limits of a disk's speed, where there are some.
template <class Answer, class Limits>
void add_limits(Answer& out, const Limits& limits) {
  const auto some = [](std::int64_t n) { return n ? std::optional(n) : std::nullopt; };
  out.bytes_read = some(limits.bytes_read);
  out.bytes_write = some(limits.bytes_write);
  out.iops_read = some(limits.iops_read);
  out.iops_write = some(limits.iops_write);
}

/// ASCII letters in lower case.
inline std::string lowered(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = char(c + 32);
  return out;
}

/// A list as CloudStack prints it: with commas between.
/// As clients know it: 12.5%, without needless zeros.
inline std::string percent(double value) {
  auto text = fmt::format("{:.2f}", value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + "%";
}
inline std::string joined(const std::vector<std::string>& list) { return fmt::format("{}", fmt::join(list, ",")); }
/// What stands between commas.
inline std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  TypeOf<std::vector<std::string>>::type.parse(&out, text);
  return out;
}

/// A new id, or the one that root administrators have chosen. Throws `invalid` for one that is taken or no uuid.
template <class Row>
Id<Row> id_for(Call& call, sql::Transaction& tx, const std::optional<std::string>& chosen) {
  if (!chosen) return call.cloud.new_id<Row>();
  const auto id = Id<Row>::parse(*chosen);
  if (!id || !*id || sql::get<Row>(tx, *id))
    throw Error(Fault::invalid, fmt::format("{} is not a uuid that is free.", *chosen), "customid");
  return *id;
}
/// Ids given as texts, each of something that the caller may see or use.
template <class Row>
std::vector<Id<Row>> ids_of(const Call& call, sql::Transaction& tx, const std::vector<std::string>& texts,
                            access::Use use, std::string_view parameter) {
  std::vector<Id<Row>> out;
  for (const auto& text : texts) {
    const auto id = Id<Row>::parse(text);
    if (!id) access::refuse_id(parameter, text);
    out.push_back(access::find<Row>(tx, call.caller, *id, use, parameter).id);
  }
  return out;
}

/// Takes over a parameter that was given.
template <class T>
void set(T& field, const std::optional<T>& value) {
  if (value) field = *value;
}

inline void check_address(const std::optional<std::string>& address, std::string_view parameter) {
  if (address && !address->empty()) model::ipv4_from(*address, parameter);
}
inline void check_cidr(const std::optional<std::string>& cidr, std::string_view parameter) {
  if (cidr && !cidr->empty()) model::cidr_from(*cidr, parameter);
}

/// A value of an enumeration by its public name.
template <class E>
E choice(const std::optional<std::string>& text, E otherwise, std::string_view parameter) {
  if (!text) return otherwise;
  const auto value = choice_named<E>(*text);
  if (value) return *value;
  std::string names;
  for (const auto name : choices_of(E{})) names += fmt::format("{}{}", names.empty() ? "" : ", ", name);
  throw Error(Fault::invalid, fmt::format("{} cannot be {}; it is one of {}.", parameter, *text, names),
              std::string(parameter));
}

/// No row of this kind that matches `rest` ($1 the name, $2 what it lies within) may be there, but for `self`.
template <class Row>
void check_free_name(sql::Transaction& tx, std::string_view rest, const std::string& name, const Uuid& self,
                     const Uuid& within = {}) {
  auto cells = sql::cells(name);
  if (within) cells.push_back(sql::cell(within));
  for (const auto& row : sql::all_with<Row>(tx, rest, cells))
    if (row.id != self) throw Error(Fault::invalid, fmt::format("The name {} is taken; choose another.", name), "name");
}

/// How many rows of `table` that match are left; more than none is `in_use`.
inline void check_none_left(sql::Transaction& tx, std::string_view what, std::string_view name, std::string_view table,
                            std::string_view rest, const Uuid& id) {
  const auto left = sql::count(tx, fmt::format("select count(*) from {} where {}", table, rest), id);
  if (left > 0)
    throw Error(Fault::in_use,
                fmt::format("The {} {} still has {} of its {}; remove them first.", what, name, left, table),
                id.text());
}

}  // namespace welkin::commands
