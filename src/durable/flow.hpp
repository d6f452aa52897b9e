// Journeys: coroutines made of named steps, each of which is journaled together with its effect on our records.
//
//   constexpr Step<VolumeOrder, VolumePlace> create_volume{
//       .name = "create volume", .act = make_it, .record = note_it, .undo = remove_it};
//
//   const Claim<StartOrder, StartOrder> claim_start{.take = mark_starting, .give_back = mark_stopped};
//   Task<Place> start_instance(Flow& flow, StartOrder order) {
//     const auto plan = co_await flow.run(reserve, order);
//     const auto place = co_await flow.run(create_volume, VolumeOrder{plan.pool, plan.volume});
//     …
//   }
//   constexpr FlowKind kind = flow_kind<start_instance, claim_start>("start instance", 1);
//
// Laws. Outside its steps a flow is deterministic: it looks at its input and at its steps' answers only. A step may run
// again and must then do nothing twice: hands remember its operation. A step that fails leaves nothing behind, unless it
// ends in doubt (timeout, connection lost): then its undo runs too, with a default answer. Undo needs nothing but the
// step's input and answer, so that a server of any version can do it from the journal alone.
#pragma once

#include <functional>

#include "base/loop.hpp"
#include "durable/journal.hpp"

namespace welkin {
struct Cloud;  // what a step can reach; flows/ defines it
}

namespace welkin::durable {

/// Where a step stands while it acts.
struct Stage {
  Cloud& cloud;
  Uuid journey;
  std::int64_t step;   ///< names this effect among the journey's; its undo's is the negative
  std::int64_t epoch;  ///< hands refuse an older one
  Duration deadline;   ///< how long the act may take
  /// An undo that was owed: our records were given back when the journey ended, so that what they want there by now belongs
  /// to another journey and must stay.
  bool late = false;
};

/// How often a step is tried when it fails with a fault that is worth retrying.
struct Retry {
  int attempts = 3;
  Duration pause = 500ms;  ///< before the second attempt; doubles with each further one
};

/// One effect of a journey. `In` and `Out` are described structs; neither holds clear secrets.
template <class In, class Out>
struct Step {
  std::string_view name;
  /// The effect outside; none for a step that only changes records.
  Task<Out> (*act)(Stage&, In) = nullptr;
  /// The effect on our records, in the transaction of the journal. May fill or amend the answer; may run again.
  void (*record)(Stage&, sql::Transaction&, const In&, Out&) = nullptr;
  Task<void> (*undo)(Stage&, In, Out) = nullptr;
  void (*unrecord)(Stage&, sql::Transaction&, const In&, const Out&) = nullptr;
  /// Committed before the undo begins: from here on nobody else counts on the effect, or tells hands of it. May run again,
  /// and for a step that failed; not for an undo that was owed.
  void (*withdraw)(Stage&, sql::Transaction&, const In&) = nullptr;
  Duration deadline = 60s;
  Retry retry = {};
  /// Answers true when the journey may go on although a hand cannot be reached: the step counts as done, with a default
  /// answer, and its undo is owed until the hand is there again. Such an undo does what the act could not.
  bool (*may_owe)(const In&) = nullptr;
};

/// What a journey takes in the very transaction that begins it, and gives back in the one that ends it unwound: states that
/// keep others away, and whatever the beginner has recorded for it. There is no moment in which one is without the other.
template <class In, class Out>
struct Claim {
  /// May throw: then the journey does not begin. May run again.
  void (*take)(Stage&, sql::Transaction&, const In&, Out&) = nullptr;
  void (*give_back)(Stage&, sql::Transaction&, const In&, const Out&) = nullptr;
};

/// A step with its types forgotten, as the journal knows it.
struct AnyStep {
  std::string_view name;
  bool outside = false;  ///< it has an effect outside our records
  std::function<Task<std::string>(Stage&, std::string in)> act;
  std::function<std::string(Stage&, sql::Transaction&, const std::string& in, const std::string& out)> record;
  std::function<Task<void>(Stage&, std::string in, std::string out)> undo;
  std::function<void(Stage&, sql::Transaction&, const std::string& in, const std::string& out)> unrecord;
  std::function<void(Stage&, sql::Transaction&, const std::string& in)> withdraw{};
  Duration deadline;
  Retry retry;
  std::function<bool(const std::string& in)> may_owe{};
};

template <class In, class Out>
AnyStep any_step(const Step<In, Out>& step);

class Engine;
struct Running;

/// A journey under way, as its coroutine sees it.
class Flow {
 public:
  Flow(Engine& engine, Running& running, std::int64_t base, std::int64_t stride)
      : engine_(engine), running_(running), place_(base), stride_(stride) {}

  Uuid id() const;
  /// What the kind's claim has answered.
  template <class Out>
  Out claimed() const {
    return from_json<Out>(claim_text());
  }

  /// Takes a step, or answers from the journal that it has been taken.
  template <class In, class Out>
  Task<Out> run(const Step<In, Out>& step, In in) {
    const auto answer = co_await take(any_step(step), to_json(in));
    co_return from_json<Out>(answer);
  }

  /// Runs `body(branch, item)` for all items at once and waits for all; throws the first branch's failure. Branches do not
  /// branch again. At most 999 items.
  template <class Items, class Body>
  Task<void> all(const Items& items, Body body);

  /// Waits; a journey that is taken over meanwhile waits for the rest only.
  Task<void> sleep(Duration span);

