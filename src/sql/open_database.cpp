// Chooses the engine by the look of the place.
#include "sql/database.hpp"

namespace welkin::sql {

std::unique_ptr<Database> open_database(const std::string& url_or_path) {
  if (url_or_path.starts_with("postgresql://") || url_or_path.starts_with("postgres://")) {
    PostgresOptions options;
    options.url = url_or_path;
    return open_postgres(options);
  }
  if (url_or_path.empty())
    throw Error(Fault::invalid, "The place of the database is empty: give a file's path or postgresql://…",
                "database");
  SqliteOptions options;
  options.path = url_or_path;
  return open_sqlite(options);
}

}  // namespace welkin::sql
