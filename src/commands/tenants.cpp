// What names tenants may have, and who may act on whom.
#include "commands/tenants.hpp"

#include "commands/index.hpp"
#include "model/names.hpp"

namespace welkin::commands {

void check_name(const std::string& name, std::string_view parameter) {
  constexpr std::string_view turning[] = {"\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d",
                                          "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};
  if (name.empty() || name.front() == ' ' || name.back() == ' ')
    bad("A name has at least one character, and no blanks around it.", parameter);
  for (const char c : name)
    if (std::uint8_t(c) < 0x20 || c == 0x7f || c == '/' || c == '<' || c == '>')
      bad("A name has no control characters, slashes or angle brackets.", parameter);
  for (const auto mark : turning)
    if (name.contains(mark)) bad("A name has no characters that turn the direction of writing.", parameter);
}
void check_network_domain(const std::optional<std::string>& name) {
  if (name && !name->empty() && !model::is_domain_name(*name))
    bad(fmt::format("{} is no DNS domain.", *name), "networkdomain");
}

std::optional<std::string_view> exceeding(sql::Transaction& tx, const Call& call, const access::Rules& theirs) {
  // An account of root administrators may have a role that allows little: its type is no licence.
  const auto ours = access::rules_of(tx, call.caller);
  if (ours.everything && ours.narrower.empty()) return std::nullopt;
  static const auto every = all_commands();
  for (const auto& command : every)
    if (allows(theirs, command) && !allows(ours, command)) return command.facts.name;
  return std::nullopt;
}
void must_not_exceed(sql::Transaction& tx, const Call& call, const access::Rules& rules, std::string_view parameter) {
  if (const auto command = exceeding(tx, call, rules))
    throw Error(Fault::forbidden,
                fmt::format("This would allow {}, which you may not call; choose what allows no more than you may.",
                            *command),
                std::string(parameter));
}
void must_not_exceed(sql::Transaction& tx, const Call& call, const Id<model::Role>& role) {
  must_not_exceed(tx, call, access::rules_of(tx, role), "roleid");
}

void check_rule(const std::string& rule) {
  const auto fits = [](char c) { return std::isalnum(std::uint8_t(c)) || c == '*'; };
  if (rule.empty() || !std::ranges::all_of(rule, fits))
    bad(fmt::format("{} is no rule: it is a command's name, or a part of one with stars for the rest.", rule), "rule");
}
model::Permission permission_named(const std::string& text) {
  const auto permission = choice_named<model::Permission>(lowered(text));
  if (!permission) bad(fmt::format("A permission is allow or deny, not {}.", text), "permission");
  return *permission;
}

void must_be_active(const model::Domain& domain) {
  if (domain.state != model::DomainState::active)
    throw Error(Fault::conflict, fmt::format("The domain {} is being deleted.", domain.name), domain.id.text());
}
void must_be_active(const model::Account& account) {
  if (account.cleanup_needed)
    throw Error(Fault::conflict, fmt::format("The account {} is being deleted.", account.name), account.id.text());
}

void must_not_outrank(sql::Transaction& tx, const Call& call, const Id<model::Account>& account) {
  if (account == call.caller.account && !call.caller.narrow_pair) return;
  must_not_exceed(tx, call, sql::need<model::Account>(tx, account).role_id);
}

model::AccountType account_type_of(model::RoleType type) {
  switch (type) {
    case model::RoleType::user: return model::AccountType::user;
    case model::RoleType::admin: return model::AccountType::admin;
    case model::RoleType::domain_admin: return model::AccountType::domain_admin;
    case model::RoleType::resource_admin: return model::AccountType::resource_domain_admin;
  }
  return model::AccountType::user;
}

void check_rank(const Call& call, model::AccountType type, const model::Domain& domain) {
  const bool in_root = !domain.parent_id;
  if (type == model::AccountType::admin && !call.caller.is_root())
    throw Error(Fault::forbidden, "Only root administrators make root administrators.", "accounttype");
  if (type == model::AccountType::admin && !in_root)
    bad("Accounts of root administrators are in the root domain.", "domainid");
  const bool rules_domain = type == model::AccountType::domain_admin || type == model::AccountType::resource_domain_admin;
  if (rules_domain && in_root)
    bad("Who administrates the root domain is a root administrator; choose accounttype 1, or a domain beneath.",
        "accounttype");
}

}  // namespace welkin::commands
