// A small stage for tests of the model: a database with its tables, and a clock and randomness that repeat.
#pragma once

#include <gtest/gtest.h>

#include "base/fault_of_test.hpp"
#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct StillClock final : Clock {
  Time now() override { return time; }
  Time time{Duration(1'700'000'000'000'000)};
};

struct Stage {
  sql::Database& database;
  StillClock clock{};
  SeededRandom random{7};

  template <class T>
  Id<T> id() {
    return new_id<T>(clock, random);
  }
  /// A new row with an id, changed by `change`, in the database.
  template <class T, class Change>
  T row(Change change) {
    T out;
    out.id = id<T>();
    change(out);
    write([&](sql::Transaction& tx) { sql::insert(tx, out); });
    return out;
  }
  template <class F>
  auto write(F body) {
    return sql::write(database, body);
  }
  template <class T>
  T again(const T& row) {
    return sql::read(database, [&](sql::Transaction& tx) { return sql::need<T>(tx, row.id); });
  }
};

/// Runs the body on an empty SQLite database and on an empty PostgreSQL database, where there is one.
void on_each_database(const std::function<void(Stage&)>& body);

}  // namespace welkin::model
