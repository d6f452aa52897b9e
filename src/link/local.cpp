// One call to a local host: half the latency, the effect, the other half, the answer.
#include "link/local.hpp"

#include <fmt/format.h>

namespace welkin::link {

namespace {
constexpr auto deadline_by_default = 60s;
/// Of one host; a thousand simulated hosts live in one process.
constexpr MemoryLimits memory_limits{1'000, 24h};

Error unreachable(Uuid host, std::string_view why) {
  return Error(Fault::unreachable, fmt::format("Host {} cannot be reached: {}.", host.text(), why),
               host.text());
}

Outcome outcome_of(const std::function<std::string()>& act) {
  try {
    return act();
  } catch (const Error& error) {
    return std::unexpected(error);
  } catch (const std::exception& error) {
    return std::unexpected(Error(Fault::internal, "The host failed.", {}, error.what()));
  }
}
}  // namespace

struct LocalAgents::Call {
  std::uint64_t number = 0;
  Request request;
  Duration half_latency{};
  Arrival<std::string> arrival;
  std::uint64_t timer = 0;
  bool ended = false;
  std::exception_ptr lost;  ///< what the caller gets in place of the answer
};

struct LocalAgents::Host {
  Hands hands;
  std::shared_ptr<Memory> memory;
  bool connected = true;
};

/// Outlives its LocalAgents while work in the loop still points to it.
struct LocalAgents::State {
  State(Loop& loop, LocalHabits habits) : loop(loop), habits(std::move(habits)) {}
  Loop& loop;
  const LocalHabits habits;
  mutable std::mutex mutex;
  std::unordered_map<Uuid, Host> hosts;
  std::map<std::uint64_t, std::shared_ptr<Call>> calls;  ///< under way, oldest first
  std::uint64_t next_call = 1;
  bool gone = false;

  std::optional<Host> find(Uuid id) const {
    const std::lock_guard lock(mutex);
    const auto at = hosts.find(id);
    return at == hosts.end() || gone ? std::nullopt : std::optional(at->second);
  }
  std::shared_ptr<Call> extract(std::uint64_t number) {
    const std::lock_guard lock(mutex);
    const auto node = calls.extract(number);
    return node.empty() ? nullptr : node.mapped();
  }
  void fail(const std::shared_ptr<Call>& call, std::exception_ptr error) {
    if (!extract(call->number)) return;
    loop.cancel(call->timer);
    call->arrival.fail(error);
  }
  /// In the loop's turn, since failing resumes whoever waits.
  void fail_all_of(Uuid host, std::string_view why) {
    std::vector<std::shared_ptr<Call>> cut;
    {
      const std::lock_guard lock(mutex);
      for (auto at = calls.begin(); at != calls.end();)
        if (at->second->request.host == host) {
          cut.push_back(at->second);
          at = calls.erase(at);
        } else {
          ++at;
        }
    }
    for (const auto& call : cut) {
      loop.cancel(call->timer);
      loop.post(
          [call, error = std::make_exception_ptr(unreachable(host, why))] { call->arrival.fail(error); });
    }
  }
};

LocalAgents::LocalAgents(Loop& loop, LocalHabits habits)
    : loop_(loop), state_(std::make_shared<State>(loop, std::move(habits))) {}

LocalAgents::~LocalAgents() {
  const std::lock_guard lock(state_->mutex);
  state_->gone = true;
  state_->hosts.clear();
}

Task<std::string> LocalAgents::call(Uuid id, std::string_view verb, std::string body, Operation operation) {
  const auto call = std::make_shared<Call>();
  call->request = {id, std::string(verb), std::move(body), operation};
  const auto host = state_->find(id);
  if (!host || !host->connected)
    throw unreachable(id, host ? "its connection is cut" : "it is not known here");
  if (state_->habits.latency) call->half_latency = state_->habits.latency(id, verb) / 2;
  {
    const std::lock_guard lock(state_->mutex);
    call->number = state_->next_call++;
    state_->calls.emplace(call->number, call);
  }
  const auto span =
      operation.deadline_ms > 0 ? std::chrono::milliseconds(operation.deadline_ms) : deadline_by_default;
  call->timer = loop_.after(span, [state = state_, call, span] {
    const Error late(Fault::timeout,
                     fmt::format("Host {} did not answer {} within {} ms.", call->request.host.text(),
                                 call->request.verb, std::chrono::milliseconds(span).count()));
    state->fail(call, std::make_exception_ptr(late));
  });
  loop_.after(call->half_latency, [state = state_, call] { act(state, call); });
  const auto arrival = call->arrival;
  co_return co_await arrival;
}

void LocalAgents::act(const std::shared_ptr<State>& state, const std::shared_ptr<Call>& call) {
  const auto host = state->find(call->request.host);
  if (!host || !host->connected) return;  // the request was lost on its way
  host->memory->ask(
      call->request, [state, call](Memory::Turn turn) { do_effect(state, call, std::move(turn)); },
      [state, call](const Outcome& outcome) { end(state, call, outcome); });
}

void LocalAgents::do_effect(const std::shared_ptr<State>& state, const std::shared_ptr<Call>& call,
                            Memory::Turn turn) {
  auto host = state->find(call->request.host);
  if (!host) return;
  const auto& [id, verb, body, operation] = call->request;
  try {
    if (state->habits.before_effect) state->habits.before_effect(id, verb, operation);
  } catch (...) {
    call->lost = std::current_exception();
    return turn.settle(std::unexpected(unreachable(id, "the request was lost")));
  }
  const auto outcome = outcome_of([&] { return serve(host->hands, verb, body); });
  try {
    if (state->habits.after_effect) state->habits.after_effect(id, verb, operation);
  } catch (...) {
    call->lost = std::current_exception();
  }
  turn.settle(outcome);
}

void LocalAgents::end(const std::shared_ptr<State>& state, const std::shared_ptr<Call>& call,
                      const Outcome& outcome) {
  state->loop.after(call->half_latency, [state, call, outcome] {
    if (call->lost) return state->fail(call, call->lost);
    if (!outcome) return state->fail(call, std::make_exception_ptr(outcome.error()));
    if (!state->extract(call->number)) return;
    state->loop.cancel(call->timer);
    call->arrival.set(*outcome);
  });
}

bool LocalAgents::connected(Uuid host) const {
  const auto found = state_->find(host);
  return found && found->connected;
}

bool LocalAgents::knows(Uuid host) const { return state_->find(host).has_value(); }

void LocalAgents::add(Uuid host, Hands hands) {
  const std::lock_guard lock(state_->mutex);
  const auto at = state_->hosts.find(host);
  auto memory =
      at == state_->hosts.end() ? Memory::make(loop_.clock(), nullptr, memory_limits) : at->second.memory;
  if (at != state_->hosts.end()) state_->hosts.erase(at);
  state_->hosts.emplace(host, Host{hands, std::move(memory), true});
}

void LocalAgents::remove(Uuid host) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->hosts.erase(host);
  }
  state_->fail_all_of(host, "it has been removed");
}

void LocalAgents::set_connected(Uuid host, bool connected) {
  {
    const std::lock_guard lock(state_->mutex);
    const auto at = state_->hosts.find(host);
    if (at == state_->hosts.end()) return;
    at->second.connected = connected;
  }
  if (!connected) state_->fail_all_of(host, "its connection was cut");
}

}  // namespace welkin::link
