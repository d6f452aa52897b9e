// Who may see which noun, where ownership alone does not say it. Nouns that are not named here and have no account are
// infrastructure: for root administrators only.
#pragma once

#include "access/projects.hpp"
#include "model/affinity_group.hpp"
#include "model/annotation.hpp"
#include "model/dedication.hpp"
#include "model/disk_offering.hpp"
#include "model/instance.hpp"
#include "model/job.hpp"
#include "model/network.hpp"
#include "model/network_offering.hpp"
#include "model/os_type.hpp"
#include "model/service_offering.hpp"
#include "model/template.hpp"
#include "model/vlan_range.hpp"
#include "model/zone.hpp"

namespace welkin::access {

template <>
inline constexpr Ownership ownership<model::Zone> = Ownership::open;
template <>
inline constexpr Ownership ownership<model::OsType> = Ownership::open;
template <>
inline constexpr Ownership ownership<model::OsCategory> = Ownership::open;
template <>
inline constexpr Ownership ownership<model::VlanRange> = Ownership::infrastructure;

/// True when one of the domains in `ids` is the caller's own or one above it. An empty list is for everyone.
bool offered_to(sql::Transaction& tx, const Caller& caller, const std::vector<Id<model::Domain>>& ids);

inline bool shared_with(sql::Transaction& tx, const Caller& caller, const model::ServiceOffering& row, Use use) {
  return !changes(use) && offered_to(tx, caller, row.domain_ids);
}
inline bool shared_with(sql::Transaction& tx, const Caller& caller, const model::DiskOffering& row, Use use) {
  return !changes(use) && offered_to(tx, caller, row.domain_ids);
}
inline bool shared_with(sql::Transaction& tx, const Caller& caller, const model::NetworkOffering& row, Use use) {
  return !changes(use) && offered_to(tx, caller, row.domain_ids);
}
inline bool shared_with(sql::Transaction&, const Caller&, const model::Template& row, Use use) {
  return !changes(use) && (row.is_public || row.is_featured);
}
/// Shared networks of the caller's domain, or of one above when it says so.
bool shared_with(sql::Transaction& tx, const Caller& caller, const model::Network& row, Use use);
/// A domain is seen by all who live in it, operated by administrators of it.
inline bool shared_with(sql::Transaction&, const Caller& caller, const model::Domain& row, Use use) {
  if (caller.is_domain_admin())
    return caller.covers(row.path) && (!changes(use) || row.path != caller.domain_path);
  return use == Use::see && row.id == caller.domain;
}
inline bool shared_with(sql::Transaction& tx, const Caller& caller, const model::Account& row, Use use) {
  return commands_account(tx, caller, row.id, row.domain_id, use);
}
/// A project is seen and used by its members, changed by those who own it and by administrators of its domain.
bool shared_with(sql::Transaction& tx, const Caller& caller, const model::Project& row, Use use);
/// Roles in a project go with it.
bool shared_with(sql::Transaction& tx, const Caller& caller, const model::ProjectRole& row, Use use);
bool shared_with(sql::Transaction& tx, const Caller& caller, const model::ProjectRoleRule& row, Use use);
/// An invitation is seen by who is invited, and taken back by who may change the project.
bool shared_with(sql::Transaction& tx, const Caller& caller, const model::ProjectInvitation& row, Use use);
/// Nobody acts on a user above its own rank.
inline bool shared_with(sql::Transaction& tx, const Caller& caller, const model::User& row, Use use) {
  if (!commands_account(tx, caller, row.account_id, row.domain_id, use)) return false;
  if (use == Use::see || row.id == caller.user) return true;
  const auto account = sql::get<model::Account>(tx, row.account_id);
  return account && caller.is_domain_admin() && account->type != model::AccountType::admin;
}
/// A pair of keys is its user's, and the administrators' who may act on the user.
inline bool shared_with(sql::Transaction& tx, const Caller& caller, const model::KeyPair& row, Use) {
  if (row.user_id == caller.user) return true;
  const auto user = sql::get<model::User>(tx, row.user_id);
  return user && shared_with(tx, caller, *user, Use::operate);
}
/// A note is its writer's and the administrators' of its thing's owner; who sees the thing sees it, unless it is for
/// administrators.
bool shared_with(sql::Transaction& tx, const Caller& caller, const model::Annotation& row, Use use);
/// A domain's group is there for all who live in the domain or beneath it.
bool shared_with(sql::Transaction& tx, const Caller& caller, const model::AffinityGroup& row, Use use);
inline bool shared_with(sql::Transaction&, const Caller& caller, const model::Role& row, Use use) {
  return !changes(use) && caller.is_domain_admin() && row.is_public && row.type != model::RoleType::admin;
}

template <>
inline constexpr Ownership ownership<model::ProjectInvitation> = Ownership::infrastructure;
template <>
inline constexpr Ownership ownership<model::User> = Ownership::infrastructure;
template <>
inline constexpr Ownership ownership<model::Annotation> = Ownership::infrastructure;
template <>
inline constexpr Ownership ownership<model::Dedication> = Ownership::infrastructure;

}  // namespace welkin::access