 private:
  Task<std::string> take(AnyStep step, std::string in);
  const std::string& claim_text() const;
  Flow branch(std::int64_t index);
  /// Goes on in the loop's next turn.
  Task<void> turn();

  Engine& engine_;
  Running& running_;
  std::int64_t place_;
  std::int64_t stride_;
};

/// A flow that can be begun and taken up again by name.
struct FlowKind {
  std::string_view name;
  int version;
  Task<std::string> (*run)(Flow& flow, std::string input);
  std::string (*take)(Stage&, sql::Transaction&, const std::string& input) = nullptr;
  void (*give_back)(Stage&, sql::Transaction&, const std::string& input, const std::string& claim) = nullptr;
};

namespace detail {
template <class F>
struct FlowTraits;
template <class Out_, class In_>
struct FlowTraits<Task<Out_> (*)(Flow&, In_)> {
  using In = In_;
  using Out = Out_;
};
template <auto Run>
Task<std::string> run_flow(Flow& flow, std::string input) {
  using In = FlowTraits<decltype(Run)>::In;
  const auto out = co_await Run(flow, from_json<In>(input));
  co_return to_json(out);
}
template <const auto& Taken, class In, class Out>
std::string take_claim(Stage& stage, sql::Transaction& tx, const std::string& input) {
  Out out{};
  if (Taken.take) Taken.take(stage, tx, from_json<In>(input), out);
  return to_json(out);
}
template <const auto& Taken, class In, class Out>
void give_claim_back(Stage& stage, sql::Transaction& tx, const std::string& input, const std::string& claim) {
  if (Taken.give_back) Taken.give_back(stage, tx, from_json<In>(input), from_json<Out>(claim));
}
template <const auto& Taken, class In, class Out>
constexpr FlowKind with_claim(FlowKind kind, const Claim<In, Out>&) {
  kind.take = &take_claim<Taken, In, Out>;
  kind.give_back = &give_claim_back<Taken, In, Out>;
  return kind;
}
}  // namespace detail

template <auto Run>
constexpr FlowKind flow_kind(std::string_view name, int version) {
  return {name, version, &detail::run_flow<Run>};
}
template <auto Run, const auto& Taken>
FlowKind flow_kind(std::string_view name, int version) {
  return detail::with_claim<Taken>(flow_kind<Run>(name, version), Taken);
}

template <class In, class Out>
AnyStep any_step(const Step<In, Out>& step) {
  AnyStep any{.name = step.name,
              .outside = step.act != nullptr,
              .act = {},
              .record = {},
              .undo = {},
              .unrecord = {},
              .deadline = step.deadline,
              .retry = step.retry};
  if (step.act)
    any.act = [act = step.act](Stage& stage, std::string in) -> Task<std::string> {
      return [](auto function, Stage& s, In order) -> Task<std::string> {
        const auto out = co_await function(s, std::move(order));
        co_return to_json(out);
      }(act, stage, from_json<In>(in));
    };
  any.record = [record = step.record](Stage& stage, sql::Transaction& tx, const std::string& in,
                                      const std::string& out) {
    if (!record) return out.empty() ? to_json(Out{}) : out;
    auto answer = out.empty() ? Out{} : from_json<Out>(out);
    record(stage, tx, from_json<In>(in), answer);
    return to_json(answer);
  };
  const auto answer_of = [](const std::string& out) { return out.empty() ? Out{} : from_json<Out>(out); };
  if (step.withdraw)
    any.withdraw = [withdraw = step.withdraw](Stage& stage, sql::Transaction& tx, const std::string& in) {
      withdraw(stage, tx, from_json<In>(in));
    };
  if (step.may_owe)
    any.may_owe = [may_owe = step.may_owe](const std::string& in) { return may_owe(from_json<In>(in)); };
  if (step.undo)
    any.undo = [undo = step.undo, answer_of](Stage& stage, std::string in, std::string out) {
      return undo(stage, from_json<In>(in), answer_of(out));
    };
  if (step.unrecord)
    any.unrecord = [unrecord = step.unrecord, answer_of](Stage& stage, sql::Transaction& tx, const std::string& in,
                                                         const std::string& out) {
      unrecord(stage, tx, from_json<In>(in), answer_of(out));
    };
  return any;
}

namespace detail {
/// Counts branches home.
struct Homecoming {
  std::size_t open;
  std::vector<std::exception_ptr> errors;
  Arrival<std::monostate> all_home;
};
template <class Body, class Item>
Task<void> run_branch(Flow branch, Body& body, const Item& item, Homecoming& home, std::size_t index) {
  try {
    co_await body(branch, item);
  } catch (...) {
    home.errors[index] = std::current_exception();
  }
  if (--home.open == 0) home.all_home.set({});
}
}  // namespace detail

template <class Items, class Body>
Task<void> Flow::all(const Items& items, Body body) {
  place_ += stride_;
  detail::Homecoming home{items.size(), std::vector<std::exception_ptr>(items.size()), {}};
  std::vector<Task<void>> branches;
  std::int64_t index = 0;
  for (const auto& item : items) {
    branches.push_back(detail::run_branch(branch(index), body, item, home, std::size_t(index)));
    ++index;
  }
  for (auto& task : branches) task.begin();
  if (!items.empty()) co_await home.all_home;
  co_await turn();  // the last branch home is still running: its frame must not be freed beneath it
  for (const auto& error : home.errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace welkin::durable
