// What a new cloud begins with: the root domain, roles, operating systems, offerings, what hypervisors may carry,
// and this cloud's own region.
#pragma once

#include "base/json.hpp"
#include "sql/database.hpp"

namespace welkin::model {

/// The text of data/seed.json.
std::string_view seed_json();

/// Inserts what the seed has and the cloud never had. What an operator changed or removed stays so. Safe to
/// run at each start. The first account and user are not made here.
void seed(sql::Transaction& tx, Clock& clock, Random& random, const Json& seed);

}  // namespace welkin::model
