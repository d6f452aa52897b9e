// Notes and icons, read for a page at once.
#include "commands/marks.hpp"

#include <unordered_set>

#include "commands/command.hpp"
#include "model/annotation.hpp"

namespace welkin::commands {

namespace {
/// What an answer shows of a note.
struct NoteShown {
  static constexpr std::string_view table = model::Annotation::table;
  FIELDS(NoteShown,
    (Uuid, entity_id, "What it is about."),
    (bool, admins_only, "Not everyone sees it."))
};
}  // namespace

void show_notes(Call& call, sql::Transaction& tx, std::span<const FieldOf<bool>> answers) {
  std::unordered_set<Uuid> noted;
  for (const auto& note : sql::all_in<NoteShown>(tx, "entity_id", things_in(answers)))
    if (!note.admins_only || call.caller.is_admin()) noted.insert(note.entity_id);
  for (const auto& answer : answers) *answer.field = noted.contains(answer.thing);
}

void show_icons(sql::Transaction& tx, std::span<const FieldOf<std::optional<IconAnswer>>> answers) {
  std::unordered_map<Uuid, model::Icon> icons;
  for (auto& icon : sql::all_in<model::Icon>(tx, "resource_id", things_in(answers)))
    icons.emplace(icon.resource_id, std::move(icon));
  for (const auto& answer : answers)
    if (const auto icon = icons.find(answer.thing); icon != icons.end())
      *answer.field = {std::string(name_of(icon->second.resource_kind)), answer.thing, icon->second.image};
}

}  // namespace welkin::commands
