// The embedded migrations.
#include "model/migrations.hpp"

namespace welkin::embedded {
extern const std::string_view first_migration;
extern const std::string_view journeys_migration;
extern const std::string_view routers_behind_migration;
extern const std::string_view claims_migration;
extern const std::string_view indexes_migration;
extern const std::string_view names_migration;
extern const std::string_view nics_of_networks_migration;
extern const std::string_view domains_by_path_migration;
}

namespace welkin::model {

std::span<const std::string_view> migrations() {
  static const std::string_view texts[] = {embedded::first_migration,          embedded::journeys_migration,
                                           embedded::routers_behind_migration, embedded::claims_migration,
                                           embedded::indexes_migration,        embedded::names_migration,
                                           embedded::nics_of_networks_migration,
                                           embedded::domains_by_path_migration};
  return texts;
}

}  // namespace welkin::model
