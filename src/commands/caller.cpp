// Who a user is.
#include "access/roles.hpp"
#include "commands/dispatcher.hpp"

namespace welkin::commands {

access::Caller caller_of(sql::Transaction& tx, const Id<model::User>& id) {
  const auto user = sql::need<model::User>(tx, id);
  const auto account = sql::need<model::Account>(tx, user.account_id);
  const auto domain = sql::need<model::Domain>(tx, account.domain_id);
  return {user.id, account.id, domain.id, account.role_id, user.user_name, account.name, domain.path, account.type, {}};
}

bool Call::demands_factor(sql::Transaction& tx, const Id<model::Domain>& domain) {
  const auto [at, fresh] = demanding_.try_emplace(domain);
  if (fresh) at->second = access::demands_factors(tx, domain);
  return at->second;
}

std::string Command::response_name() const {
  if (!facts.response.empty()) return std::string(facts.response);
  std::string out;
  for (const char c : facts.name) out += c >= 'A' && c <= 'Z' ? char(c + 32) : c;
  return out + "response";
}

Success succeeded(Call&, sql::Transaction&, const model::Job&, const durable::FlowRow&) { return {true, {}}; }

}  // namespace welkin::commands
