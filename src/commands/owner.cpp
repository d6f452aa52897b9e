// The choice of an owner (facts/cloudstack-protocol.md §1.5).
#include "commands/owner.hpp"

namespace welkin::commands {

model::Account owner_of(sql::Transaction& tx, const Call& call, const std::optional<std::string>& account,
                        const std::optional<access::See<model::Domain>>& domain) {
  if (!account) return sql::need<model::Account>(tx, call.caller.account);
  if (!domain) throw Error(Fault::invalid, "An account is named within its domain: give domainid too.", "domainid");
  auto row =
      sql::first<model::Account>(tx, "where domain_id = $1 and name = $2 and removed is null", domain->id(), *account);
  if (!row) throw Error(Fault::invalid, fmt::format("There is no account {} in the domain.", *account), "account");
  if (!access::commands_account(tx, call.caller, row->id, row->domain_id))
    throw Error(Fault::forbidden, fmt::format("You may not make things for the account {}.", *account), "account");
  if (row->cleanup_needed)
    throw Error(Fault::conflict, fmt::format("The account {} is being deleted.", *account), row->id.text());
  return std::move(*row);
}

}  // namespace welkin::commands
