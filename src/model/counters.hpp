// Numbers that count up: internal names of instances, numbers of accounts, identifiers that go round.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// The last number given out of a sequence. Its id is the sequence's name.
struct Counter {
  static constexpr std::string_view table = "counters";
  FIELDS(Counter,
    (std::string, id, "Name of the sequence."),
    (std::int64_t, last, "The last number given out."))
};

/// The next number of the sequence; the first is 1. A transaction that fails gives its number back.
std::int64_t next_number(sql::Transaction& tx, std::string_view sequence);
/// Forgets a sequence whose subject is gone.
void forget_sequence(sql::Transaction& tx, std::string_view sequence);

}  // namespace welkin::model
