// Commands of events.
#include "commands/bygone.hpp"
#include "commands/checks.hpp"
#include "commands/owner.hpp"
#include "commands/words.hpp"
#include "model/event.hpp"
#include "model/host.hpp"
#include "model/instance.hpp"
#include "model/network.hpp"
#include "model/physical_network.hpp"
#include "model/public_address.hpp"
#include "model/router.hpp"
#include "model/storage_pool.hpp"
#include "model/template.hpp"
#include "model/volume.hpp"

namespace welkin::embedded {
extern const std::string_view event_types;
}

namespace welkin::commands {

namespace {
using access::End;
using access::See;

struct EventAnswer {
  FIELDS(EventAnswer,
    (Id<model::Event>, id, "The event."),
    (std::string, username, "Who did it."),
    (std::string, type, "What happened."),
    (std::string, level, "INFO, WARN or ERROR."),
    (std::string, description, "What happened, for people."),
    (std::optional<std::string>, account, "Whose account."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "That account's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (Uuid, resource_id, "What it happened to."),
    (std::optional<std::string>, resource_type, "What that is."),
    (std::optional<std::string>, resource_name, "That one's name."),
    (Time, created, "When."),
    (std::string, state, "Which part of an action."),
    (Id<model::Event>, parent_id, "The event that began the action."),
    (std::optional<bool>, archived, "Put away; absent otherwise."))
};
template <class Row>
std::optional<std::string> name_by(Call& call, sql::Transaction& tx, const Uuid& id) {
  const auto* row = call.look(tx, Id<Row>(id));
  if constexpr (requires { row->name; }) return row ? std::optional(row->name) : std::nullopt;
  else if constexpr (requires { row->user_name; }) return row ? std::optional(row->user_name) : std::nullopt;
  else return row ? std::optional(row->address) : std::nullopt;
}
/// What the event is about, by the name it was noted with or has now. Rules and the like have none.
std::optional<std::string> name_of_resource(Call& call, sql::Transaction& tx, const model::Event& e) {
  using Namer = std::optional<std::string> (*)(Call&, sql::Transaction&, const Uuid&);
  static const std::unordered_map<std::string_view, Namer> namers = {
      {"VirtualMachine", name_by<model::Instance>},
      {"Volume", name_by<model::Volume>},
      {"Network", name_by<model::Network>},
      {"DomainRouter", name_by<model::Router>},
      {"Template", name_by<model::Template>},
      {"Host", name_by<model::Host>},
      {"StoragePool", name_by<model::StoragePool>},
      {"PhysicalNetwork", name_by<model::PhysicalNetwork>},
      {"NetworkServiceProvider", name_by<model::NetworkProvider>},
      {"IpAddress", name_by<model::PublicAddress>},
      {"User", name_by<model::User>}};
  if (!e.resource_name.empty()) return e.resource_name;
  const auto namer = namers.find(e.resource_type);
  return namer == namers.end() ? std::nullopt : namer->second(call, tx, e.resource_id);
}
EventAnswer answer(Call& call, sql::Transaction& tx, const model::Event& e) {
  EventAnswer out;
  out.id = e.id;
  if (const auto* user = call.look(tx, e.user_id)) out.username = user->user_name;
  out.type = e.type;
  out.level = name_of(e.level);
  out.description = e.description;
  name_owner(call, tx, e.account_id, out);
  name_domain(call, tx, e.domain_id, out);
  out.resource_id = e.resource_id;
  out.resource_type = unless_empty(e.resource_type);
  out.resource_name = name_of_resource(call, tx, e);
  out.created = e.created;
  out.state = name_of(e.state);
  out.parent_id = e.start_id;
  if (e.archived) out.archived = true;
  return out;
}

struct ListEvents : AccountListing {
  using Base = AccountListing;
  FIELDS(ListEvents,
    (std::optional<See<model::Event>>, id, "Only this event."),
    (std::optional<std::string>, type, "Only events of this type."),
    (std::optional<model::EventLevel>, level, "Only events of this level."),
    (std::optional<Time>, start_date, "Only events since."),
    (std::optional<Time>, end_date, "Only events until."),
    (std::optional<See<model::Event>>, start_id, "Only this event, and those of the action it began."),
    (std::optional<std::string>, resource_id, "Only events about this thing."),
    (std::optional<std::string>, resource_type, "Only events about such things."),
    (std::optional<model::EventState>, state, "Only events of this part of actions."),
    (bool, archived, "Only events that were put away; without it only others."),
    (std::optional<int>, entry_time, "Only events of so many seconds ago and less, with duration."),
    (std::optional<int>, duration, "Only events of so many seconds ago and more, with entrytime."))
};
/// From `entrytime` seconds ago to `duration` seconds ago.
void within(Where& where, const ListEvents& r, Time now) {
  const auto from = r.entry_time.value_or(0), until = r.duration.value_or(0);
  if (from <= until || until < 0)
    throw Error(Fault::invalid, "entrytime and duration are seconds before now, and entrytime is the larger.",
                "entrytime");
  where.that("created >= $", now - std::chrono::seconds(from)).that("created <= $", now - std::chrono::seconds(until));
}
Page<EventAnswer> list_events(Call& call, sql::Transaction& tx, const ListEvents& r) {
  Where where;
  where.scope(call, tx, r, r.id.has_value())
      .equal("id", r.id)
      .equal("type", r.type)
      .equal("level", r.level)
      .equal("resource_id", r.resource_id)
      .equal("resource_type", r.resource_type)
      .equal("state", r.state)
      .equal("archived", r.archived)
      .keyword({"type", "description", "level"}, r.keyword);
  if (r.start_id) where.that("id = $ or start_id = $", r.start_id->id());
  if (r.start_date) where.that("created >= $", *r.start_date);
  if (r.end_date) where.that("created <= $", *r.end_date);
  if (r.entry_time || r.duration) within(where, r, call.cloud.now());
  return answers_of<model::Event>(tx, where, r, "created desc, id desc",
                                  [&](const model::Event& event) { return answer(call, tx, event); });
}

struct BygoneEvents : Bygone {
  using Base = Bygone;
  FIELDS(BygoneEvents, (std::vector<End<model::Event>>, ids, "These events."))
};
/// Those that the request means: named by id, or else of the caller's account, or of all that an administrator rules.
Where meant(Call& call, sql::Transaction& tx, const BygoneEvents& r) {
  Where where;
  if (r.ids.empty()) where.scope(call, tx, DomainListing{}, call.caller.is_admin());
  narrow_to_bygone(where, r, "created").equal("type", r.type);
  return where;
}
Success archive(Call& call, sql::Transaction& tx, const BygoneEvents& r) {
  const auto where = meant(call, tx, r);
  tx.execute("update events set archived = 1" + where.text(), where.cells());
  return {true, {}};
}
Success remove(Call& call, sql::Transaction& tx, const BygoneEvents& r) {
  const auto where = meant(call, tx, r);
  tx.execute("delete from events" + where.text(), where.cells());
  return {true, {}};
}

struct EventTypeAnswer {
  FIELDS(EventTypeAnswer, (std::string, name, "The type."))
};
Page<EventTypeAnswer> list_event_types(Call&, sql::Transaction&, const Nothing&) {
  Page<EventTypeAnswer> page;
  each_word(embedded::event_types, [&](std::string_view type) { page.rows.push_back({std::string(type)}); }, '\n');
  page.count = std::ssize(page.rows);
  return page;
}
}  // namespace

std::vector<Command> event_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_events>({"listEvents", "event", "Lists events.", all}),
      writing<archive>({"archiveEvents", "", "Puts events away: lists leave them out, and they are kept.", all}),
      writing<remove>({"deleteEvents", "", "Deletes events.", all}),
      reading<list_event_types>({"listEventTypes", "eventtype", "Lists the types events can have.", all}),
  };
}

}  // namespace welkin::commands
