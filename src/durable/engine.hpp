// The engine of journeys: begins them, journals their steps, unwinds them, and takes up those of a dead server.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <unordered_map>

#include "durable/flow.hpp"

namespace welkin::durable {

/// Thrown by a probe: the server dies here. Nothing is committed afterwards.
struct Death {};

/// Moments at which trials look in.
enum class Moment { before_act, after_act, after_commit, before_undo, after_undo, after_undo_commit };
/// May throw an `Error` (the step fails here) or `Death`.
using Probe = std::function<void(Moment, std::string_view step, std::int64_t place)>;

struct EngineParts {
  sql::Database& database;
  Loop& loop;  ///< all journeys of this server run in it
  Random& random;
  Cloud& cloud;
  Uuid server;
  std::vector<FlowKind> kinds;
  std::vector<AnyStep> steps;  ///< all steps that have an undo
  /// Called in the transaction that ends a journey; may run again.
  std::function<void(sql::Transaction&, const FlowRow&)> on_end = {};
  /// Called before each step with an effect outside; throws when the journey may not go on and is to be undone. Is short.
  std::function<void(const FlowRow&)> may_act = {};
  /// Called in the loop when that transaction has committed.
  std::function<void(const FlowRow&)> ended = {};
  Probe probe = {};
};

/// Members are called in the loop's thread, except `begin` and `launch`, which may be called from any.
class Engine {
 public:
  explicit Engine(EngineParts parts);
  ~Engine();  ///< in the loop's thread, or when the loop has stopped; journeys stay where they are
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Records a journey, and takes its kind's claim, in the caller's transaction. `launch` it when that has committed.
  template <class In>
  FlowRow begin(sql::Transaction& tx, std::string_view kind, const In& order) {
    return begin_text(tx, kind, to_json(order));
  }
  FlowRow begin_text(sql::Transaction& tx, std::string_view kind, std::string input);
  void launch(FlowRow row);

  /// Takes over journeys of this server's earlier life, and of servers in `dead`.
  void recover(const std::vector<Uuid>& dead = {});
  /// Tries again the undo steps that did not succeed.
  void settle_owed();
  /// Asks a journey to end at its next step.
  void cancel(Id<FlowRow> id);

  std::size_t running() const { return running_.size(); }
  bool dead() const { return dead_; }

 private:
  friend class Flow;

  Task<void> live(Running& running, bool resumed);
  Task<void> go(Running& running);
  Task<void> unwind(Running& running);
  Task<std::string> take(Running& running, std::int64_t place, const AnyStep& step, std::string in);
  Task<void> attempt(Running& running, Stage& stage, const AnyStep& step, StepRow& entry);
  Task<std::string> commit_step(Running& running, Stage& stage, const AnyStep& step, StepRow entry);
  Task<void> note_failure(Running& running, StepRow entry, bool in_doubt, const Error& error);
  Task<void> undo_entry(Running& running, StepRow& entry);
  Task<bool> undo_outside(Running& running, Stage& stage, const AnyStep& step, const StepRow& entry);
  Task<void> commit_giving_back(Running& running, std::string_view what, sql::Body give_back, sql::Body rest);
  Task<void> finish(Running& running, FlowState state);
  Task<void> submitted(sql::Body body);
  Task<void> commit(Running& running, sql::Body body);
  void look_in(Moment moment, const AnyStep& step, std::int64_t place);
  void spawn(FlowRow row, std::vector<StepRow> journal, bool resumed, bool settles = false);
  const FlowKind* kind_named(std::string_view name) const;
  const AnyStep* step_named(std::string_view name) const;

  EngineParts parts_;
  std::unordered_map<Uuid, std::unique_ptr<Running>> running_;
  bool dead_ = false;
  std::atomic<int> open_commits_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace welkin::durable
