// The choice of an owner (facts/cloudstack-protocol.md §1.5).
#include "commands/owner.hpp"

namespace welkin::commands {

model::Account owner_of(sql::Transaction& tx, Call& call, const std::optional<std::string>& account,
                        const std::optional<access::See<model::Domain>>& domain) {
  if (!account) return sql::need<model::Account>(tx, call.caller.account);
  if (!domain) throw Error(Fault::invalid, "An account is named within its domain: give domainid too.", "domainid");
  auto row = model::account_named(tx, domain->id(), *account);
  // Another's account and one that never was are one answer: names are no secret to be guessed.
  if (!row || !access::commands_account(tx, call.caller, row->id, row->domain_id, access::Use::operate))
    throw Error(Fault::invalid, fmt::format("There is no account {} in the domain that you may act for.", *account),
                "account");
  if (row->cleanup_needed)
    throw Error(Fault::conflict, fmt::format("The account {} is being deleted.", *account), row->id.text());
  return std::move(*row);
}

model::Account owner_of(sql::Transaction& tx, Call& call, const ForOwner& request) {
  if (!request.project_id) return owner_of(tx, call, request.account, request.domain_id);
  if (request.account)
    throw Error(Fault::invalid, "What is a project's has no account: give account or projectid, not both.", "projectid");
  access::must_be_active(**request.project_id);
  auto account = sql::need<model::Account>(tx, model::account_of(request.project_id->id()));
  call.owner = {account.id, account.domain_id};
  return account;
}

void happens_to(Call& call, sql::Transaction& tx, const access::Owner& owner) {
  if (!owner.account || owner.account == call.caller.account) return;
  if (sql::get<model::Project>(tx, model::project_of(owner.account))) call.owner = owner;
}

}  // namespace welkin::commands
