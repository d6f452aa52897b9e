// Joining, fencing and remembering effects.
#include "link/memory.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "base/log.hpp"

namespace welkin::link {

Uuid effect_of(const Request& request) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, sizeof(Uuid::bytes));
  const auto add = [&](std::string_view part) {
    const std::uint64_t length =
        part.size();  // WHY: so that no two requests run together into the same bytes
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(&length), sizeof length);
    crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(part.data()), part.size());
  };
  const auto text = [](const auto& value) {
    return std::string_view(reinterpret_cast<const char*>(&value), sizeof value);
  };
  add(text(request.operation.journey.bytes));
  add(text(request.operation.step));
  add(text(request.host.bytes));
  add(request.verb);
  add(request.body);
  Uuid effect;
  crypto_generichash_final(&state, effect.bytes.data(), effect.bytes.size());
  return effect;
}

Memory::Turn::~Turn() {
  if (memory_ && effect_) memory_->abandon(effect_);
}

void Memory::Turn::settle(const Outcome& outcome) {
  const auto memory = std::exchange(memory_, nullptr);
  if (!memory) return;
  if (effect_)
    memory->settle(effect_, outcome);
  else
    reply_(outcome);
}

std::shared_ptr<Memory> Memory::make(Clock& clock, std::unique_ptr<Notebook> notebook, MemoryLimits limits) {
  return std::shared_ptr<Memory>(new Memory(clock, std::move(notebook), limits));
}

Memory::Memory(Clock& clock, std::unique_ptr<Notebook> notebook, MemoryLimits limits)
    : clock_(clock), notebook_(std::move(notebook)), limits_(limits) {
  if (notebook_) recall();
}

void Memory::recall() {
  for (auto& note : notebook_->read()) add(std::move(note));
  forget_old();
  compact();
}

void Memory::ask(const Request& request, Begin begin, Reply reply) {
  if (!request.operation.journey) return begin(Turn(shared_from_this(), {}, std::move(reply)));
  const auto effect = effect_of(request);
  std::optional<Outcome> known;
  std::optional<Note> epoch_note;
  bool start = false;
  {
    const std::lock_guard lock(mutex_);
    if (auto refusal = fence(request.operation, epoch_note)) {
      known = std::unexpected(std::move(*refusal));
    } else if (const auto at = answers_.find(effect); at != answers_.end()) {
      known = at->second.answer;
    } else if (const auto running = running_.find(effect); running != running_.end()) {
      running->second.replies.push_back(std::move(reply));
    } else {
      Running fresh{request.operation.journey, request.host, request.operation.step, request.operation.epoch,
                    false, {}, {}, {}};
      fresh.replies.push_back(std::move(reply));
      start = !must_wait(fresh);
      fresh.begun = start;
      if (!start) fresh.begin = std::move(begin);
      running_.emplace(effect, std::move(fresh));
    }
  }
  if (epoch_note) write(*epoch_note);
  if (known) return reply(*known);
  if (start) begin(Turn(shared_from_this(), effect, {}));
}

std::optional<Error> Memory::fence(const Operation& operation, std::optional<Note>& to_write) {
  const auto at = epochs_.find(operation.journey);
  const auto newest = at == epochs_.end() ? 0 : at->second.epoch;
  if (operation.epoch < newest)
    return Error(
        Fault::conflict,
        fmt::format(
            "Journey {} is at epoch {} here; a request of epoch {} comes from a server that has lost it.",
            operation.journey.text(), newest, operation.epoch),
        operation.journey.text());
  if (operation.epoch > newest) {
    const Note note{{}, operation.journey, operation.epoch, clock_.now(), {}};
    // WHY: the first epoch fences nobody off, so it is not worth a flush; answers carry it anyway.
    if (operation.epoch > 1) to_write = note;
    add(note);
  }
  return std::nullopt;
}

bool Memory::must_wait(const Running& mine) const {
  for (const auto& [_, other] : running_)
    if (other.begun && other.journey == mine.journey && other.host == mine.host && other.step == -mine.step &&
        mine.step != 0)
      return true;
  return false;
}

