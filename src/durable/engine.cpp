// Runs journeys and keeps their journal.
#include "durable/engine.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace welkin::durable {

/// A journey in this server's hands.
struct Running {
  FlowRow row;
  std::map<std::int64_t, StepRow> journal;
  bool cancel_asked = false;
  bool settles = false;  ///< it has ended long ago; only what it owes is left
  Task<void> task;
};

namespace {
constexpr std::int64_t top_stride = 1'000'000;
constexpr std::int64_t branch_stride = 1'000;
constexpr int undo_attempts = 6;
constexpr int attempts_of_commit = 20;

/// Another server has taken the journey over: this one must not touch it any more.
struct Lost {};

Error error_of(const StepRow& entry) { return Error(fault_named(entry.fault), entry.message); }

/// What was thrown, as an Error. Death and Lost pass through.
Error as_error(std::exception_ptr thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    return Error(Fault::internal, "Something went wrong inside Welkin; the log of the server says more.", {},
                 error.what());
  }
}
}  // namespace

Uuid Flow::id() const { return running_.row.id; }
const std::string& Flow::claim_text() const { return running_.row.claim; }

Task<std::string> Flow::take(AnyStep step, std::string in) {
  place_ += stride_;
  return engine_.take(running_, place_, step, std::move(in));
}

Flow Flow::branch(std::int64_t index) {
  must(stride_ == top_stride && index < 999, "a branch does not branch again, and there are at most 999");
  return Flow(engine_, running_, place_ + (index + 1) * branch_stride, 1);
}

Task<void> Flow::turn() {
  Arrival<std::monostate> next;
  engine_.parts_.loop.post([next] { next.set({}); });
  co_await next;
}

namespace {
struct Nap {
  FIELDS(Nap, (std::int64_t, until_us, "When it is over, in microseconds since 1970."))
};
}  // namespace

Task<void> Flow::sleep(Duration span) {
  const auto wanted = engine_.parts_.loop.clock().now() + span;
  Nap order{wanted.time_since_epoch().count()};
  const Step<Nap, Nap> step{.name = "sleep",
                            .record = [](Stage&, sql::Transaction&, const Nap& in, Nap& out) { out = in; }};
  const auto nap = co_await run(step, order);
  const auto rest = Time(Duration(nap.until_us)) - engine_.parts_.loop.clock().now();
  if (rest > Duration{0}) co_await engine_.parts_.loop.sleep(rest);
}

Engine::Engine(EngineParts parts) : parts_(std::move(parts)) {}

Engine::~Engine() {
  *alive_ = false;
  for (int open = open_commits_; open != 0; open = open_commits_) open_commits_.wait(open);
  running_.clear();
}

const FlowKind* Engine::kind_named(std::string_view name) const {
  const auto at = std::ranges::find(parts_.kinds, name, &FlowKind::name);
  return at == parts_.kinds.end() ? nullptr : &*at;
}

const AnyStep* Engine::step_named(std::string_view name) const {
  const auto at = std::ranges::find(parts_.steps, name, &AnyStep::name);
  return at == parts_.steps.end() ? nullptr : &*at;
}

FlowRow Engine::begin_text(sql::Transaction& tx, std::string_view kind, std::string input) {
  const auto* known = kind_named(kind);
  must(known != nullptr, "a flow that is begun is listed");
  FlowRow row;
  row.id = new_id<FlowRow>(parts_.loop.clock(), parts_.random);
  row.kind = kind;
  row.version = known->version;
  row.input = std::move(input);
  row.owner_id = parts_.server;
  row.epoch = 1;
  row.created = parts_.loop.clock().now();
  Stage stage{parts_.cloud, row.id, 0, row.epoch, {}};
  if (known->take) row.claim = known->take(stage, tx, row.input);
  sql::insert(tx, row);
  return row;
}

void Engine::launch(FlowRow row) {
  parts_.loop.post([this, alive = alive_, row = std::move(row)]() mutable {
    if (*alive && !dead_ && !running_.contains(row.id)) spawn(std::move(row), {}, false);
  });
}

void Engine::spawn(FlowRow row, std::vector<StepRow> journal, bool resumed, bool settles) {
  auto running = std::make_unique<Running>();
  running->settles = settles;
  running->cancel_asked = row.cancel_asked;
  running->row = std::move(row);
  for (auto& entry : journal) running->journal.emplace(entry.place, std::move(entry));
  auto& kept = *running;
  running_.emplace(kept.row.id, std::move(running));
  kept.task = live(kept, resumed);
  kept.task.begin();
}

