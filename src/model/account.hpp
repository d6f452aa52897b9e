// An account: who owns things and to whom they are counted. People act as its users.
#pragma once

#include "model/transitions.hpp"
#include "model/nouns.hpp"
#include "model/resource.hpp"

namespace welkin::model {

/// In the order of the API, whose numbers are these: 0 user, 1 admin, 2 domain admin, 3 resource domain admin, 4 read-only
/// admin (none is made), 5 the hidden account of a project, which has no users.
CHOICES(AccountType, (user, "0"), (admin, "1"), (domain_admin, "2"), (resource_domain_admin, "3"),
        (read_only_admin, "4"), (project, "5"))
/// Of accounts and of users.
CHOICES(AccountState, (enabled, "enabled"), (disabled, "disabled"), (locked, "locked"), (removed, "removed"))
CHOICES(AccountEvent, (enable, "be enabled"), (disable, "be disabled"), (lock, "be locked"),
        (remove, "be removed"))
/// Whether API keys work: as the next wider place says, or as said here.
CHOICES(ApiKeyAccess, (inherit, "INHERIT"), (enabled, "ENABLED"), (disabled, "DISABLED"))

struct Account {
  static constexpr std::string_view table = "accounts";
  static constexpr std::string_view indexes[] = {
      "unique (domain_id, name) where removed is null", "(role_id)",
      "(domain_id, created, id, type) where removed is null", "(created, id, type) where removed is null"};
  FIELDS(Account,
    (Id<Account>, id, "The account."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Unique in its domain."),
    (std::int64_t, number,
     "Small number that its instances' names in the hypervisor carry: i-<number>-7-VM."),
    (Id<Domain>, domain_id, "Its domain."),
    (AccountType, type, "How far its users rule."),
    (Id<Role>, role_id, "What its users may call."),
    (AccountState, state, "Whether its users may act."),
    (std::string, network_domain, "DNS suffix of its networks; empty takes the domain's."),
    (Id<Zone>, default_zone_id, "Zone it prefers; may be nil."),
    (bool, is_default, "Made by the cloud itself; cannot be removed."),
    (ApiKeyAccess, api_key_access, "Whether its users' API keys work."),
    (bool, cleanup_needed, "Removed, but not all of its things are gone yet."),
    (TextMap, details, "Further facts, by name."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
  WELKIN_COUNTED
};

/// By name in a domain; hidden accounts of projects have no name that counts.
std::optional<Account> account_named(sql::Transaction& tx, const Id<Domain>& domain, std::string_view name);

inline constexpr auto account_transitions = [] {
  using S = AccountState;
  using E = AccountEvent;
  return table_of<S, E>({
      {S::enabled, E::enable, S::enabled},
      {S::enabled, E::disable, S::disabled},
      {S::enabled, E::lock, S::locked},
      {S::enabled, E::remove, S::removed},
      {S::disabled, E::enable, S::enabled},
      {S::disabled, E::disable, S::disabled},
      {S::disabled, E::remove, S::removed},
      {S::locked, E::enable, S::enabled},
      {S::locked, E::disable, S::disabled},
      {S::locked, E::lock, S::locked},
      {S::locked, E::remove, S::removed},
  });
}();
constexpr std::optional<AccountState> next(AccountState state, AccountEvent event) {
  return next_in(account_transitions, state, event);
}
static_assert(is_deterministic(account_transitions));
static_assert(!next(AccountState::removed, AccountEvent::enable));

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Account)
