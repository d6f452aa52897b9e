// The rule of ownership, and the one refusal.
#include "access/door.hpp"

#include "access/projects.hpp"

namespace welkin::access {

bool commands_account(sql::Transaction& tx, const Caller& caller, const Id<model::Account>& account,
                      const Id<model::Domain>& domain, Use use) {
  if (caller.is_root() || account == caller.account) return true;
  if (caller.is_domain_admin()) {
    const auto row = sql::get<model::Domain>(tx, domain);
    if (row && caller.covers(row->path)) return true;
  }
  return account && member_may(tx, caller, model::project_of(account), use);
}

void refuse_id(std::string_view parameter, std::string_view value) {
  throw Error(Fault::invalid,
              fmt::format("Invalid parameter {} value={} due to incorrect long value format, or entity does not exist",
                          parameter, value),
              std::string(parameter));
}

}  // namespace welkin::access
