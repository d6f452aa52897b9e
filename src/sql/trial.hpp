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
inline void run_trial(std::unique_ptr<Database> database, const std::function<void(std::unique_ptr<Database>)>& test) {
  try {
    test(std::move(database));
  } catch (const Error& error) {
    ADD_FAILURE() << fault_name(error.fault) << ": " << error.message << " (" << error.cause << ")";
  }
}
}  // namespace detail

/// Runs `test` on a fresh, empty database of each kind, which is the test's own; a fatal failure on one does not keep it
/// from the next. A kind that this machine lacks is left out with a printed reason.
inline void for_each_database(const std::function<void(std::unique_ptr<Database>)>& test) {
  {
    SCOPED_TRACE("on SQLite in memory");
    detail::run_trial(open_sqlite({}), test);
  }
  {
    SCOPED_TRACE("on SQLite in a file");
    const TrialDirectory directory;
    SqliteOptions options;
    options.path = directory.path() + "/welkin.db";
    detail::run_trial(open_sqlite(options), test);
  }
  auto& server = TrialPostgres::instance();
  if (!server.absent_because().empty()) {
    std::printf("[ LEFT OUT ] PostgreSQL: %s\n", server.absent_because().c_str());
    return;
  }
  SCOPED_TRACE("on PostgreSQL");
  PostgresOptions options;
  options.url = server.fresh_url();
  detail::run_trial(open_postgres(options), test);
}
inline void for_each_database(const std::function<void(Database&)>& test) {
  for_each_database([&](std::unique_ptr<Database> database) { test(*database); });
}

}  // namespace welkin::sql
