// Commands of jobs and events.
#include "commands/checks.hpp"
#include "commands/events.hpp"
#include "commands/listing.hpp"
#include "commands/owner.hpp"
#include "commands/replay.hpp"
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

namespace welkin::commands {

namespace {
using access::See;

/// A stored JSON text that is printed as what it holds.
struct Raw {
  std::string text;
  bool operator==(const Raw&) const = default;
};
}  // namespace
}  // namespace welkin::commands

namespace welkin {
namespace {
struct RawOps {
  using Value = commands::Raw;
  static bool present(const Value& v) { return !v.text.empty(); }
  static void write(Sink& s, const Value& v) {
    const JsonDocument document(v.text);
    commands::replay(s, document.root());
  }
  static bool parse(Value&, std::string_view) { return false; }
  static void read(Value&, Json) {}
  static Cell store(const Value& v) { return Cell::of(v.text); }
  static void load(Value& v, const SeenCell& c) { v.text = c.text; }
};
}  // namespace
template <>
struct TypeOf<commands::Raw> {
  static constexpr Type type = make_type<RawOps>(Kind::object, "responseobject");
};
}  // namespace welkin

namespace welkin::commands {

namespace {
struct JobAnswer {
  FIELDS(JobAnswer,
    (Id<model::Job>, job_id, "The job."),
    (int, job_status, "0 under way, 1 succeeded, 2 failed."),
    (int, job_proc_status, "Always 0."),
    (int, job_result_code, "0, or the code of the error."),
    (std::optional<std::string>, job_result_type, "object."),
    (Raw, job_result, "The answer of the command, or the error."),
    (std::optional<std::string>, job_instance_type, "What it is about."),
    (Uuid, job_instance_id, "Which one."),
    (Id<model::Account>, account_id, "Who began it."),
    (std::string, account, "By name."),
    (Id<model::Domain>, domain_id, "That account's domain."),
    (std::string, domain_path, "By path."),
    (Id<model::User>, user_id, "Who began it."),
    (Uuid, management_server_id, "The server that works on it."),
    (std::string, cmd, "Which command."),
    (Time, created, "When it was begun."),
    (std::optional<Time>, completed, "When it ended."))
};
JobAnswer answer_job(Call& call, sql::Transaction& tx, const model::Job& job) {
  JobAnswer out;
  out.job_id = job.id;
  out.job_status = job.status;
  out.job_result_code = job.result_code;
  if (job.status != 0) out.job_result_type = "object";
  out.job_result.text = opened_result(call.cloud.vault, job);
  out.job_instance_type = unless_empty(job.instance_type);
  out.job_instance_id = job.instance_id;
  out.account_id = job.account_id;
  if (const auto* account = call.look(tx, job.account_id)) out.account = account->name;
  out.domain_id = job.domain_id;
  if (const auto* domain = call.look(tx, job.domain_id)) out.domain_path = model::printed_path(*domain);
  out.user_id = job.user_id;
  if (job.status == 0)
    if (const auto* flow = call.look(tx, Id<durable::FlowRow>(job.flow_id))) out.management_server_id = flow->owner_id;
  out.cmd = job.command;
  out.created = job.created;
  out.completed = job.completed;
  return out;
}

struct QueryJob {
  FIELDS(QueryJob,
    (std::optional<See<model::Job>>, job_id, "The job."),
    (std::optional<std::string>, resource_type, "What it is about, with resourceid, in place of jobid."),
    (std::optional<std::string>, resource_id, "Which one."))
};
JobAnswer query_job(Call& call, sql::Transaction& tx, const QueryJob& r) {
  if (r.job_id) return answer_job(call, tx, **r.job_id);
  if (!r.resource_id) throw Error(Fault::invalid, "Name the job: give jobid, or resourcetype and resourceid.", "jobid");
  const auto job = sql::first<model::Job>(tx, "where instance_id = $1 order by created desc limit 1", *r.resource_id);
  if (!job) access::refuse_id("resourceid", *r.resource_id);
  return answer_job(call, tx, access::find<model::Job>(tx, call.caller, job->id, access::Use::see, "resourceid"));
}

struct ListJobs : AccountListing {
  using Base = AccountListing;
  FIELDS(ListJobs,
    (std::optional<Time>, start_date, "Only jobs begun since."),
    (std::optional<std::string>, resource_type, "Only jobs about such things."),
    (std::optional<std::string>, resource_id, "Only jobs about this thing."))
};
Page<JobAnswer> list_jobs(Call& call, sql::Transaction& tx, const ListJobs& r) {
  Where where;
  where.scope(call, tx, r)
      .equal("instance_type", r.resource_type)
      .equal("instance_id", r.resource_id)
      .keyword({"command"}, r.keyword)
      .that("status = 0");
  if (r.start_date) where.that("created >= $", *r.start_date);
  return answers_of<model::Job>(tx, where, r, "created, id",
                                [&](const auto& job) { return answer_job(call, tx, job); });
}

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
struct ListEvents : AccountListing {
  using Base = AccountListing;
  FIELDS(ListEvents,
    (std::optional<See<model::Event>>, id, "Only this event."),
    (std::optional<std::string>, type, "Only events of this type."),
    (std::optional<model::EventLevel>, level, "Only events of this level."),
    (std::optional<Time>, start_date, "Only events since."),
    (std::optional<Time>, end_date, "Only events until."),
    (std::optional<See<model::Event>>, start_id, "Only events of the action this one began."),
    (std::optional<std::string>, resource_id, "Only events about this thing."),
    (std::optional<std::string>, resource_type, "Only events about such things."),
    (std::optional<model::EventState>, state, "Only events of this part of actions."),
    (bool, archived, "With those put away."),
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
      .equal("start_id", r.start_id)
      .equal("resource_id", r.resource_id);
  where.equal("resource_type", r.resource_type).equal("state", r.state).keyword({"type", "description"}, r.keyword);
  if (r.start_date) where.that("created >= $", *r.start_date);
  if (r.end_date) where.that("created <= $", *r.end_date);
  if (r.entry_time || r.duration) within(where, r, call.cloud.now());
  if (!r.archived) where.that("archived = 0");
  return answers_of<model::Event>(tx, where, r, "created desc, id desc", [&](const model::Event& e) {
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
  });
}

struct EventTypeAnswer {
  FIELDS(EventTypeAnswer, (std::string, name, "The type."))
};
struct NoParameters {
  NO_FIELDS(NoParameters)
};
Page<EventTypeAnswer> list_event_types(Call& call, sql::Transaction&, const NoParameters&) {
  std::vector<std::string> types = {"USER.LOGIN"};
  for (const auto& command : call.index)
    if (!command.facts.event.empty()) types.emplace_back(command.facts.event);
  std::ranges::sort(types);
  types.erase(std::unique(types.begin(), types.end()), types.end());
  Page<EventTypeAnswer> page;
  for (auto& type : types) page.rows.push_back({std::move(type)});
  page.count = std::ssize(page.rows);
  return page;
}
}  // namespace

std::vector<Command> job_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<query_job>({"queryAsyncJobResult", "", "Answers how a job stands.", all}),
      reading<list_jobs>({"listAsyncJobs", "asyncjobs", "Lists jobs under way.", all}),
      reading<list_events>({"listEvents", "event", "Lists events.", all}),
      reading<list_event_types>({"listEventTypes", "eventtype", "Lists the types events can have.", all}),
  };
}

}  // namespace welkin::commands