std::vector<Memory::Ready> Memory::released() {
  std::vector<Ready> ready;
  for (auto& [effect, running] : running_) {
    if (running.begun || must_wait(running)) continue;
    running.begun = true;
    ready.emplace_back(effect, std::move(running.begin));
  }
  return ready;
}

void Memory::begin_all(std::vector<Ready> ready) {
  for (auto& [effect, begin] : ready) begin(Turn(shared_from_this(), effect, {}));
}

void Memory::settle(Uuid effect, const Outcome& outcome) {
  if (outcome) remember(effect, *outcome);
  std::vector<Reply> replies;
  std::vector<Ready> ready;
  {
    const std::lock_guard lock(mutex_);
    auto node = running_.extract(effect);
    if (!node.empty()) replies = std::move(node.mapped().replies);
    ready = released();
  }
  for (const auto& reply : replies) reply(outcome);
  begin_all(std::move(ready));
}

void Memory::abandon(Uuid effect) {
  std::vector<Ready> ready;
  {
    const std::lock_guard lock(mutex_);
    running_.erase(effect);
    ready = released();
  }
  begin_all(std::move(ready));
}

void Memory::remember(Uuid effect, const std::string& answer) {
  Note note{effect, {}, 0, clock_.now(), answer};
  {
    const std::lock_guard lock(mutex_);
    const auto at = running_.find(effect);
    if (at == running_.end()) return;
    note.journey = at->second.journey;
    note.epoch = at->second.epoch;
    at->second.writing = note;
  }
  write(note);  // before anybody can be told
  const std::lock_guard lock(mutex_);
  add(std::move(note));
  forget_old();
  compact();
}

void Memory::write(const Note& note) {
  if (!notebook_) return;
  try {
    notebook_->write(note);
  } catch (const Error& error) {
    // WHY: the effect is done. Verbs are idempotent, so a forgotten answer costs a repetition, not a wrong
    // world.
    log::error("an answer will not survive a restart: {}", error.message);
  }
}

void Memory::add(Note note) {
  auto& epoch = epochs_[note.journey];
  if (epoch.epoch == 0) oldest_epochs_.emplace_back(note.at, note.journey);
  if (note.epoch >= epoch.epoch) epoch = Note{{}, note.journey, note.epoch, note.at, {}};
  if (!note.effect) return;
  oldest_.emplace_back(note.at, note.effect);
  answers_.insert_or_assign(note.effect, std::move(note));
}

void Memory::forget_old() {
  const auto horizon = clock_.now() - limits_.age_max;
  while (!oldest_.empty() && (oldest_.front().first < horizon || oldest_.size() > limits_.answers_max)) {
    answers_.erase(oldest_.front().second);
    oldest_.pop_front();
  }
  forget_old_epochs(horizon);
}

void Memory::forget_old_epochs(Time horizon) {
  while (!oldest_epochs_.empty() &&
         (oldest_epochs_.front().first < horizon || oldest_epochs_.size() > limits_.answers_max)) {
    const auto [queued, journey] = oldest_epochs_.front();
    oldest_epochs_.pop_front();
    const auto at = epochs_.find(journey);
    if (at == epochs_.end()) continue;
    if (at->second.at > queued)
      oldest_epochs_.emplace_back(at->second.at, journey);  // it has grown since: younger than it looked
    else
      epochs_.erase(at);
  }
}

void Memory::compact() {
  if (!notebook_ || notebook_->size() <= 1000 + 2 * (answers_.size() + epochs_.size())) return;
  std::vector<Note> notes;
  for (const auto& [_, at] : oldest_epochs_)
    if (const auto known = epochs_.find(at); known != epochs_.end() && known->second.epoch > 1)
      notes.push_back(known->second);
  for (const auto& [_, effect] : oldest_)
    if (const auto known = answers_.find(effect); known != answers_.end()) notes.push_back(known->second);
  for (const auto& [_, running] : running_)
    if (running.writing) notes.push_back(*running.writing);
  try {
    notebook_->rewrite(notes);
  } catch (const Error& error) {
    log::error("old answers stay on the disk: {}", error.message);
  }
}

std::size_t Memory::size() const {
  const std::lock_guard lock(mutex_);
  return answers_.size();
}

}  // namespace welkin::link
