// Whom callers that are not logged in name.
#pragma once

#include "api/cloudstack/signature.hpp"
#include "model/user.hpp"

namespace welkin::api::cloudstack {

/// The domain that `domainid` or `domain` names; the root domain when neither is there.
std::optional<model::Domain> domain_named(sql::Transaction& tx, const Pairs& parameters);
/// The user of this name in it.
std::optional<model::User> user_named(sql::Transaction& tx, const Pairs& parameters, const std::string& name);

}  // namespace welkin::api::cloudstack
