// Runs commands: binds, authorizes, opens the transaction, makes jobs and events, and answers jobs when journeys end.
#pragma once

#include <condition_variable>
#include <mutex>
#include <set>

#include "commands/audit.hpp"
#include "commands/throttle.hpp"
#include "commands/tokens.hpp"
#include "flows/foresight.hpp"

namespace welkin::commands {

/// What a dialect prints.
struct Reply {
  Answer answer;
  Id<model::Job> job;  ///< not nil: the command goes on as this job
  std::string id;      ///< of what is being created
  /// Of a rehearsal: nothing has changed, and this is where things would go.
  std::optional<flows::Foreseen> foreseen{};
};

class Dispatcher {
 public:
  Dispatcher(Cloud& cloud, std::span<const Command> commands);

  /// Null when there is no such command. Names are case-sensitive.
  const Command* find(std::string_view name) const;
  std::span<const Command> commands() const { return commands_; }

  /// Blocks while the database works; of awaited journeys, until they have ended. Leaves a record in the audit log.
  Reply run(const Command& command, Call& call, const Parameters& parameters);

  /// The engine's `on_end`: completes the job of an ended journey, in its last transaction.
  void complete(sql::Transaction& tx, const durable::FlowRow& flow);
  /// The engine's `ended`: wakes who waits for the journey.
  void wake(const durable::FlowRow& flow);

  /// The engine's `may_act`: throws when who began the journey may no longer do that. What only takes things away goes on.
  void may_act(const durable::FlowRow& flow);

  AuditLog& audit() { return audit_; }
  Throttle& throttle() { return throttle_; }

 private:
  /// Throws `forbidden` when who began the journey may no longer do that.
  void check_right(const durable::FlowRow& flow);
  /// A call on its way, with what it leaves behind.
  struct Passage {
    const Command& command;
    Call& call;
    const Parameters& parameters;
    model::AuditRecord record;
    bool stored = false;  ///< the record is in the log
    std::optional<Token> token{};
    Reply reply{};
  };
  /// Ends a transaction that is not to be committed.
  struct Rehearsed {};
  struct Repeated {};
  void pass(Passage& passage);
  void carry_out(Passage& passage);
  /// Whether the call's token was used before; then the reply is what was answered then.
  bool repeats(sql::Transaction& tx, Passage& passage);
  void answer_repeated(Passage& passage);
  /// What the journey would come to, as far as the records tell.
  void foresee(sql::Transaction& tx, Passage& passage, const Begun& begun, const model::Job& job);
  std::shared_ptr<void> bound(const Passage& passage, sql::Transaction& tx);
  /// Runs `body` in the transaction in which the call changes something.
  void change(Passage& passage, const std::function<void(sql::Transaction&, const void* request)>& body);
  void run_outside(Passage& passage);
  void run_prompt(Passage& passage);
  void run_journey(Passage& passage);
  void answer_awaited(sql::Transaction& tx, Passage& passage, const model::Job& job);
  /// What every change leaves behind, in its own transaction. Throws where nothing is to be left.
  void close(sql::Transaction& tx, Passage& passage);
  void conclude(Passage& passage, const Error* error);
  void await(const durable::FlowRow& flow);

  Cloud& cloud_;
  std::span<const Command> commands_;
  AuditLog audit_;
  Throttle throttle_;
  std::unordered_map<std::string_view, const Command*> by_name_;
  std::mutex mutex_;
  std::condition_variable ended_;
  std::set<Uuid> awaited_;
  std::map<Uuid, durable::FlowRow> outcomes_;
};

/// The caller that a user is, with account, domain and role. Throws `missing`.
access::Caller caller_of(sql::Transaction& tx, const Id<model::User>& user);

}  // namespace welkin::commands
