// Commands of domains, accounts and users.
#include "access/roles.hpp"
#include "commands/checks.hpp"
#include "commands/holdings.hpp"
#include "commands/index.hpp"
#include "commands/owner.hpp"
#include "model/counters.hpp"
#include "model/names.hpp"

namespace welkin::commands {

namespace {
using access::See;
using access::Using;

struct DomainAnswer : Holdings {
  using Base = Holdings;
  FIELDS(DomainAnswer,
    (Id<model::Domain>, id, "The domain."),
    (std::string, name, "Its name."),
    (int, level, "Steps from the root."),
    (Id<model::Domain>, parent_domain_id, "The domain above."),
    (std::optional<std::string>, parent_domain_name, "By name."),
    (bool, has_child, "There are domains beneath."),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks."),
    (std::string, path, "By path."),
    (std::string, state, "Active or Inactive."),
    (Time, created, "When it was made."),
    (TextMap, domain_details, "Its details."),
    (std::vector<Nothing>, tags, "Its tags."),
    (bool, has_annotations, "Whether somebody has written a note."))
};
struct ListDomains : DomainListing {
  using Base = DomainListing;
  FIELDS(ListDomains,
    (std::optional<See<model::Domain>>, id, "Only this domain."),
    (std::optional<std::string>, name, "Only domains with this name."),
    (std::optional<int>, level, "Only domains so deep."),
    (std::optional<std::string>, account, "Only the domain of this account; needs domainid."),
    (TextMap, tags, "Only domains with these tags."),
    (std::vector<std::string>, details, "Accepted; all details are always answered."),
    (bool, show_icon, "Accepted; there are no icons."))
};
DomainAnswer answer_domain(Call& call, sql::Transaction& tx, const model::Domain& d) {
  const auto* parent = call.look(tx, d.parent_id);
  const bool children =
      sql::count(tx, "select count(*) from domains where parent_id = $1 and removed is null", d.id) > 0;
  return {{},
          d.id,
          d.name,
          d.level,
          d.parent_id,
          parent ? std::optional(parent->name) : std::nullopt,
          children,
          unless_empty(d.network_domain),
          model::printed_path(d),
          std::string(name_of(d.state)),
          d.created,
          d.details,
          {},
          false};
}
void count_holdings(sql::Transaction& tx, Page<DomainAnswer>& page) {
  const auto held = held_by_domains(tx, ids_on(page));
  for (auto& row : page.rows) static_cast<Holdings&>(row) = held.at(row.id).holdings;
}
Page<DomainAnswer> list_domains(Call& call, sql::Transaction& tx, const ListDomains& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("level", r.level)
      .keyword({"name"}, r.keyword)
      .that("removed is null");
  if (call.caller.is_admin())
    where.that(model::lies_beneath("path", "cast($ as text)"), call.caller.domain_path);
  else where.equal("id", call.caller.domain);
  if (r.account) where.equal("id", owner_of(tx, call, r.account, r.domain_id).domain_id);
  else if (r.domain_id && r.is_recursive)
    where.that(model::lies_beneath("path", "cast($ as text)"), (*r.domain_id)->path);
  else where.equal("id", r.domain_id);
  where.tagged(r.tags);
  auto page = answers_of<model::Domain>(tx, where, r, "path",
                                        [&](const auto& domain) { return answer_domain(call, tx, domain); });
  count_holdings(tx, page);
  return page;
}

struct UserAnswer {
  FIELDS(UserAnswer,
    (Id<model::User>, id, "The user."),
    (std::string, username, "Unique in the domain."),
    (std::string, firstname, "Given name."),
    (std::string, lastname, "Family name."),
    (std::string, email, "Where they are reached."),
    (Time, created, "When it was made."),
    (std::string, state, "enabled …"),
    (std::string, account, "The account they act for."),
    (int, account_type, "0 user, 1 root, 2 domain, 3 resource domain administrator."),
    (std::string, user_source, "native …"),
    (Id<model::Role>, role_id, "What they may call."),
    (std::string, role_type, "The role's type."),
    (std::string, role_name, "The role's name."),
    (Id<model::Domain>, domain_id, "The account's domain."),
    (std::string, domain, "By name."),
    (std::optional<std::string>, timezone, "In which they read instants."),
    (std::optional<std::string>, api_key, "Their newest key, for themselves and root administrators."),
    (Id<model::Account>, account_id, "The account they act for."),
    (bool, is_caller_child_domain, "They live beneath the caller's domain."),
    (bool, is_default, "Made by the cloud itself."),
    (bool, is_2fa_enabled, "A second factor is asked for.", .wire = "is2faenabled"),
    (bool, is_2fa_mandated, "A second factor is mandatory.", .wire = "is2famandated"),
    (std::string, api_key_access, "Whether API keys work."))
};
UserAnswer answer_user(Call& call, sql::Transaction& tx, const model::User& u) {
  UserAnswer out;
  out.id = u.id;
  out.username = u.user_name;
  out.firstname = u.first_name;
  out.lastname = u.last_name;
  out.email = u.email;
  out.created = u.created;
  out.state = name_of(u.state);
  out.account_id = u.account_id;
  if (const auto* account = call.look(tx, u.account_id)) {
    out.account = account->name;
    out.account_type = int(account->type);
    name_role(call, tx, account->role_id, out);
  }
  out.user_source = lowered(name_of(u.source));
  out.domain_id = u.domain_id;
  if (const auto* domain = call.look(tx, u.domain_id)) {
    out.domain = domain->name;
    out.is_caller_child_domain = domain->path != call.caller.domain_path && call.caller.covers(domain->path);
  }
  out.timezone = u.timezone;
  if (call.caller.is_root() || call.caller.user == u.id) {
    const auto pair =
        sql::first<model::KeyPair>(tx, "where user_id = $1 and removed is null order by created desc", u.id);
    if (pair) out.api_key = pair->api_key;
  }
  out.is_default = u.is_default;
  out.api_key_access = name_of(u.api_key_access);
  return out;
}
struct ListUsers : AccountListing {
  using Base = AccountListing;
  FIELDS(ListUsers,
    (std::optional<See<model::User>>, id, "Only this user."),
    (std::optional<model::AccountState>, state, "Only users in this state."),
    (std::optional<std::string>, username, "Only the user of this name."),
    (std::optional<int>, account_type, "Only users of accounts of this type."),
    (std::optional<model::ApiKeyAccess>, api_key_access, "Only users whose API keys work so."),
    (std::optional<model::UserSource>, user_source, "Only users whose password this one vouches for."),
    (bool, show_icon, "Accepted; there are no icons."))
};
Page<UserAnswer> list_users(Call& call, sql::Transaction& tx, const ListUsers& r) {
  Where where;
  auto request = r;
  request.list_all = true;
  where.scope(call, tx, request, r.id.has_value())
      .equal("id", r.id)
      .equal("state", r.state)
      .equal("user_name", r.username)
      .equal("api_key_access", r.api_key_access)
      .equal("source", r.user_source)
      .keyword({"user_name", "first_name", "last_name", "email"}, r.keyword)
      .that("removed is null");
  if (r.account_type)
    where.that("account_id in (select id from accounts where type = $)", fmt::format("{}", *r.account_type));
  return answers_of<model::User>(tx, where, r, "created, id",
                                 [&](const auto& user) { return answer_user(call, tx, user); });
}

struct AccountAnswer : Holdings {
  using Base = Holdings;
  FIELDS(AccountAnswer,
    (Id<model::Account>, id, "The account."),
    (std::string, name, "Unique in its domain."),
    (int, account_type, "0 user, 1 root, 2 domain, 3 resource domain administrator."),
    (Id<model::Role>, role_id, "What its users may call."),
    (std::string, role_type, "The role's type."),
    (std::string, role_name, "The role's name."),
    (Id<model::Domain>, domain_id, "Its domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (Id<model::Zone>, default_zone_id, "Zone it prefers."),
    (int, vm_stopped, "Stopped instances."),
    (int, vm_running, "Running instances."),
    (std::string, state, "enabled …"),
    (bool, is_cleanup_required, "Removed, but not all of its things are gone."),
    (Time, created, "When it was made."),
    (std::vector<UserAnswer>, user, "Its users.", .keep_empty = true),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks."),
    (TextMap, account_details, "Its details."),
    (bool, is_default, "Made by the cloud itself."),
    (std::vector<Nothing>, groups, "Groups.", .keep_empty = true),
    (std::string, api_key_access, "Whether its users' API keys work."))
};
struct ListAccounts : DomainListing {
  using Base = DomainListing;
  FIELDS(ListAccounts,
    (std::optional<See<model::Account>>, id, "Only this account."),
    (std::optional<std::string>, name, "Only the account of this name."),
    (std::optional<int>, account_type, "Only accounts of this type."),
    (std::optional<model::AccountState>, state, "Only accounts in this state."),
    (std::optional<bool>, is_cleanup_required, "Only accounts being cleaned up, or only the others."),
    (std::optional<model::ApiKeyAccess>, api_key_access, "Only accounts whose users' API keys work so."),
    (std::vector<std::string>, details, "Accepted; all details are always answered."),
    (bool, show_icon, "Accepted; there are no icons."))
};
AccountAnswer answer_account(Call& call, sql::Transaction& tx, const model::Account& a) {
  AccountAnswer out;
  out.id = a.id;
  out.name = a.name;
  out.account_type = int(a.type);
  name_role(call, tx, a.role_id, out);
  name_domain(call, tx, a.domain_id, out);
  out.default_zone_id = a.default_zone_id;
  out.state = name_of(a.state);
  out.is_cleanup_required = a.cleanup_needed;
  out.created = a.created;
  for (const auto& user : sql::all<model::User>(tx, "where account_id = $1 and removed is null order by created", a.id))
    out.user.push_back(answer_user(call, tx, user));
  out.network_domain = unless_empty(a.network_domain);
  out.account_details = a.details;
  out.is_default = a.is_default;
  out.api_key_access = name_of(a.api_key_access);
  return out;
}
void count_holdings(sql::Transaction& tx, Page<AccountAnswer>& page) {
  const auto held = held_by_accounts(tx, ids_on(page));
  for (auto& row : page.rows) {
    const auto& mine = held.at(row.id);
    static_cast<Holdings&>(row) = mine.holdings;
    row.vm_running = mine.running;
    row.vm_stopped = mine.stopped;
  }
}
Page<AccountAnswer> list_accounts(Call& call, sql::Transaction& tx, const ListAccounts& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("state", r.state)
      .equal("cleanup_needed", r.is_cleanup_required)
      .equal("api_key_access", r.api_key_access)
      .keyword({"name"}, r.keyword)
      .that("removed is null");
  if (r.account_type) where.equal("type", fmt::format("{}", *r.account_type));
  if (!call.caller.is_admin()) where.equal("id", call.caller.account);
  else if (r.domain_id && !r.is_recursive) where.equal("domain_id", r.domain_id);
  else
    where.within(r.domain_id ? (*r.domain_id)->path : call.caller.domain_path);
  if (call.caller.is_admin() && !r.list_all && !r.id && !r.domain_id && !r.name && !call.caller.is_root())
    where.equal("domain_id", call.caller.domain);
  auto page = answers_of<model::Account>(tx, where, r, "created, id",
                                         [&](const auto& account) { return answer_account(call, tx, account); });
  count_holdings(tx, page);
  return page;
}

[[noreturn]] void bad(std::string message, std::string_view parameter) {
  throw Error(Fault::invalid, std::move(message), std::string(parameter));
}

/// Names that people read: no control characters, no slashes, which part paths, no angle brackets, which part markup, and
/// no characters that turn the direction of writing (Unicode's Bidi_Control), so that no name passes for another.
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

/// A role never gives more than its giver has.
void must_not_exceed(sql::Transaction& tx, const Call& call, const Id<model::Role>& role) {
  if (call.caller.is_root()) return;
  static const auto every = all_commands();
  const auto theirs = access::rules_of(tx, role), ours = access::rules_of(tx, call.caller.role);
  for (const auto& command : every)
    if (allows(theirs, command) && !allows(ours, command))
      throw Error(Fault::forbidden,
                  fmt::format("The role allows {}, which yours does not; choose one that allows no more than yours.",
                              command.facts.name),
                  "roleid");
}

struct CreateDomain {
  FIELDS(CreateDomain,
    (std::string, name, "Unique among the domains beneath the same one."),
    (std::optional<Using<model::Domain>>, parent_domain_id, "The domain above; the caller's own when absent."),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks."),
    (std::optional<std::string>, domain_id, "Its id, chosen by the caller."))
};
DomainAnswer create_domain(Call& call, sql::Transaction& tx, const CreateDomain& r) {
  constexpr std::size_t path_max = 255;
  check_name(r.name, "name");
  check_network_domain(r.network_domain);
  const auto parent = r.parent_domain_id ? **r.parent_domain_id : sql::need<model::Domain>(tx, call.caller.domain);
  if (sql::count(tx, "select count(*) from domains where parent_id = $1 and lower(name) = lower($2) and removed is null",
                 parent.id, r.name) > 0)
    bad(fmt::format("The domain {} has a domain called {} already.", parent.name, r.name), "name");
  model::Domain domain;
  domain.id = id_for<model::Domain>(call, tx, r.domain_id);
  domain.name = r.name;
  domain.path = parent.path + r.name + "/";
  if (domain.path.size() > path_max)
    bad(fmt::format("The domain's path would have {} bytes; {} are the most.", domain.path.size(), path_max), "name");
  domain.level = parent.level + 1;
  domain.parent_id = parent.id;
  domain.network_domain = r.network_domain.value_or("");
  domain.created = call.cloud.now();
  sql::insert(tx, domain);
  call.event_note = domain.name;
  Page<DomainAnswer> page{1, {answer_domain(call, tx, domain)}};
  count_holdings(tx, page);
  return page.rows.front();
}

/// Who a new user is.
struct NewUser {
  FIELDS(NewUser,
    (std::string, email, "Where they are reached."),
    (std::string, firstname, "Given name."),
    (std::string, lastname, "Family name."),
    (Secret, password, "At least one character.", .length = 1024),
    (std::optional<std::string>, timezone, "In which they read instants."),
    (std::string, username, "Unique in the domain."),
    (std::optional<std::string>, user_id, "Their id, chosen by the caller."))
};
bool is_of_time_zone(char c) { return std::isalnum(std::uint8_t(c)) || std::string_view("/_+-:").contains(c); }
void check_user(const NewUser& r) {
  check_name(r.username, "username");
  check_name(r.firstname, "firstname");
  check_name(r.lastname, "lastname");
  check_name(r.email, "email");
  if (r.timezone && !std::ranges::all_of(*r.timezone, is_of_time_zone))
    bad(fmt::format("{} is no time zone; they are called as in Europe/Zurich.", *r.timezone), "timezone");
  if (r.password.reveal().empty()) bad("A password has at least one character.", "password");
}
model::User add_user(Call& call, sql::Transaction& tx, const NewUser& r, const model::Account& account,
                     const std::string& password_hash) {
  if (sql::count(tx, "select count(*) from users where domain_id = $1 and lower(user_name) = lower($2) and removed is null",
                 account.domain_id, r.username) > 0)
    bad(fmt::format("The domain has a user called {} already.", r.username), "username");
  model::User user;
  user.id = id_for<model::User>(call, tx, r.user_id);
  user.account_id = account.id;
  user.domain_id = account.domain_id;
  user.user_name = r.username;
  user.password_hash = password_hash;
  user.first_name = r.firstname;
  user.last_name = r.lastname;
  user.email = r.email;
  user.timezone = r.timezone;
  user.created = call.cloud.now();
  sql::insert(tx, user);
  return user;
}

struct CreateAccount : NewUser {
  using Base = NewUser;
  FIELDS(CreateAccount,
    (std::optional<std::string>, account, "Its name, unique in the domain; the user's when absent."),
    (std::optional<int>, account_type, "0 user, 1 root, 2 domain, 3 resource domain administrator; as the role says when absent."),
    (std::optional<See<model::Role>>, role_id, "What its users may call; the type's own role when absent."),
    (std::optional<Using<model::Domain>>, domain_id, "Its domain; the caller's own when absent."),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks."),
    (TextMap, account_details, "Further facts, by name.", .length = 4096),
    (std::optional<std::string>, account_id, "Its id, chosen by the caller."))
};

/// The role from the seed that accounts of a type have when no other is chosen.
std::string_view own_role(model::AccountType type) {
  constexpr std::string_view names[] = {"User", "Root Admin", "Domain Admin", "Resource Admin"};
  return names[std::size_t(type)];
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

/// The role of a new account, by its id or by the account's type.
model::Role role_for(sql::Transaction& tx, const CreateAccount& r) {
  if (!r.role_id && !r.account_type) bad("Give roleid, or accounttype for that type's own role.", "roleid");
  if (r.account_type && (*r.account_type < 0 || *r.account_type > 3))
    bad(fmt::format("There is no account type {}; 0 to 3 are known.", *r.account_type), "accounttype");
  if (!r.role_id) {
    auto role = sql::first<model::Role>(tx, "where name = $1 and is_default = 1 and removed is null",
                                        own_role(model::AccountType(*r.account_type)));
    must(role.has_value(), "the seed has a role for each type of account");
    return std::move(*role);
  }
  if (r.account_type && int(account_type_of((*r.role_id)->type)) != *r.account_type)
    bad(fmt::format("The role {} is for accounts of type {}.", (*r.role_id)->name,
                    int(account_type_of((*r.role_id)->type))),
        "accounttype");
  return **r.role_id;
}

/// Root administrators live in the root domain and rule all; administrators of a domain live beneath it.
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

AccountAnswer create_account(Call& call, const CreateAccount& r) {
  check_user(r);
  const auto name = r.account.value_or(r.username);
  check_name(name, "account");
  check_network_domain(r.network_domain);
  const auto hash = hash_password(r.password);  // takes its time, so before the transaction
  return sql::write(call.cloud.database, [&](sql::Transaction& tx) {
    call.forget();
    const auto domain = sql::need<model::Domain>(tx, r.domain_id ? r.domain_id->id() : call.caller.domain);
    const auto role = role_for(tx, r);
    check_rank(call, account_type_of(role.type), domain);
    must_not_exceed(tx, call, role.id);
    if (sql::count(tx, "select count(*) from accounts where domain_id = $1 and lower(name) = lower($2) and removed is null",
                   domain.id, name) > 0)
      bad(fmt::format("The domain {} has an account called {} already.", domain.name, name), "account");
    model::Account account;
    account.id = id_for<model::Account>(call, tx, r.account_id);
    account.name = name;
    account.number = model::next_number(tx, "account") + 1;
    account.domain_id = domain.id;
    account.type = account_type_of(role.type);
    account.role_id = role.id;
    account.network_domain = r.network_domain.value_or("");
    account.details = r.account_details;
    account.created = call.cloud.now();
    sql::insert(tx, account);
    add_user(call, tx, r, account, hash);
    call.event_note = account.name;
    Page<AccountAnswer> page{1, {answer_account(call, tx, account)}};
    count_holdings(tx, page);
    return page.rows.front();
  });
}

struct CreateUser : NewUser {
  using Base = NewUser;
  FIELDS(CreateUser,
    (std::string, account, "The account they act for."),
    (std::optional<Using<model::Domain>>, domain_id, "The account's domain; the caller's own when absent."))
};
UserAnswer create_user(Call& call, const CreateUser& r) {
  check_user(r);
  const auto hash = hash_password(r.password);
  return sql::write(call.cloud.database, [&](sql::Transaction& tx) {
    call.forget();
    const auto domain = r.domain_id ? r.domain_id->id() : call.caller.domain;
    const auto account =
        sql::first<model::Account>(tx, "where domain_id = $1 and name = $2 and removed is null", domain, r.account);
    if (!account || !access::commands_account(tx, call.caller, account->id, account->domain_id))
      bad(fmt::format("There is no account {} in the domain.", r.account), "account");
    check_rank(call, account->type, sql::need<model::Domain>(tx, domain));
    must_not_exceed(tx, call, account->role_id);
    const auto user = add_user(call, tx, r, *account, hash);
    call.event_note = user.user_name;
    return answer_user(call, tx, user);
  });
}
}  // namespace

std::vector<Command> tenant_commands() {
  constexpr auto all = Audience::everyone, admins = Audience::admins;
  return {
      reading<list_domains>({"listDomains", "domain", "Lists domains.", admins}),
      writing<create_domain>({"createDomain", "domain", "Makes a domain beneath another.", admins, "DOMAIN.CREATE"}),
      reading<list_accounts>({"listAccounts", "account", "Lists accounts.", all}),
      outside<create_account>(
          {"createAccount", "account", "Makes an account with its first user.", admins, "ACCOUNT.CREATE"}),
      reading<list_users>({"listUsers", "user", "Lists users.", all}),
      outside<create_user>({"createUser", "user", "Makes a further user of an account.", admins, "USER.CREATE"}),
  };
}

}  // namespace welkin::commands
