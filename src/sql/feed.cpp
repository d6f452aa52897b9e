// Reads the change feed and calls those who listen to it.
#include "sql/feed.hpp"

#include "base/log.hpp"
#include "sql/rows.hpp"

namespace welkin::sql {

namespace {
constexpr std::string_view changes_after_statement =
    "select position, noun, row_id, kind from changes where position > $1 order by position limit $2";

Change change_of(const Row& row) {
  Change out;
  out.position = row[0].integer;
  out.noun = row[1].text;
  out.row_id = row[2].text;
  const auto kind = choice_named<ChangeKind>(row[3].text);
  if (!kind)
    throw Error(Fault::internal, "The change feed holds a change of no known kind.", {}, std::string(row[3].text));
  out.kind = *kind;
  return out;
}
}  // namespace

std::vector<Change> read_changes(Transaction& tx, Position position, int limit) {
  std::vector<Change> out;
  const Cell parameters[] = {Cell::of(position), Cell::of(std::int64_t(limit))};
  tx.query(changes_after_statement, parameters, [&](const Row& row) { out.push_back(change_of(row)); });
  if (!out.empty() && out.front().position != position + 1)
    throw Error(Fault::missing,
                fmt::format("Changes {} to {} are no longer kept: read everything again and follow from "
                            "the last change.",
                            position + 1, out.front().position - 1));
  return out;
}

Position last_change_seen(Transaction& tx) { return count(tx, "select max(position) from changes"); }

void Listeners::add(std::function<void()> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::make_shared<std::function<void()>>(std::move(listener)));
}

void Listeners::call() {
  std::vector<std::shared_ptr<std::function<void()>>> listeners;
  {
    const std::lock_guard lock(mutex_);
    listeners = listeners_;
  }
  for (const auto& listener : listeners) {
    try {
      (*listener)();
    } catch (const std::exception& error) {
      log::error("A listener to the change feed failed: {}", error.what());
    }
  }
}

Follower::Follower(Database& database) : database_(database), position_(database.last_change()) {
  database_.on_change([this] { follow(); });
}

void Follower::add(Told told) {
  const std::lock_guard lock(mutex_);
  told_.push_back(std::move(told));
}

void Follower::follow() {
  constexpr int at_once = 1000;
  const std::lock_guard lock(mutex_);
  while (true) {
    std::vector<Change> changes;
    try {
      changes = database_.changes_after(position_, at_once);
      if (changes.empty()) return;
      position_ = changes.back().position;
    } catch (const Error& error) {
      if (error.fault != Fault::missing) throw;
      position_ = database_.last_change();
    }
    for (const auto& told : told_) told(changes);
    if (changes.size() < at_once) return;
  }
}

}  // namespace welkin::sql
