// Commands of jobs.
#include "commands/checks.hpp"
#include "commands/events.hpp"
#include "commands/listing.hpp"
#include "commands/replay.hpp"

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
}  // namespace

std::vector<Command> job_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<query_job>({"queryAsyncJobResult", "", "Answers how a job stands.", all}),
      reading<list_jobs>({"listAsyncJobs", "asyncjobs", "Lists jobs under way.", all}),
  };
}

}  // namespace welkin::commands
