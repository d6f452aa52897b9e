// Commands of annotations.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/things.hpp"
#include "model/annotation.hpp"
#include "model/user.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

constexpr std::size_t text_max = 4096;
constexpr std::int64_t notes_max = 1000;  ///< on one thing

struct AnnotationAnswer {
  FIELDS(AnnotationAnswer,
    (Id<model::Annotation>, id, "The note."),
    (std::string, entity_type, "What it is about: VM, VOLUME …"),
    (Uuid, entity_id, "Which of these."),
    (std::string, entity_name, "By name."),
    (std::string, annotation, "What it says."),
    (Id<model::User>, user_id, "Who has written it."),
    (std::optional<std::string>, username, "By name."),
    (bool, admins_only, "Only its writer and administrators see it."),
    (Time, created, "When it was written."),
    (std::optional<Time>, removed, "When it was taken away."))
};
AnnotationAnswer answer(Call& call, sql::Transaction& tx, const model::Annotation& note) {
  AnnotationAnswer out;
  out.id = note.id;
  out.entity_type = name_of(note.kind);
  out.entity_id = note.entity_id;
  out.entity_name = name_of_thing(tx, note.kind, note.entity_id);
  out.annotation = note.text;
  out.user_id = note.user_id;
  if (const auto* user = call.look(tx, note.user_id)) out.username = user->user_name;
  out.admins_only = note.admins_only;
  out.created = note.created;
  return out;
}

/// As requests name it: in any case, and also as the tags' words have it.
model::AnnotatedKind kind_named(const std::optional<std::string>& text) {
  if (!text) throw Error(Fault::invalid, "Say what kind of thing is meant: give entitytype.", "entitytype");
  return choice(text, model::AnnotatedKind{}, "entitytype");
}

struct AddAnnotation {
  FIELDS(AddAnnotation,
    (std::optional<std::string>, annotation, "What it says, at most 4096 characters.", .length = 4096),
    (std::optional<std::string>, entity_type, "What it is about: VM, VOLUME, HOST …"),
    (std::optional<std::string>, entity_id, "Which of these."),
    (bool, admins_only, "Only its writer and administrators see it."))
};
AnnotationAnswer add(Call& call, sql::Transaction& tx, const AddAnnotation& r) {
  if (!r.annotation || r.annotation->empty())
    throw Error(Fault::invalid, "The note is empty: give annotation.", "annotation");
  if (r.annotation->size() > text_max)
    throw Error(Fault::invalid, fmt::format("A note has at most {} bytes.", text_max), "annotation");
  const auto kind = kind_named(r.entity_type);
  if (!r.entity_id) throw Error(Fault::invalid, "Say which thing is meant: give entityid.", "entityid");
  const auto thing = thing_of(call, tx, kind, *r.entity_id, access::Use::operate, "entityid");
  if (sql::count(tx, "select count(*) from annotations where entity_id = $1", thing.id) >= notes_max)
    throw Error(Fault::limited, fmt::format("A thing carries at most {} notes; remove some.", notes_max), "entityid");
  happens_to(call, tx, thing.owner);
  model::Annotation note;
  note.id = call.cloud.new_id<model::Annotation>();
  note.kind = kind;
  note.entity_id = thing.id;
  note.text = *r.annotation;
  note.user_id = call.caller.user;
  note.account_id = thing.owner.account;
  note.domain_id = thing.owner.domain;
  note.admins_only = r.admins_only;
  note.created = call.cloud.now();
  sql::insert(tx, note);
  call.event_note = thing.name;
  return answer(call, tx, note);
}

struct RemoveAnnotation {
  FIELDS(RemoveAnnotation, (Operate<model::Annotation>, id, "The note.", .type = "string"))
};
AnnotationAnswer remove(Call& call, sql::Transaction& tx, const RemoveAnnotation& r) {
  auto out = answer(call, tx, *r.id);
  out.removed = call.cloud.now();
  sql::erase(tx, r.id.id());
  call.event_note = out.entity_name;
  return out;
}

struct UpdateAnnotationVisibility {
  FIELDS(UpdateAnnotationVisibility,
    (Operate<model::Annotation>, id, "The note.", .type = "string"),
    (bool, admins_only, "Whether only its writer and administrators see it.", .required = true))
};
AnnotationAnswer update_visibility(Call& call, sql::Transaction& tx, const UpdateAnnotationVisibility& r) {
  auto note = *r.id;
  note.admins_only = r.admins_only;
  sql::update(tx, note);
  return answer(call, tx, note);
}

/// Whose notes a list is of.
CHOICES(Writers, (all, "all"), (self, "self"))

struct ListAnnotations : Listing {
  using Base = Listing;
  FIELDS(ListAnnotations,
    (std::optional<See<model::Annotation>>, id, "Only this note.", .type = "string"),
    (std::optional<std::string>, entity_type, "Only notes on such things: VM, VOLUME …"),
    (std::optional<std::string>, entity_id, "Only notes on this thing; needs entitytype."),
    (std::optional<See<model::User>>, user_id, "Only notes of this user.", .type = "string"),
    (std::optional<Writers>, annotation_filter, "all, or self: only the caller's own."))
};
Page<AnnotationAnswer> list(Call& call, sql::Transaction& tx, const ListAnnotations& r) {
  AccountListing reachable;
  reachable.list_all = true;
  Where where;
  if (!call.caller.is_root()) {
    where.scope(call, tx, reachable, true);
    if (!call.caller.is_admin()) where.that("admins_only = 0 or user_id = $", call.caller.user);
  }
  if (r.entity_id) {
    const auto thing = thing_of(call, tx, kind_named(r.entity_type), *r.entity_id, access::Use::see, "entityid");
    where.equal("entity_id", thing.id);
  }
  if (r.entity_type) where.equal("kind", kind_named(r.entity_type));
  if (r.annotation_filter == Writers::self) where.equal("user_id", call.caller.user);
  where.equal("id", r.id).equal("user_id", r.user_id).keyword({"text"}, r.keyword);
  return answers_of<model::Annotation>(tx, where, r, "created, id",
                                       [&](const auto& note) { return answer(call, tx, note); });
}
}  // namespace

std::vector<Command> annotation_commands() {
  constexpr auto all = Audience::everyone;
  constexpr std::string_view object = "annotation";
  return {
      writing<add>({"addAnnotation", object, "Writes a note on a thing.", all, "ANNOTATION.CREATE"}),
      writing<remove>({"removeAnnotation", object, "Takes a note away.", all, "ANNOTATION.REMOVE"}),
      writing<update_visibility>(
          {"updateAnnotationVisibility", object, "Shows a note to everyone, or to administrators alone.", all}),
      reading<list>({"listAnnotations", object, "Lists notes.", all}),
  };
}

}  // namespace welkin::commands
