// Sharing that needs the domain tree.
#include "access/nouns.hpp"

namespace welkin::access {

bool offered_to(sql::Transaction& tx, const Caller& caller, const std::vector<Id<model::Domain>>& ids) {
  if (ids.empty()) return true;
  for (const auto& id : ids) {
    const auto domain = sql::get<model::Domain>(tx, id);
    if (domain && caller.domain_path.starts_with(domain->path)) return true;
  }
  return false;
}

bool shared_with(sql::Transaction& tx, const Caller& caller, const model::Network& row, Use use) {
  if (use == Use::operate || row.guest_type != model::GuestType::shared || row.acl_type != model::AclType::domain)
    return false;
  const auto domain = sql::get<model::Domain>(tx, row.domain_id);
  if (!domain) return false;
  return caller.domain_path == domain->path || (row.subdomain_access && caller.domain_path.starts_with(domain->path));
}

}  // namespace welkin::access
