// Runs a test on every database: SQLite in memory, SQLite in a file, and a PostgreSQL of this test program's
// own.
//
//   TEST(Zones, have_unique_names) {
//     sql::for_each_database([](sql::Database& db) { … });
//   }
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "sql/database.hpp"
#include "sql/trial_postgres.hpp"

namespace welkin::sql {

namespace detail {
inline void run_trial(Database& database, const std::function<void(Database&)>& test) {
  try {
    test(database);
  } catch (const Error& error) {
    ADD_FAILURE() << fault_name(error.fault) << ": " << error.message << " (" << error.cause << ")";
  }
}
}  // namespace detail

/// Runs `test` on a fresh, empty database of each kind; a fatal failure on one does not keep it from the
/// next. A kind that this machine lacks is left out with a printed reason.
inline void for_each_database(const std::function<void(Database&)>& test) {
  {
    SCOPED_TRACE("on SQLite in memory");
    const auto database = open_sqlite({});
    detail::run_trial(*database, test);
  }
  {
    SCOPED_TRACE("on SQLite in a file");
    const TrialDirectory directory;
    SqliteOptions options;
    options.path = directory.path() + "/welkin.db";
    const auto database = open_sqlite(options);
    detail::run_trial(*database, test);
  }
  auto& server = TrialPostgres::instance();
  if (!server.absent_because().empty()) {
    std::printf("[ LEFT OUT ] PostgreSQL: %s\n", server.absent_because().c_str());
    return;
  }
  SCOPED_TRACE("on PostgreSQL");
  PostgresOptions options;
  options.url = server.fresh_url();
  const auto database = open_postgres(options);
  detail::run_trial(*database, test);
}

}  // namespace welkin::sql
