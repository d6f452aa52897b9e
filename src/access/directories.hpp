// Who may see LDAP servers: root administrators, and administrators of the domain that they are for.
#pragma once

#include "access/nouns.hpp"
#include "model/ldap.hpp"

namespace welkin::access {

inline bool shared_with(sql::Transaction& tx, const Caller& caller, const model::LdapServer& row, Use) {
  return row.domain_id && caller.is_domain_admin() && caller.covers(sql::need<model::Domain>(tx, row.domain_id).path);
}

}  // namespace welkin::access
