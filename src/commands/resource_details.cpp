// Commands of details. Things with a map of details in their own rows keep them there, where placement and drivers read
// them; the others' lie in a table.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/tags.hpp"
#include "commands/things.hpp"

namespace welkin::commands {

namespace {
constexpr std::size_t key_max = 255, value_max = 4096;
constexpr std::int64_t details_max = 200;  ///< of one thing

struct DetailAnswer : WordAnswer {
  using Base = WordAnswer;
  NO_FIELDS(DetailAnswer)
};

void check_details(const TextMap& details) {
  if (details.empty()) bad("Say what is to be added: give details[0].key and details[0].value.", "details");
  for (const auto& [key, value] : details) {
    if (key.empty()) bad("A detail has a key: give details[0].key.", "details");
    if (key.size() > key_max || value.size() > value_max)
      bad(fmt::format("The detail {} is too long: keys have at most {} bytes, values {}.", key.substr(0, key_max),
                      key_max, value_max),
          "details");
  }
}

void put(Call& call, sql::Transaction& tx, model::ResourceDetail detail) {
  auto before = sql::first<model::ResourceDetail>(tx, "where resource_id = $1 and resource_kind = $2 and key = $3",
                                                  detail.resource_id, detail.resource_kind, detail.key);
  if (before) {
    before->value = detail.value;
    before->display = detail.display;
    return sql::update(tx, *before);
  }
  detail.id = call.cloud.new_id<model::ResourceDetail>();
  detail.created = call.cloud.now();
  sql::insert(tx, detail);
}

struct AddResourceDetail {
  FIELDS(AddResourceDetail,
    (TextMap, details, "The details: details[0].key and details[0].value.", .length = 8192, .required = true),
    (model::DetailedKind, resource_type, "What kind of thing: Volume, Nic, Zone …"),
    (std::string, resource_id, "Which of these."),
    (std::optional<bool>, for_display, "Its owner sees them; true when absent."))
};
Success add(Call& call, sql::Transaction& tx, const AddResourceDetail& r) {
  check_details(r.details);
  const auto thing = thing_of(call, tx, r.resource_type, r.resource_id, access::Use::operate, "resourceid");
  happens_to(call, tx, thing.owner);
  call.touched = thing.id;
  call.event_note = thing.name;
  std::int64_t there = 0;
  if (in_own_row(r.resource_type)) {
    if (!r.for_display.value_or(true))
      bad(fmt::format("Details of a {} cannot be hidden.", name_of(r.resource_type)), "fordisplay");
    with_details(tx, r.resource_type, thing.id, [&](TextMap& details) {
      for (const auto& [key, value] : r.details) details[key] = value;
      there = std::ssize(details);
      return true;
    });
  } else {
    model::ResourceDetail detail;
    detail.resource_kind = r.resource_type;
    detail.resource_id = thing.id;
    detail.display = r.for_display.value_or(true);
    detail.account_id = thing.owner.account;
    detail.domain_id = thing.owner.domain;
    for (const auto& [key, value] : r.details) {
      detail.key = key;
      detail.value = value;
      put(call, tx, detail);
    }
    there = sql::count(tx, "select count(*) from resource_details where resource_id = $1", thing.id);
  }
  if (there > details_max)
    throw Error(Fault::limited, fmt::format("A thing has at most {} details, not {}.", details_max, there), "details");
  return {true, {}};
}

struct RemoveResourceDetail {
  FIELDS(RemoveResourceDetail,
    (std::optional<std::string>, key, "Which detail; all of them when absent."),
    (model::DetailedKind, resource_type, "What kind of thing: Volume, Nic, Zone …"),
    (std::string, resource_id, "Which of these."))
};
Success remove(Call& call, sql::Transaction& tx, const RemoveResourceDetail& r) {
  const auto thing = thing_of(call, tx, r.resource_type, r.resource_id, access::Use::operate, "resourceid");
  happens_to(call, tx, thing.owner);
  call.touched = thing.id;
  call.event_note = thing.name;
  std::size_t gone = 0;
  if (in_own_row(r.resource_type)) {
    with_details(tx, r.resource_type, thing.id, [&](TextMap& details) {
      gone = std::erase_if(details, [&](const auto& detail) { return !r.key || detail.first == *r.key; });
      return gone > 0;
    });
  } else {
    Where where;
    where.equal("resource_id", thing.id).equal("key", r.key);
    for (const auto& detail : sql::all_with<model::ResourceDetail>(tx, where.text(), where.cells())) {
      sql::erase(tx, detail.id);
      ++gone;
    }
  }
  if (gone == 0 && r.key) bad(fmt::format("{} has no detail {}.", thing.name, *r.key), "key");
  return {true, {}};
}

struct ListResourceDetails : AccountListing {
  using Base = AccountListing;
  FIELDS(ListResourceDetails,
    (model::DetailedKind, resource_type, "What kind of things: Volume, Nic, Zone …"),
    (std::optional<std::string>, resource_id, "Only details of this thing."),
    (std::optional<std::string>, key, "Only details with this key."),
    (std::optional<std::string>, value, "Only details with this value.", .admin = true),
    (std::optional<bool>, for_display, "Only those that owners see, or do not see.", .admin = true))
};

bool holds(const std::optional<std::string>& wanted, const std::string& text) { return !wanted || *wanted == text; }

/// Of a thing that keeps its details in its own row.
Page<DetailAnswer> list_own(Call& call, sql::Transaction& tx, const ListResourceDetails& r) {
  if (!r.resource_id)
    bad(fmt::format("Details of a {} are listed one by one: give resourceid.", name_of(r.resource_type)), "resourceid");
  const auto thing = thing_of(call, tx, r.resource_type, *r.resource_id, access::Use::see, "resourceid");
  Page<DetailAnswer> page;
  const auto slice = slice_of(r);
  with_details(tx, r.resource_type, thing.id, [&](const TextMap& details) {
    for (const auto& [key, value] : details) {
      if (!holds(r.key, key) || !holds(r.value, value) || !r.for_display.value_or(true)) continue;
      if (r.keyword && !key.contains(*r.keyword)) continue;
      if (page.count++ < slice.offset || std::ssize(page.rows) >= slice.length) continue;
      model::ResourceDetail detail;
      detail.resource_kind = r.resource_type;
      detail.resource_id = thing.id;
      detail.key = key;
      detail.value = value;
      detail.account_id = thing.owner.account;
      detail.domain_id = thing.owner.domain;
      page.rows.push_back(answer_word<DetailAnswer>(call, tx, detail));
    }
    return false;
  });
  return page;
}

Page<DetailAnswer> list(Call& call, sql::Transaction& tx, const ListResourceDetails& r) {
  if (in_own_row(r.resource_type)) return list_own(call, tx, r);
  Where where;
  where.scope(call, tx, r, r.resource_id.has_value())
      .equal("resource_kind", r.resource_type)
      .equal("key", r.key)
      .equal("value", r.value)
      .equal("display", r.for_display)
      .keyword({"key"}, r.keyword);
  if (!call.caller.is_root()) where.that("display = 1");
  if (r.resource_id) {
    const auto thing = thing_of(call, tx, r.resource_type, *r.resource_id, access::Use::see, "resourceid");
    where.equal("resource_id", thing.id);
  }
  return answers_of<model::ResourceDetail>(tx, where, r, "created, id",
                                           [&](const auto& detail) { return answer_word<DetailAnswer>(call, tx, detail); });
}
}  // namespace

std::vector<Command> resource_detail_commands() {
  return {
      prompt<add>({"addResourceDetail", "", "Adds details to a thing.", Audience::root, "CREATE_RESOURCE_DETAILS"}),
      prompt<remove>(
          {"removeResourceDetail", "", "Takes details off a thing.", Audience::root, "DELETE_RESOURCE_DETAILS"}),
      reading<list>({"listResourceDetails", "resourcedetail", "Lists details of things.", Audience::everyone}),
  };
}

}  // namespace welkin::commands
