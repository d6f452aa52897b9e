// Hosts in this very process, asked as if they were far away: for simulations, and for simulated hosts of a
// server.
#pragma once

#include <unordered_map>

#include "link/memory.hpp"
#include "link/verbs.hpp"

namespace welkin::link {

/// When a local host answers, and how it fails. All are called in the loop's thread.
struct LocalHabits {
  /// How long a call takes; half of it passes before the effect and half after. None is no time.
  std::function<Duration(Uuid host, std::string_view verb)> latency = {};
  /// May throw: the effect does not happen, the caller gets what was thrown.
  std::function<void(Uuid host, std::string_view verb, const Operation& operation)> before_effect = {};
  /// May throw: the effect has happened and is remembered, its answer is lost and the caller gets what was
  /// thrown.
  std::function<void(Uuid host, std::string_view verb, const Operation& operation)> after_effect = {};
};

/// Serves verbs through the same JSON and with the same memory of operations as an agent, in the thread of
/// one loop. With a virtual loop everything is deterministic. `call` belongs to the loop's thread, the rest
/// to any.
class LocalAgents final : public Agents {
 public:
  explicit LocalAgents(Loop& loop, LocalHabits habits = {});
  ~LocalAgents() override;
  LocalAgents(const LocalAgents&) = delete;
  LocalAgents& operator=(const LocalAgents&) = delete;

  Task<std::string> call(Uuid host, std::string_view verb, std::string body, Operation operation) override;
  bool connected(Uuid host) const override;

  /// A host that is added again keeps its memory: its agent has restarted.
  void add(Uuid host, Hands hands);
  /// Forgets the host and all it remembers; calls under way fail as `unreachable`.
  void remove(Uuid host);
  /// Cuts or restores the way to a host. Calls under way fail, their effects go on, as with a real
  /// connection.
  void set_connected(Uuid host, bool connected);
  bool knows(Uuid host) const;

 private:
  struct Call;
  struct Host;
  struct State;

  static void act(const std::shared_ptr<State>& state, const std::shared_ptr<Call>& call);
  static void do_effect(const std::shared_ptr<State>& state, const std::shared_ptr<Call>& call,
                        Memory::Turn turn);
  static void end(const std::shared_ptr<State>& state, const std::shared_ptr<Call>& call,
                  const Outcome& outcome);

  Loop& loop_;
  std::shared_ptr<State> state_;
};

}  // namespace welkin::link
