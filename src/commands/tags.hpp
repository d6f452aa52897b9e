// Tags as answers show them, read for a page at once.
#pragma once

#include "commands/checks.hpp"
#include "commands/owner.hpp"
#include "model/tag.hpp"

namespace welkin::commands {

/// A word that a thing carries, with whose it is: a tag or a detail.
struct WordAnswer {
  FIELDS(WordAnswer,
    (std::string, key, "Unique on the thing."),
    (std::string, value, "What it says."),
    (std::string, resource_type, "What carries it: UserVm, Volume …"),
    (Uuid, resource_id, "Which of these."),
    (std::optional<std::string>, account, "Who owns the thing."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (std::optional<std::string>, domain, "By name."),
    (std::optional<std::string>, domain_path, "By path."))
};
struct TagAnswer : WordAnswer {
  using Base = WordAnswer;
  FIELDS(TagAnswer, (std::optional<std::string>, customer, "Whom it is for."))
};

/// All of it that tags and details have in common.
template <class Answer, class Word>
Answer answer_word(Call& call, sql::Transaction& tx, const Word& word) {
  Answer out;
  out.key = word.key;
  out.value = word.value;
  out.resource_type = name_of(word.resource_kind);
  out.resource_id = word.resource_id;
  name_owner(call, tx, word.account_id, out);
  name_domain(call, tx, word.domain_id, out);
  return out;
}

TagAnswer answer_tag(Call& call, sql::Transaction& tx, const model::Tag& tag);

/// Puts new tags on a thing. Throws `invalid` for words that cannot be a tag or too many, `conflict` for a key it has.
void put_tags(Call& call, sql::Transaction& tx, const model::Tag& on, const TextMap& tags);

/// Fills in the tags of things of one kind, in the order of their keys: one query for a hundred.
void show_tags(Call& call, sql::Transaction& tx, model::TaggedKind kind,
               std::span<const FieldOf<std::vector<TagAnswer>>> answers);
template <class A>
void add_tags(Call& call, sql::Transaction& tx, model::TaggedKind kind, std::span<A> answers) {
  std::vector<FieldOf<std::vector<TagAnswer>>> fields;
  for (auto& answer : answers) fields.push_back({answer.id, &answer.tags});
  show_tags(call, tx, kind, fields);
}
template <class A>
void add_tags(Call& call, sql::Transaction& tx, model::TaggedKind kind, std::vector<A>& answers) {
  add_tags(call, tx, kind, std::span<A>(answers));
}
template <class A>
Page<A> with_tags(Call& call, sql::Transaction& tx, model::TaggedKind kind, Page<A> page) {
  add_tags(call, tx, kind, page.rows);
  return page;
}
template <class A>
A with_tags(Call& call, sql::Transaction& tx, model::TaggedKind kind, A answer) {
  add_tags(call, tx, kind, std::span<A>(&answer, 1));
  return answer;
}

}  // namespace welkin::commands

extern template struct welkin::Erased<welkin::ListOps<welkin::commands::TagAnswer>>;