void Engine::recover(const std::vector<Uuid>& dead) {
  std::vector<std::pair<FlowRow, std::vector<StepRow>>> found;
  parts_.database.write([&](sql::Transaction& tx) {
    found.clear();
    std::vector<Uuid> owners = dead;
    owners.push_back(parts_.server);
    for (const auto& owner : owners)
      for (auto& row :
           sql::all<FlowRow>(tx, "where state in ('running', 'unwinding') and owner_id = $1 order by id", owner)) {
        if (running_.contains(row.id)) continue;
        row.owner_id = parts_.server;
        ++row.epoch;
        sql::update(tx, row);
        auto journal = sql::all<StepRow>(tx, "where flow_id = $1 order by place", row.id);
        found.emplace_back(std::move(row), std::move(journal));
      }
  });
  for (auto& [row, journal] : found) spawn(std::move(row), std::move(journal), true);
}

void Engine::cancel(Id<FlowRow> id) {
  const auto at = running_.find(id);
  if (at != running_.end()) at->second->cancel_asked = true;
  parts_.database.submit(
      [id](sql::Transaction& tx) {
        auto row = sql::get<FlowRow>(tx, id);
        if (!row || row->cancel_asked || row->state != FlowState::running) return;
        row->cancel_asked = true;
        sql::update(tx, *row);
      },
      [](std::exception_ptr) {});
}

Task<void> Engine::live(Running& running, bool resumed) {
  const auto id = running.row.id;
  try {
    if (resumed) log::info("[{}] taking up {} at epoch {}", id.text(), running.row.kind, running.row.epoch);
    if (running.settles) {
      co_await unwind(running);
      running.row.state = FlowState::done;
    }
    if (running.row.state == FlowState::running) co_await go(running);
    if (running.row.state == FlowState::unwinding) {
      co_await unwind(running);
      co_await finish(running, FlowState::failed);
    }
  } catch (const Death&) {
    dead_ = true;
  } catch (const Lost&) {
    log::warning("journey {} belongs to another server now", id.text());
  } catch (const std::exception& error) {
    log::error("journey {} stands still until the next start: {}", id.text(), error.what());
  }
  // The frame that runs here is the one to be freed: let the loop do it.
  parts_.loop.post([this, alive = alive_, id] {
    if (*alive) running_.erase(id);
  });
}

Task<void> Engine::go(Running& running) {
  std::exception_ptr failure;
  try {
    const auto* kind = kind_named(running.row.kind);
    if (!kind || kind->version != running.row.version)
      throw Error(Fault::internal,
                  "This job was begun by another version of Welkin and has been undone; start it again.");
    Flow flow(*this, running, 0, top_stride);
    running.row.output = co_await kind->run(flow, running.row.input);
  } catch (const Death&) {
    throw;
  } catch (const Lost&) {
    throw;
  } catch (...) {
    failure = std::current_exception();
  }
  if (!failure) {
    co_await finish(running, FlowState::done);
    co_return;
  }
  const auto error = as_error(failure);
  log::warning("[{}] {} failed: {} ({}) {}", running.row.id.text(), running.row.kind, error.message,
               fault_name(error.fault), error.cause);
  running.row.fault = fault_name(error.fault);
  running.row.message = error.message;
  running.row.cause = error.cause;
  running.row.state = FlowState::unwinding;
  co_await commit(running, [row = running.row](sql::Transaction& tx) mutable { sql::update(tx, row); });
}

Task<void> Engine::finish(Running& running, FlowState state) {
  running.row.state = state;
  running.row.ended = parts_.loop.clock().now();
  const auto end = [&](sql::Transaction& tx) {
    sql::update(tx, running.row);
    if (parts_.on_end) parts_.on_end(tx, running.row);
  };
  const auto* kind = kind_named(running.row.kind);
  if (state == FlowState::failed && kind && kind->give_back && !running.row.claim.empty()) {
    Stage stage{parts_.cloud, running.row.id, 0, running.row.epoch, {}};
    co_await commit_giving_back(
        running, running.row.kind,
        [&](sql::Transaction& tx) { kind->give_back(stage, tx, running.row.input, running.row.claim); }, end);
  } else {
    co_await commit(running, end);
  }
  if (parts_.ended) parts_.ended(running.row);
}

