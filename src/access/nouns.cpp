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
  if (changes(use) || row.guest_type != model::GuestType::shared || row.acl_type != model::AclType::domain)
    return false;
  const auto domain = sql::get<model::Domain>(tx, row.domain_id);
  if (!domain) return false;
  return caller.domain_path == domain->path || (row.subdomain_access && caller.domain_path.starts_with(domain->path));
}

bool shared_with(sql::Transaction& tx, const Caller& caller, const model::Project& row, Use use) {
  if (caller.is_domain_admin() && caller.covers(sql::need<model::Domain>(tx, row.domain_id).path)) return true;
  if (!changes(use)) return member_may(tx, caller, row.id, use);
  const auto member = membership(tx, caller, row.id);
  return member && member->rank == model::ProjectRank::admin;
}

bool shared_with(sql::Transaction& tx, const Caller& caller, const model::ProjectInvitation& row, Use use) {
  const bool own = row.account_id == caller.account && (!row.user_id || row.user_id == caller.user);
  if (own && !changes(use)) return true;
  return shared_with(tx, caller, sql::need<model::Project>(tx, row.project_id), Use::operate);
}

bool shared_with(sql::Transaction& tx, const Caller& caller, const model::Annotation& row, Use use) {
  if (row.user_id == caller.user) return true;
  if (!row.domain_id) return false;
  if (changes(use) || row.admins_only)
    return caller.is_domain_admin() && caller.covers(sql::need<model::Domain>(tx, row.domain_id).path);
  return commands_account(tx, caller, row.account_id, row.domain_id, use);
}

bool shared_with(sql::Transaction& tx, const Caller& caller, const model::AffinityGroup& row, Use use) {
  if (row.account_id || changes(use)) return false;
  const auto domain = sql::get<model::Domain>(tx, row.domain_id);
  return domain && caller.domain_path.starts_with(domain->path);
}

bool shared_with(sql::Transaction& tx, const Caller& caller, const model::ProjectRole& row, Use use) {
  return shared_with(tx, caller, sql::need<model::Project>(tx, row.project_id), use);
}
bool shared_with(sql::Transaction& tx, const Caller& caller, const model::ProjectRoleRule& row, Use use) {
  return shared_with(tx, caller, sql::need<model::ProjectRole>(tx, row.project_role_id), use);
}

}  // namespace welkin::access
