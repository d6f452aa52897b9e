// LDAP directories: where they are, and who of their people comes into which domain or account.
#pragma once

#include "model/account.hpp"
#include "model/role.hpp"

namespace welkin::model {

/// What a domain or an account is linked to.
CHOICES(LdapLinkKind, (group, "GROUP"), (organizational_unit, "OU"))

struct LdapServer {
  static constexpr std::string_view table = "ldap_servers";
  static constexpr std::string_view indexes[] = {"(domain_id, created, id)", "(created, id)"};
  FIELDS(LdapServer,
    (Id<LdapServer>, id, "The server."),
    (std::string, host, "Its name or address."),
    (int, port, "Where it listens."),
    (Id<Domain>, domain_id, "Whose people it has; nil for all domains without one of their own."),
    (Time, created, "When it was made known."))
};

struct LdapLink {
  static constexpr std::string_view table = "ldap_links";
  static constexpr std::string_view indexes[] = {"(domain_id)", "(account_id)"};
  FIELDS(LdapLink,
    (Id<LdapLink>, id, "The link."),
    (Id<Domain>, domain_id, "The domain whose logins the directory decides."),
    (Id<Account>, account_id, "The account whose users they are; nil makes an account for each."),
    (LdapLinkKind, kind, "What the name is of."),
    (std::string, name, "The distinguished name of a group, or of the unit above."),
    (AccountType, account_type, "Of accounts that are made."),
    (Time, created, "When it was made."))
};

/// The domain is gone, or the account, and what was set of directories for it.
inline void forget_directories(sql::Transaction& tx, const Id<Domain>& domain) {
  for (const auto& row : sql::all<LdapServer>(tx, "where domain_id = $1", domain)) sql::erase(tx, row.id);
  for (const auto& row : sql::all<LdapLink>(tx, "where domain_id = $1", domain)) sql::erase(tx, row.id);
}
inline void forget_directories(sql::Transaction& tx, const Id<Account>& account) {
  for (const auto& row : sql::all<LdapLink>(tx, "where account_id = $1", account)) sql::erase(tx, row.id);
}

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::LdapServer)
ROW_ELSEWHERE(welkin::model::LdapLink)