void Engine::look_in(Moment moment, const AnyStep& step, std::int64_t place) {
  if (dead_) throw Death{};
  if (parts_.probe) parts_.probe(moment, step.name, place);
}

/// `body` refers to the waiting coroutine; the destructor waits until the database has let go of it.
Task<void> Engine::submitted(sql::Body body) {
  Arrival<std::monostate> arrival;
  ++open_commits_;
  parts_.database.submit(std::move(body), [this, arrival](std::exception_ptr error) {
    parts_.loop.post([arrival, error] { error ? arrival.fail(error) : arrival.set({}); });
    if (--open_commits_ == 0) open_commits_.notify_all();
  });
  co_await arrival;
}

/// Commits `body` if the journey is still ours. A database that does not answer is asked again for a while.
Task<void> Engine::commit(Running& running, sql::Body body) {
  for (int attempt = 1;; ++attempt) {
    if (dead_) throw Death{};
    bool lost = false;
    auto guarded = [&lost, id = running.row.id, epoch = running.row.epoch, &body](sql::Transaction& tx) {
      lost = sql::count(tx, "select epoch from flows where id = $1", id) != epoch;
      if (!lost) body(tx);
    };
    std::exception_ptr failure;
    try {
      co_await submitted(guarded);
    } catch (const Error& error) {
      if (!error.worth_retrying() || attempt == attempts_of_commit) throw;
      failure = std::current_exception();
    }
    if (lost) throw Lost{};
    if (!failure) co_return;
    co_await parts_.loop.sleep(250ms * attempt);
  }
}

Task<std::string> Engine::take(Running& running, std::int64_t place, const AnyStep& given, std::string in) {
  const AnyStep step = given;
  const auto known = running.journal.find(place);
  if (known != running.journal.end()) {
    const auto& entry = known->second;
    if (entry.step != step.name)
      throw Error(Fault::internal,
                  "This job was begun by another version of Welkin and has been undone; start it again.", {},
                  fmt::format("step {} is {}, the journal says {}", place, step.name, entry.step));
    if (!entry.fault.empty()) throw error_of(entry);
    co_return entry.answer;
  }
  if (running.cancel_asked) throw Error(Fault::cancelled, "The job was cancelled.");
  if (step.outside && parts_.may_act) parts_.may_act(running.row);

  StepRow entry;
  entry.id = new_id<StepRow>(parts_.loop.clock(), parts_.random);
  entry.flow_id = running.row.id;
  entry.place = place;
  entry.step = step.name;
  entry.input = in;
  entry.taken = parts_.loop.clock().now();
  Stage stage{parts_.cloud, running.row.id, place, running.row.epoch, step.deadline};
  std::exception_ptr failure;
  bool acted = false;
  try {
    co_await attempt(running, stage, step, entry);
    acted = step.outside;
    co_return co_await commit_step(running, stage, step, entry);
  } catch (const Death&) {
    throw;
  } catch (const Lost&) {
    throw;
  } catch (...) {
    failure = std::current_exception();
  }
  const auto error = as_error(failure);
  co_await note_failure(running, entry, acted || (step.outside && error.worth_retrying()), error);
  throw error;
}

/// Fills in the entry's answer and state.
Task<void> Engine::attempt(Running& running, Stage& stage, const AnyStep& step, StepRow& entry) {
  look_in(Moment::before_act, step, stage.step);
  entry.state = StepState::done;
  if (!step.act) co_return;
  auto pause = step.retry.pause;
  for (int attempt = 1;; ++attempt) {
    try {
      entry.answer = co_await step.act(stage, entry.input);
      look_in(Moment::after_act, step, stage.step);
      co_return;
    } catch (const Error& error) {
      const bool last = !error.worth_retrying() || attempt >= step.retry.attempts;
      if (last && !(error.worth_retrying() && step.may_owe && step.may_owe(entry.input))) throw;
      if (last) {
        log::warning("[{}] {} is owed: {}", running.row.id.text(), step.name, error.message);
        entry.answer.clear();
        entry.state = StepState::owed;
        co_return;
      }
    }
    co_await parts_.loop.sleep(pause);
    pause *= 2;
  }
}

