// What answers show of marks, filled in for every command alike: whether there are notes, and icons that are asked for.
#pragma once

#include <span>

#include "model/icon.hpp"

namespace welkin::commands {

class Call;

struct IconAnswer {
  FIELDS(IconAnswer,
    (std::string, resource_type, "What it belongs to."),
    (Uuid, resource_id, "Which of these."),
    (std::string, base64image, "The picture's file, base64."))
};

/// A field of an answer, and the thing that the answer is about.
template <class Field>
struct FieldOf {
  Uuid thing;
  Field* field;
};
template <class Field>
std::vector<Uuid> things_in(std::span<const FieldOf<Field>> answers) {
  std::vector<Uuid> out;
  for (const auto& answer : answers) out.push_back(answer.thing);
  return out;
}
/// Whether somebody has written a note on each, as far as the caller may see it: one query for a hundred.
void show_notes(Call& call, sql::Transaction& tx, std::span<const FieldOf<bool>> answers);
/// The icon of each that has one.
void show_icons(sql::Transaction& tx, std::span<const FieldOf<std::optional<IconAnswer>>> answers);

template <class A>
void show_marks(Call& call, sql::Transaction& tx, const auto& request, std::span<A> answers) {
  if constexpr (requires(A a) { a.has_annotations = true; }) {
    std::vector<FieldOf<bool>> fields;
    for (auto& answer : answers) fields.push_back({answer.id, &answer.has_annotations});
    show_notes(call, tx, fields);
  }
  if constexpr (requires(A a) { a.icon->base64image; } && requires { bool(request.show_icon); }) {
    if (!request.show_icon) return;
    std::vector<FieldOf<std::optional<IconAnswer>>> fields;
    for (auto& answer : answers) fields.push_back({answer.id, &answer.icon});
    show_icons(tx, fields);
  }
}

}  // namespace welkin::commands
