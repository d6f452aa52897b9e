// Commands that link domains and accounts to groups and units of LDAP directories.
#include "commands/directories.hpp"

namespace welkin::commands {

namespace {
using access::See;
using access::Using;

struct LinkAnswer {
  FIELDS(LinkAnswer,
    (Id<model::Domain>, domain_id, "The domain."),
    (std::string, name, "The group or the unit."),
    (std::string, ldapdomain, "The same."),
    (std::string, type, "GROUP or OU."),
    (int, account_type, "Of accounts that are made."),
    (Id<model::Account>, account_id, "The account that is linked, or the administrator's that was made."))
};
LinkAnswer answer_link(const model::LdapLink& link) {
  LinkAnswer out;
  out.domain_id = link.domain_id;
  out.name = out.ldapdomain = link.name;
  out.type = name_of(link.kind);
  out.account_type = int(link.account_type);
  out.account_id = link.account_id;
  return out;
}

model::LdapLinkKind kind_of(const std::optional<std::string>& type) {
  if (type)
    for (const auto kind : {model::LdapLinkKind::group, model::LdapLinkKind::organizational_unit})
      if (same_text_ignoring_case(*type, name_of(kind))) return kind;
  bad(fmt::format("A link is to a GROUP or an OU, not to {}.", type.value_or("nothing")), "type");
}
model::AccountType type_of(int type) {
  if (type != 0 && type != 2) bad(fmt::format("The account type is 0, a user's, or 2, a domain administrator's; not {}.", type), "accounttype");
  return model::AccountType(type);
}

/// Who shall administer the domain, as the directory knows them.
std::optional<directory::Person> administrator(Call& call, const Id<model::Domain>& domain,
                                               const std::optional<std::string>& name) {
  const auto access = need_directory(call, domain);
  if (access.base.empty()) bad("Say where people are searched first: the setting ldap.basedn.", "domainid");
  if (!name) return std::nullopt;
  auto found = asked([&] { return directory::person(access, {.name = *name}); });
  if (!found || found->disabled) bad(fmt::format("The LDAP directory has no {} who may log in.", *name), "admin");
  return found;
}
/// Makes their account, unless there is one of their name.
Id<model::Account> add_administrator(Call& call, sql::Transaction& tx, const model::Domain& domain,
                                     const directory::Person& person) {
  if (const auto known = model::account_named(tx, domain.id, person.user_name)) return known->id;
  auto role = own_role(tx, model::AccountType::domain_admin);
  check_rank(call, model::AccountType::domain_admin, domain);
  must_not_exceed(tx, call, role.id);
  const auto account = add_account(call, tx, {.name = person.user_name, .role = std::move(role), .domain = domain});
  add_directory_user(call, tx, person, account);
  return account.id;
}

struct LinkDomain {
  FIELDS(LinkDomain,
    (Using<model::Domain>, domain_id, "The domain whose people log in by the directory."),
    (std::string, type, "GROUP or OU."),
    (std::string, ldapdomain, "The distinguished name of the group or the unit."),
    (std::optional<std::string>, admin, "Somebody of the directory, who gets an account as the domain's administrator."),
    (int, account_type, "0 or 2: of the account that each gets with the first login."))
};
LinkAnswer link_domain(Call& call, const LinkDomain& r) {
  const auto kind = kind_of(r.type);
  const auto type = type_of(r.account_type);
  check_name(r.ldapdomain, "ldapdomain");
  const auto person = administrator(call, r.domain_id.id(), r.admin);
  return call.write([&](sql::Transaction& tx) {
    const auto domain = sql::need<model::Domain>(tx, r.domain_id.id());
    must_be_active(domain);
    check_rank(call, type, domain);
    must_not_exceed(tx, call, own_role(tx, type).id);
    if (sql::first<model::LdapLink>(tx, "where domain_id = $1", domain.id))
      throw Error(Fault::conflict, fmt::format("The domain {}, or an account of it, is linked already: unlinkDomainFromLdap.",
                                               domain.name), "domainid");
    model::LdapLink link;
    link.id = call.cloud.new_id<model::LdapLink>();
    link.domain_id = domain.id;
    link.kind = kind;
    link.name = r.ldapdomain;
    link.account_type = type;
    link.created = call.cloud.now();
    sql::insert(tx, link);
    auto out = answer_link(link);
    if (person) out.account_id = add_administrator(call, tx, domain, *person);
    return out;
  });
}

struct LinkAccount {
  FIELDS(LinkAccount,
    (Using<model::Domain>, domain_id, "The account's domain."),
    (std::optional<std::string>, type, "GROUP or OU; GROUP when absent."),
    (std::string, ldapdomain, "The distinguished name of the group or the unit whose people are the account's users."),
    (std::string, account, "The account; made when there is none."),
    (std::optional<std::string>, admin, "Somebody of the directory, who gets an account as the domain's administrator."),
    (std::optional<int>, account_type, "0 or 2: of the account, if it is made."),
    (std::optional<See<model::Role>>, role_id, "What the account's users may call, if it is made."))
};
model::Account account_to_link(Call& call, sql::Transaction& tx, const LinkAccount& r, const model::Domain& domain) {
  if (auto known = model::account_named(tx, domain.id, r.account)) {
    must_be_active(*known);
    must_not_outrank(tx, call, known->id);
    return std::move(*known);
  }
  check_name(r.account, "account");
  auto role = role_for(tx, r.account_type, r.role_id);
  check_rank(call, account_type_of(role.type), domain);
  must_not_exceed(tx, call, role.id);
  return add_account(call, tx, {.name = r.account, .role = std::move(role), .domain = domain});
}
LinkAnswer link_account(Call& call, const LinkAccount& r) {
  const auto kind = kind_of(r.type.value_or("GROUP"));
  if (r.account_type) type_of(*r.account_type);
  check_name(r.ldapdomain, "ldapdomain");
  const auto person = administrator(call, r.domain_id.id(), r.admin);
  return call.write([&](sql::Transaction& tx) {
    const auto domain = sql::need<model::Domain>(tx, r.domain_id.id());
    must_be_active(domain);
    const auto account = account_to_link(call, tx, r, domain);
    for (const auto& other : sql::all<model::LdapLink>(tx, "where domain_id = $1", domain.id)) {
      const bool whole = !other.account_id;
      const bool taken = directory::plain_name(other.name) == directory::plain_name(r.ldapdomain);
      if (other.account_id == account.id) sql::erase(tx, other.id);
      else if (whole || taken)
        throw Error(Fault::conflict, fmt::format("{} is linked to {} already: unlinkDomainFromLdap.",
                                                 whole ? "The domain" : "Another account", other.name), "ldapdomain");
    }
    model::LdapLink link;
    link.id = call.cloud.new_id<model::LdapLink>();
    link.domain_id = domain.id;
    link.account_id = account.id;
    link.kind = kind;
    link.name = r.ldapdomain;
    link.account_type = account.type;
    link.created = call.cloud.now();
    sql::insert(tx, link);
    if (person) add_administrator(call, tx, domain, *person);
    return answer_link(link);
  });
}

struct UnlinkDomain {
  FIELDS(UnlinkDomain, (Using<model::Domain>, domain_id, "The domain; links of its accounts end, too."))
};
Success unlink_domain(Call&, sql::Transaction& tx, const UnlinkDomain& r) {
  const auto links = sql::all<model::LdapLink>(tx, "where domain_id = $1", r.domain_id.id());
  if (links.empty()) bad(fmt::format("The domain {} is not linked to a directory.", r.domain_id->name), "domainid");
  for (const auto& link : links) sql::erase(tx, link.id);
  return {true, {}};
}
}  // namespace

std::vector<Command> ldap_link_commands() {
  constexpr auto root = Audience::root, admins = Audience::admins;
  constexpr std::string_view object = "LinkDomainToLdap";
  return {
      outside<link_domain>({"linkDomainToLdap", object, "Lets people of a directory log in to a domain.", root}),
      outside<link_account>(
          {"linkAccountToLdap", object, "Lets people of a directory log in as an account's users.", admins}),
      writing<unlink_domain>({"unlinkDomainFromLdap", "", "Lets nobody new log in to a domain by its directory.", root}),
  };
}

}  // namespace welkin::commands