Task<std::string> Engine::commit_step(Running& running, Stage& stage, const AnyStep& step, StepRow entry) {
  std::string answer;
  auto body = [&](sql::Transaction& tx) {
    auto row = entry;
    answer = step.record(stage, tx, entry.input, entry.answer);
    row.answer = answer;
    sql::insert(tx, row);
  };
  co_await commit(running, body);
  entry.answer = answer;
  running.journal.emplace(entry.place, entry);
  look_in(Moment::after_commit, step, stage.step);
  co_return answer;
}

Task<void> Engine::note_failure(Running& running, StepRow entry, bool in_doubt, const Error& error) {
  entry.state = in_doubt ? StepState::unsure : StepState::failed;
  entry.fault = fault_name(error.fault);
  entry.message = error.message;
  co_await commit(running, [entry](sql::Transaction& tx) { sql::insert(tx, entry); });
  running.journal.emplace(entry.place, entry);
}

Task<void> Engine::unwind(Running& running) {
  for (auto at = running.journal.rbegin(); at != running.journal.rend(); ++at) {
    auto& entry = at->second;
    if (entry.state == StepState::done || entry.state == StepState::unsure) co_await undo_entry(running, entry);
  }
}

Task<void> Engine::undo_entry(Running& running, StepRow& entry) {
  const auto* step = step_named(entry.step);
  if (!step) co_return;
  Stage stage{parts_.cloud, running.row.id, -entry.place, running.row.epoch, step->deadline, running.settles};
  if (step->withdraw && !stage.late)
    co_await commit(running, [&](sql::Transaction& tx) { step->withdraw(stage, tx, entry.input); });
  const bool undone = co_await undo_outside(running, stage, *step, entry);
  const bool recorded = entry.fault.empty();  // a step that failed has left our records alone
  entry.state = undone ? StepState::undone : StepState::owed;
  const auto note = [&](sql::Transaction& tx) { sql::update(tx, entry); };
  // Our records are given back even where a hand still owes its part.
  if (recorded && step->unrecord && !stage.late)
    co_await commit_giving_back(
        running, entry.step, [&](sql::Transaction& tx) { step->unrecord(stage, tx, entry.input, entry.answer); }, note);
  else
    co_await commit(running, note);
  look_in(Moment::after_undo_commit, *step, entry.place);
}

/// Answers whether the effect is gone.
Task<bool> Engine::undo_outside(Running& running, Stage& stage, const AnyStep& step, const StepRow& entry) {
  auto pause = step.retry.pause;
  for (int attempt = 1; attempt <= undo_attempts; ++attempt) {
    if (attempt > 1) {
      co_await parts_.loop.sleep(pause);
      pause *= 2;
    }
    try {
      look_in(Moment::before_undo, step, entry.place);
      if (step.undo) co_await step.undo(stage, entry.input, entry.answer);
      look_in(Moment::after_undo, step, entry.place);
      co_return true;
    } catch (const Error& error) {
      log::warning("[{}] undo of {} failed: {} {}", running.row.id.text(), entry.step, error.message, error.cause);
    }
  }
  co_return false;
}

/// Commits both; what cannot be given back is a defect of ours, which must not keep the job from ending.
Task<void> Engine::commit_giving_back(Running& running, std::string_view what, sql::Body give_back, sql::Body rest) {
  bool failed = false;
  try {
    co_await commit(running, [&](sql::Transaction& tx) {
      tx.takes_back = true;
      give_back(tx);
      rest(tx);
    });
  } catch (const Error& error) {
    log::error("[{}] what {} has recorded could not be given back: {} {}", running.row.id.text(), what, error.message,
               error.cause);
    failed = true;
  }
  if (failed) co_await commit(running, rest);
}

void Engine::settle_owed() {
  std::vector<std::pair<FlowRow, std::vector<StepRow>>> found;
  parts_.database.write([&](sql::Transaction& tx) {
    found.clear();
    for (auto& entry : sql::all<StepRow>(tx, "where state = 'owed' order by flow_id, place limit 200")) {
      auto flow = sql::get<FlowRow>(tx, entry.flow_id);
      if (!flow || !flow->ended || running_.contains(flow->id) || flow->owner_id != parts_.server) continue;
      entry.state = StepState::done;
      if (found.empty() || found.back().first.id != flow->id) {
        ++flow->epoch;
        sql::update(tx, *flow);
        found.emplace_back(*flow, std::vector<StepRow>{});
      }
      found.back().second.push_back(std::move(entry));
    }
  });
  for (auto& [row, journal] : found) spawn(std::move(row), std::move(journal), true, true);
}

}  // namespace welkin::durable
