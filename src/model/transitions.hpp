// State machines of nouns: one constexpr table each, and the one way along it.
//
//   inline constexpr auto volume_transitions = table_of<VolumeState, VolumeEvent>({{…, …, …}, …});
//   constexpr std::optional<VolumeState> next(VolumeState state, VolumeEvent event) {
//     return next_in(volume_transitions, state, event);
//   }
//   move(tx, volume, VolumeEvent::destroy_requested);
//
// Events are named by what follows "cannot", because that is where people read them.
#pragma once

#include <array>
#include <optional>

#include "sql/rows.hpp"

namespace welkin::model {

template <class State, class Event>
struct Transition {
  State from;
  Event event;
  State to;
};

template <class State, class Event, std::size_t n>
constexpr std::array<Transition<State, Event>, n> table_of(const Transition<State, Event> (&rows)[n]) {
  return std::to_array(rows);
}

/// The state that `event` leads to, or nothing when it is not allowed.
template <class State, class Event, std::size_t n>
constexpr std::optional<State> next_in(const std::array<Transition<State, Event>, n>& table, State from,
    Event event) {
  for (const auto& transition : table)
    if (transition.from == from && transition.event == event) return transition.to;
  return std::nullopt;
}

/// True when no state has two ways out by one event.
template <class State, class Event, std::size_t n>
constexpr bool is_deterministic(const std::array<Transition<State, Event>, n>& table) {
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j)
      if (table[i].from == table[j].from && table[i].event == table[j].event) return false;
  return true;
}

namespace detail {
/// Throws `conflict`: "The instance web-1 is Running and cannot be started."
[[noreturn]] void refuse_move(std::string_view noun, const std::string& name, const Uuid& id,
    std::string_view state,
                              std::string_view event);

template <class Row>
std::string spoken_name(const Row& row) {
  if constexpr (requires { std::string(row.name); })
    return row.name.empty() ? row.id.text() : row.name;
  else
    return row.id.text();
}
}  // namespace detail

/// Moves the state in `member` along its table and writes the whole row, other changes to it included. Throws
/// `conflict` when the table has no such way, or when the row is no longer the one that was read; `row` is
/// then unchanged.
template <class Row, class State, class Event>
void move_member(sql::Transaction& tx, Row& row, State Row::*member, Event event) {
  static_assert(requires { row.generation; }, "a compare-and-set needs the generation");
  const State from = row.*member;
  const std::optional<State> to = next(from, event);
  if (!to)
    detail::refuse_move(Row::described_as, detail::spoken_name(row), row.id, name_of(from), name_of(event));
  row.*member = *to;
  try {
    sql::update(tx, row);
  } catch (...) {
    row.*member = from;
    throw;
  }
}

/// The same for nouns with one state, called `state`.
template <class Row, class Event>
  requires requires(Row row, Event event) { next(row.state, event); }
void move(sql::Transaction& tx, Row& row, Event event) {
  move_member(tx, row, &Row::state, event);
}

}  // namespace welkin::model
