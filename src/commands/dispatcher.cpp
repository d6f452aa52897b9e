// The life of a command, from parameters to answer or job.
#include "commands/dispatcher.hpp"

#include "base/log.hpp"
#include "access/roles.hpp"
#include "commands/events.hpp"
#include "commands/index.hpp"
#include "commands/owner.hpp"
#include "commands/replay.hpp"
#include "commands/unsupported.hpp"

namespace welkin::commands {

namespace {
constexpr auto awaited_for = 10min;

Error error_of(const durable::FlowRow& flow) {
  return Error(fault_named(flow.fault), flow.message, {}, flow.cause);
}

std::string result_text(const Command& command, const Answer& answer) {
  std::string out;
  JsonSink sink(out, JsonSink::Names::wire);
  if (command.facts.object.empty()) {
    answer.write(sink);
    return out;
  }
  sink.begin_object();
  if (command.is_list) {
    sink.key("count", "count");
    sink.integer(answer.count);
  }
  sink.key(command.facts.object, command.facts.object);
  if (command.is_list) sink.begin_list();
  answer.write(sink);
  if (command.is_list) sink.end_list();
  sink.end_object();
  return out;
}

/// Ending such a journey would leave running, or even start again, what it was to take away.
bool takes_away(std::string_view command) {
  static constexpr std::string_view verbs[] = {"stop",   "destroy", "expunge", "delete", "remove",
                                               "detach", "disable", "suspend", "release", "disassociate"};
  return std::ranges::any_of(verbs, [&](auto verb) { return command.starts_with(verb); });
}

bool is_dry(const Parameters& parameters) {
  const auto* given = parameters.find("dryrun");
  if (!given || given->empty() || same_text_ignoring_case(*given, "false")) return false;
  if (!same_text_ignoring_case(*given, "true"))
    throw Error(Fault::invalid, fmt::format("dryrun is true or false, not {}.", *given), "dryrun");
  return true;
}
}  // namespace

Dispatcher::Dispatcher(Cloud& cloud, std::span<const Command> commands)
    : cloud_(cloud), commands_(commands), audit_(cloud), throttle_(cloud) {
  for (const auto& command : commands_) {
    const bool fresh = by_name_.emplace(command.facts.name, &command).second;
    must(fresh, "a command is listed once");
  }
}

const Command* Dispatcher::find(std::string_view name) const {
  const auto at = by_name_.find(name);
  return at == by_name_.end() ? nullptr : at->second;
}

std::shared_ptr<void> Dispatcher::bound(const Passage& passage, sql::Transaction& tx) {
  const auto& [command, call, parameters, record, stored, token, reply] = passage;
  refuse_lacks(command, parameters);
  auto request = command.new_request();
  const auto& shape = command.request();
  bind(shape, request.get(), parameters, command.facts.name, call.caller.is_root());
  happens_to(call, tx, resolve(shape, request.get(), tx, call.caller));
  return request;
}

Reply Dispatcher::run(const Command& command, Call& call, const Parameters& parameters) {
  call.throttle = &throttle_;
  call.index = commands_;
  Passage passage{command, call, parameters, audit_.begun(call, command.facts.name, &command, parameters)};
  try {
    pass(passage);
    conclude(passage, nullptr);
    return std::move(passage.reply);
  } catch (const Error& error) {
    conclude(passage, &error);
    throw;
  } catch (const std::exception& error) {
    const Error defect(Fault::internal, error.what());
    conclude(passage, &defect);
    throw;
  }
}

void Dispatcher::conclude(Passage& passage, const Error* error) {
  const auto status_of = passage.call.status_of;
  audit_.conclude(passage.record, error, !error ? 200 : status_of ? status_of(*error) : 0);
  if (passage.stored) audit_.committed(std::move(passage.record));
  else if (passage.call.caller.user) audit_.note(std::move(passage.record));
  else audit_.note_stranger(std::move(passage.record));
}

void Dispatcher::pass(Passage& passage) {
  auto& [command, call, parameters, record, stored, token, reply] = passage;
  if (command.manner != Manner::reading) {
    call.dry = is_dry(parameters);
    if (!call.dry) token = token_in(command, call, parameters);
  }
  try {
    carry_out(passage);
  } catch (const Rehearsed&) {
    if (!reply.foreseen) reply.foreseen.emplace();
  } catch (const Repeated&) {
    answer_repeated(passage);
  } catch (const Error& error) {
    // The same call at the same time: one of the two is done, and the other is answered the same.
    if (!token || error.fault != Fault::conflict) throw;
    if (!sql::read(cloud_.database, [&](sql::Transaction& tx) { return repeats(tx, passage); })) throw;
    answer_repeated(passage);
  }
}

void Dispatcher::carry_out(Passage& passage) {
  auto& [command, call, parameters, record, stored, token, reply] = passage;
  switch (command.manner) {
    case Manner::reading:
      cloud_.database.read([&](sql::Transaction& tx) {
        call.forget();
        const auto request = bound(passage, tx);
        reply.answer = command.run(call, &tx, request.get());
      });
      break;
    case Manner::writing:
      change(passage, [&](sql::Transaction& tx, const void* request) {
        reply.answer = command.run(call, &tx, request);
        if (!command.facts.event.empty()) note_done(tx, call, command.facts.event, call.event_note);
      });
      break;
    case Manner::outside: run_outside(passage); break;
    case Manner::prompt: run_prompt(passage); break;
    case Manner::journey:
    case Manner::awaited: run_journey(passage); break;
  }
}

void Dispatcher::change(Passage& passage, const std::function<void(sql::Transaction&, const void*)>& body) {
  cloud_.database.write([&](sql::Transaction& tx) {
    passage.call.forget();
    if (repeats(tx, passage)) throw Repeated{};
    const auto request = bound(passage, tx);
    body(tx, request.get());
    close(tx, passage);
  });
  passage.stored = true;
  for (auto& flow : passage.call.launches) cloud_.journeys->launch(std::move(flow));
  for (auto& work : passage.call.afterwards) work();
}

void Dispatcher::close(sql::Transaction& tx, Passage& passage) {
  if (passage.call.dry) throw Rehearsed{};
  audit_.conclude(passage.record, nullptr, 200);
  model::insert_quietly(tx, passage.record);
  if (passage.token) keep(tx, cloud_, *passage.token, {passage.reply.answer, passage.record.job_id, passage.reply.id});
}

bool Dispatcher::repeats(sql::Transaction& tx, Passage& passage) {
  if (!passage.token) return false;
  const auto before = kept(tx, cloud_, *passage.token);
  if (before) passage.reply = {before->answer, before->job, before->id};
  return before.has_value();
}

void Dispatcher::answer_repeated(Passage& passage) {
  passage.record.job_id = passage.reply.job;
  if (passage.command.manner != Manner::awaited) return;
  cloud_.database.read([&](sql::Transaction& tx) {
    answer_awaited(tx, passage, sql::need<model::Job>(tx, passage.record.job_id));
  });
}

void Dispatcher::run_outside(Passage& passage) {
  auto& [command, call, parameters, record, stored, token, reply] = passage;
  bool written = false;
  call.before_commit = [&](sql::Transaction& tx, const Answer& answer) {
    if (repeats(tx, passage)) throw Repeated{};
    reply.answer = answer;
    if (!command.facts.event.empty()) note_done(tx, call, command.facts.event, call.event_note);
    close(tx, passage);
    written = true;
  };
  std::shared_ptr<void> request;
  cloud_.database.read([&](sql::Transaction& tx) {
    if (repeats(tx, passage)) throw Repeated{};
    request = bound(passage, tx);
  });
  reply.answer = command.run(call, nullptr, request.get());
  // Those that only ask somebody outside have nothing to write.
  if (!written && !command.facts.get)
    throw Error(Fault::internal, fmt::format("{} has not written through its call.", command.facts.name));
  stored = written;
}

void Dispatcher::run_prompt(Passage& passage) {
  auto& [command, call, parameters, record, stored, token, reply] = passage;
  change(passage, [&](sql::Transaction& tx, const void* request) {
    const auto answer = command.run(call, &tx, request);
    if (call.dry) reply.answer = answer;
    Begun done;
    done.flow.id = cloud_.new_id<durable::FlowRow>();
    done.instance_type = command.facts.entity;
    done.instance_id = call.touched;
    auto job = make_job(call, command.facts.name, done, parameters.find("customjobid"));
    job.status = 1;
    job.result = sealed_result(cloud_.vault, result_text(command, answer));
    job.completed = job.created;
    if (!command.facts.event.empty()) note_done(tx, call, command.facts.event, call.event_note);
    sql::insert(tx, job);
    record.job_id = job.id;
    reply.id = command.creates ? call.touched.text() : std::string();
  });
  reply.job = record.job_id;
}

void Dispatcher::run_journey(Passage& passage) {
  auto& [command, call, parameters, record, stored, token, reply] = passage;
  Begun begun;
  model::Job job;
  change(passage, [&](sql::Transaction& tx, const void* request) {
    begun = *command.run(call, &tx, request).begun;
    job = make_job(call, command.facts.name, begun, parameters.find("customjobid"));
    job.start_event_id = note_scheduled(tx, call, command.facts.event, begun, call.event_note);
    sql::insert(tx, job);
    if (call.dry) foresee(tx, passage, begun, job);
    record.job_id = job.id;
    reply.id = command.creates ? begun.id : std::string();
  });
  if (command.manner == Manner::journey) {
    cloud_.journeys->launch(begun.flow);
    reply.job = job.id;
    return;
  }
  await(begun.flow);
  cloud_.database.read([&](sql::Transaction& tx) { answer_awaited(tx, passage, job); });
}

void Dispatcher::answer_awaited(sql::Transaction& tx, Passage& passage, const model::Job& job) {
  passage.call.forget();
  passage.reply.job = {};
  const auto flow = sql::need<durable::FlowRow>(tx, Id<durable::FlowRow>(job.flow_id));
  if (flow.state == durable::FlowState::failed) throw error_of(flow);
  if (flow.state != durable::FlowState::done)
    throw Error(Fault::conflict, "The call with this token is under way; ask again when it has ended.",
                std::string(token_parameter));
  passage.reply.answer = passage.command.result(passage.call, tx, job, flow);
}

void Dispatcher::foresee(sql::Transaction& tx, Passage& passage, const Begun& begun, const model::Job& job) {
  auto& [command, call, parameters, record, stored, token, reply] = passage;
  reply.foreseen = flows::foresee(tx, cloud_, begun.flow);
  call.forget();
  try {
    reply.answer = command.result(call, tx, job, begun.flow);
  } catch (const Error&) {
    reply.answer = {};  // it is known only when the journey has ended
  }
  if (!call.caller.is_root()) reply.foreseen->hide_places();
}

void Dispatcher::await(const durable::FlowRow& flow) {
  {
    const std::lock_guard lock(mutex_);
    awaited_.insert(flow.id);
  }
  cloud_.journeys->launch(flow);
  bool by_hand = false;
  while (cloud_.loop.step()) by_hand = true;
  std::unique_lock lock(mutex_);
  const auto span = by_hand ? 0min : awaited_for;  // where nobody else moves the loop, nothing is to come
  const bool in_time = ended_.wait_for(lock, span, [&] { return outcomes_.contains(flow.id); });
  awaited_.erase(flow.id);
  outcomes_.erase(flow.id);
  if (!in_time)
    throw Error(Fault::timeout,
                "This takes longer than ten minutes; it goes on, and its event will tell how it ended.");
}

void Dispatcher::wake(const durable::FlowRow& flow) {
  const std::lock_guard lock(mutex_);
  if (!awaited_.contains(flow.id)) return;
  outcomes_.emplace(flow.id, flow);
  ended_.notify_all();
}

void Dispatcher::may_act(const durable::FlowRow& flow) {
  try {
    check_right(flow);
  } catch (const Error& error) {
    // Records that cannot be read now are no revocation. What the step does is recorded in them, and waits for them there.
    if (error.fault == Fault::forbidden) throw;
    log::warning("whether the caller of {} still may go on is not known: {}", flow.id.text(), error.message);
  }
}

void Dispatcher::check_right(const durable::FlowRow& flow) {
  cloud_.database.read([&](sql::Transaction& tx) {
    const auto job = sql::first<model::Job>(tx, "where flow_id = $1", flow.id);
    const auto* command = job ? find(job->command) : nullptr;
    if (!command || takes_away(job->command)) return;
    const auto identity = access::read_identity(tx, job->user_id);
    const auto refuse = [&](std::string_view why) {
      throw Error(Fault::forbidden, fmt::format("The job was ended and what it had done was taken back: {}.", why));
    };
    if (!identity) refuse("the user who began it is no longer there");
    const auto& name = identity->caller.user_name;
    if (!identity->enabled) refuse(fmt::format("the user {} or the account is disabled or locked", name));
    if (!allows(identity->rules, *command))
      refuse(fmt::format("the role of {} does not allow {} any more", name, job->command));
  });
}

void Dispatcher::complete(sql::Transaction& tx, const durable::FlowRow& flow) {
  auto job = sql::first<model::Job>(tx, "where flow_id = $1", flow.id);
  if (!job) return;
  const auto* command = find(job->command);
  if (!command) return;
  Call call(cloud_, caller_of(tx, job->user_id), job->id.text());
  job->completed = flow.ended;
  if (flow.state == durable::FlowState::done) {
    job->status = 1;
    try {
      job->result = sealed_result(cloud_.vault, result_text(*command, command->result(call, tx, *job, flow)));
    } catch (const Error& error) {
      // What it was about has gone meanwhile. The job has ended all the same.
      job->result = sealed_result(cloud_.vault, R"({"success":true})");
      log::info("the result of job {} cannot be shown: {}", job->id.text(), error.message);
    }
  } else {
    const auto error = error_of(flow);
    job->status = 2;
    job->result_code = job_error_code(error.fault);
    job->result = sealed_result(cloud_.vault, failure_text(job->result_code, error.message));
  }
  sql::update(tx, *job);
  note_ended(tx, call, command->facts.event, *job, flow);
}

}  // namespace welkin::commands
