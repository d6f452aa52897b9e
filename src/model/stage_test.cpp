// The stage on which the model's tests stand.
#include "model/migrations.hpp"
#include "model/stage_for_tests.hpp"
#include "sql/trial.hpp"

namespace welkin::model {

void on_each_database(const std::function<void(Stage&)>& body) {
  sql::for_each_database([&](sql::Database& database) {
    database.migrate(migrations());
    Stage stage{database};
    body(stage);
  });
}

}  // namespace welkin::model
