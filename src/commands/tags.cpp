// Commands of tags.
#include "commands/tags.hpp"

#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/things.hpp"

namespace welkin::commands {

namespace {
/// Of one thing; a request's list is bounded by the binder.
constexpr std::int64_t tags_max = 200;
constexpr std::size_t word_max = 255;

bool is_control(char c) { return (unsigned char)c < 0x20 || c == 0x7f; }

void check_tag(const std::string& key, const std::string& value) {
  if (key.empty() || value.empty())
    bad(fmt::format("The tag {0}={1} lacks its {2}: give tags[0].key and tags[0].value.", key, value,
                    key.empty() ? "key" : "value"),
        "tags");
  if (std::ranges::any_of(key, is_control) || std::ranges::any_of(value, is_control))
    bad("A tag is one line: its key and its value hold no control characters.", "tags");
  if (key.size() > word_max || value.size() > word_max)
    bad(fmt::format("A tag is too long; its key and its value have at most {} characters.", word_max), "tags");
}

struct CreateTags {
  FIELDS(CreateTags,
    (TextMap, tags, "The tags: tags[0].key and tags[0].value.", .required = true),
    (model::TaggedKind, resource_type, "What carries them: UserVm, Volume, Network …"),
    (std::vector<std::string>, resource_ids, "Which of these.", .required = true),
    (std::optional<std::string>, customer, "Whom the tags are for, in the caller's words."))
};
Success create(Call& call, sql::Transaction& tx, const CreateTags& r) {
  for (const auto& thing : things_of(call, tx, r.resource_type, r.resource_ids, access::Use::operate)) {
    happens_to(call, tx, thing.owner);
    model::Tag on;
    on.resource_kind = r.resource_type;
    on.resource_id = thing.id;
    on.account_id = thing.owner.account;
    on.domain_id = thing.owner.domain;
    on.customer = r.customer.value_or("");
    put_tags(call, tx, on, r.tags);
    call.touched = thing.id;
  }
  return {true, {}};
}

struct DeleteTags {
  FIELDS(DeleteTags,
    (TextMap, tags, "Only tags with these keys and, where they are given, values; all when absent."),
    (model::TaggedKind, resource_type, "What carries them: UserVm, Volume, Network …"),
    (std::vector<std::string>, resource_ids, "Which of these.", .required = true))
};
Success remove(Call& call, sql::Transaction& tx, const DeleteTags& r) {
  std::int64_t gone = 0;
  for (const auto& thing : things_of(call, tx, r.resource_type, r.resource_ids, access::Use::operate)) {
    happens_to(call, tx, thing.owner);
    for (const auto& tag :
         sql::all<model::Tag>(tx, "where resource_id = $1 and resource_kind = $2", thing.id, r.resource_type)) {
      const auto wish = r.tags.find(tag.key);
      if (!r.tags.empty() && (wish == r.tags.end() || (!wish->second.empty() && wish->second != tag.value))) continue;
      sql::erase(tx, tag.id);
      ++gone;
    }
    call.touched = thing.id;
  }
  if (gone == 0) bad("Unable to find any tags which conform to specified delete parameters.", "tags");
  return {true, {}};
}

struct ListTags : AccountListing {
  using Base = AccountListing;
  FIELDS(ListTags,
    (std::optional<model::TaggedKind>, resource_type, "Only tags of such things: UserVm, Volume, Network …"),
    (std::optional<std::string>, resource_id, "Only tags of this thing."),
    (std::optional<std::string>, key, "Only tags with this key."),
    (std::optional<std::string>, value, "Only tags with this value."),
    (std::optional<std::string>, customer, "Only tags for this customer."))
};
Page<TagAnswer> list(Call& call, sql::Transaction& tx, const ListTags& r) {
  Where where;
  where.scope(call, tx, r, r.resource_id.has_value())
      .equal("key", r.key)
      .equal("value", r.value)
      .equal("customer", r.customer)
      .equal("resource_kind", r.resource_type)
      .keyword({"key", "value"}, r.keyword);
  if (r.resource_id) {
    const auto id = Id<model::Tag>::parse(*r.resource_id);
    where.equal("resource_id", id ? Uuid(*id) : Uuid());
  }
  const auto page = page_of<model::Tag>(tx, where, r, "created, id");
  std::vector<Uuid> owners;
  for (const auto& tag : page.rows) owners.push_back(tag.account_id);
  call.look_ahead<model::Account>(tx, std::move(owners));
  Page<TagAnswer> out{page.count, {}};
  for (const auto& tag : page.rows) out.rows.push_back(answer_tag(call, tx, tag));
  return out;
}
}  // namespace

TagAnswer answer_tag(Call& call, sql::Transaction& tx, const model::Tag& tag) {
  auto out = answer_word<TagAnswer>(call, tx, tag);
  out.customer = unless_empty(tag.customer);
  return out;
}

void show_tags(Call& call, sql::Transaction& tx, model::TaggedKind kind,
               std::span<const FieldOf<std::vector<TagAnswer>>> answers) {
  std::unordered_map<Uuid, std::vector<TagAnswer>> tags;
  const auto column = fmt::format("resource_kind = '{}' and resource_id", name_of(kind));
  for (const auto& tag : all_in<model::Tag>(tx, column, things_in(answers), "key"))
    tags[tag.resource_id].push_back(answer_tag(call, tx, tag));
  // Some lists tell of one thing several times: of a template, for each zone.
  for (const auto& answer : answers)
    if (const auto at = tags.find(answer.thing); at != tags.end()) *answer.field = at->second;
}

void put_tags(Call& call, sql::Transaction& tx, const model::Tag& on, const TextMap& tags) {
  for (const auto& [key, value] : tags) {
    check_tag(key, value);
    if (sql::first<model::Tag>(tx, "where resource_id = $1 and resource_kind = $2 and key = $3", on.resource_id,
                               on.resource_kind, key))
      throw Error(Fault::conflict,
                  fmt::format("The tag {} is on the {} {} already; delete it first.", key, name_of(on.resource_kind),
                              on.resource_id.text()),
                  "tags");
    auto tag = on;
    tag.id = call.cloud.new_id<model::Tag>();
    tag.key = key;
    tag.value = value;
    tag.created = call.cloud.now();
    sql::insert(tx, tag);
  }
  const auto there = sql::count(tx, "select count(*) from tags where resource_id = $1 and resource_kind = $2",
                                on.resource_id, on.resource_kind);
  if (there > tags_max)
    throw Error(Fault::limited, fmt::format("A thing carries at most {} tags, not {}; delete some.", tags_max, there),
                "tags");
}

std::vector<Command> tag_commands() {
  constexpr auto all = Audience::everyone;
  return {
      prompt<create>({"createTags", "", "Puts tags on things.", all, "CREATE_TAGS"}),
      prompt<remove>({"deleteTags", "", "Takes tags off things.", all, "DELETE_TAGS"}),
      reading<list>({"listTags", "tag", "Lists tags.", all}),
  };
}

}  // namespace welkin::commands

template struct welkin::Erased<welkin::ListOps<welkin::commands::TagAnswer>>;
