// What a host remembers of the effects it was asked for, so that asking twice is doing once.
#pragma once

#include <deque>
#include <expected>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/loop.hpp"
#include "link/agents.hpp"
#include "link/notebook.hpp"

namespace welkin::link {

/// What a host is asked.
struct Request {
  Uuid host;
  std::string verb;
  std::string body;
  Operation operation;
};

/// What became of it.
using Outcome = std::expected<std::string, Error>;
using Reply = std::function<void(const Outcome&)>;

struct MemoryLimits {
  std::size_t answers_max = 10'000;
  Duration age_max = 24h;
};

/// Answers of effects, and the newest epoch of each journey. An effect is known by journey, step, host, verb
/// and body, since a step may ask for several. Failures are not remembered: a failed effect left nothing
/// behind and may be tried again. An undo (the negative step) waits until the act it undoes has ended. Calls
/// may come from any thread.
class Memory final : public std::enable_shared_from_this<Memory> {
 public:
  /// The right to do one effect, once. Dropped unused, it forgets that anybody asked.
  class Turn {
   public:
    Turn(Turn&&) noexcept = default;
    Turn& operator=(Turn&&) = delete;
    ~Turn();
    /// Keeps a success and then answers all who ask for it.
    void settle(const Outcome& outcome);

   private:
    friend class Memory;
    Turn(std::shared_ptr<Memory> memory, Uuid effect, Reply reply)
        : memory_(std::move(memory)), effect_(effect), reply_(std::move(reply)) {}
    std::shared_ptr<Memory> memory_;
    Uuid effect_;  ///< nil for a mere look
    Reply reply_;  ///< of a mere look
  };
  using Begin = std::move_only_function<void(Turn)>;

  /// With a notebook, answers survive a restart.
  static std::shared_ptr<Memory> make(Clock& clock, std::unique_ptr<Notebook> notebook = nullptr,
                                      MemoryLimits limits = {});

  /// Calls `reply` with the known answer, or with `conflict` when the epoch is an old one; or waits with
  /// those who asked before; or calls `begin` with the turn. Both are called without a lock held, maybe
  /// before `ask` returns.
  void ask(const Request& request, Begin begin, Reply reply);

  std::size_t size() const;

 private:
  struct Running {
    Uuid journey;
    Uuid host;
    std::int64_t step = 0;
    std::int64_t epoch = 0;
    bool begun = false;
    std::vector<Reply> replies;
    Begin begin;                  ///< of an undo that waits
    std::optional<Note> writing;  ///< on its way to the disk
  };
  using Ready = std::pair<Uuid, Begin>;

  Memory(Clock& clock, std::unique_ptr<Notebook> notebook, MemoryLimits limits);
  void recall();
  /// The reason to refuse, if any; notes a newer epoch.
  std::optional<Error> fence(const Operation& operation, std::optional<Note>& to_write);
  bool must_wait(const Running& running) const;
  std::vector<Ready> released();
  void remember(Uuid effect, const std::string& answer);
  void add(Note note);
  void forget_old_epochs(Time horizon);
  void forget_old();
  void compact();
  void settle(Uuid effect, const Outcome& outcome);
  void abandon(Uuid effect);
  void begin_all(std::vector<Ready> ready);
  void write(const Note& note);

  Clock& clock_;
  const std::unique_ptr<Notebook> notebook_;
  const MemoryLimits limits_;
  mutable std::mutex mutex_;
  std::unordered_map<Uuid, Note> answers_;
  std::deque<std::pair<Time, Uuid>> oldest_;  ///< of answers
  std::unordered_map<Uuid, Note> epochs_;     ///< by journey
  std::deque<std::pair<Time, Uuid>> oldest_epochs_;
  std::unordered_map<Uuid, Running> running_;
};

/// What makes two requests the same effect.
Uuid effect_of(const Request& request);

}  // namespace welkin::link
