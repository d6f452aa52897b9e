// Rows of jobs and events.
#include "commands/events.hpp"

namespace welkin::commands {

namespace {
model::Event event_of(Call& call, std::string_view type) {
  model::Event event;
  event.id = call.cloud.new_id<model::Event>();
  event.type = type;
  event.user_id = call.caller.user;
  event.account_id = call.owner.account ? call.owner.account : call.caller.account;
  event.domain_id = call.owner.account ? call.owner.domain : call.caller.domain;
  event.created = call.cloud.now();
  return event;
}

std::string about(std::string_view type, std::string_view note, std::string_view resource, const Uuid& id) {
  auto text = std::string(type);
  if (!resource.empty()) text += fmt::format(" {} {}", resource, id.text());
  if (!note.empty()) text += fmt::format(" ({})", note);
  return text;
}
}  // namespace

model::Job make_job(Call& call, std::string_view command, const Begun& begun, const std::string* custom_id) {
  model::Job job;
  job.id = call.cloud.new_id<model::Job>();
  if (custom_id) {
    const auto wished = Id<model::Job>::parse(*custom_id);
    if (!wished)
      throw Error(Fault::invalid, fmt::format("The job id {} is not a uuid.", *custom_id), "customjobid");
    job.id = *wished;
  }
  job.flow_id = begun.flow.id;
  job.command = command;
  job.user_id = call.caller.user;
  job.account_id = call.caller.account;
  job.domain_id = call.caller.domain;
  job.instance_type = begun.instance_type;
  job.instance_id = begun.instance_id;
  job.created = call.cloud.now();
  return job;
}

int job_error_code(Fault fault) { return fault == Fault::invalid ? 431 : 530; }

std::string failure_text(int code, std::string_view message) {
  std::string out = fmt::format("{{\"errorcode\":{},\"errortext\":", code);
  append_json_string(out, message);
  return out + "}";
}

std::string sealed_result(const Vault& vault, const std::string& text) { return vault.seal(Secret(text)); }

std::string opened_result(const Vault& vault, const model::Job& job) {
  // Those of before were kept as they are.
  if (job.result.empty() || job.result.starts_with('{')) return job.result;
  return vault.open_sealed(job.result).reveal();
}

void note_done(sql::Transaction& tx, Call& call, std::string_view type, std::string_view note) {
  auto event = event_of(call, type);
  event.state = model::EventState::completed;
  event.description = fmt::format("Done: {}.", about(type, note, "", {}));
  sql::insert(tx, event);
}

Id<model::Event> note_scheduled(sql::Transaction& tx, Call& call, std::string_view type, const Begun& begun,
                                std::string_view note) {
  if (type.empty()) return {};
  auto event = event_of(call, type);
  event.state = model::EventState::scheduled;
  event.resource_type = begun.instance_type;
  event.resource_id = begun.instance_id;
  event.description = fmt::format("Begun: {}.", about(type, note, begun.instance_type, begun.instance_id));
  sql::insert(tx, event);
  return event.id;
}

void note_ended(sql::Transaction& tx, Call& call, std::string_view type, const model::Job& job,
                const durable::FlowRow& flow) {
  if (type.empty()) return;
  const bool failed = flow.state == durable::FlowState::failed;
  auto event = event_of(call, type);
  event.state = model::EventState::completed;
  event.level = failed ? model::EventLevel::error : model::EventLevel::info;
  event.resource_type = job.instance_type;
  event.resource_id = job.instance_id;
  event.start_id = job.start_event_id;
  if (const auto begun = sql::get<model::Event>(tx, job.start_event_id)) {
    event.account_id = begun->account_id;
    event.domain_id = begun->domain_id;
  }
  event.description =
      fmt::format("{}: {}{}", failed ? "Failed" : "Done", about(type, "", job.instance_type, job.instance_id),
                  failed ? ": " + flow.message : ".");
  sql::insert(tx, event);
}

}  // namespace welkin::commands
