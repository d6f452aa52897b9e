// Reads the change feed and calls those who listen to it.
#include "sql/feed.hpp"

#include "base/log.hpp"

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

}  // namespace welkin::sql
