// Commands of accounts.
#include "commands/projects.hpp"
#include "commands/tenants.hpp"
#include "flows/tenants.hpp"
#include "model/counters.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;

/// What the rows alone do not say: users, and what is held.
void complete(Call& call, sql::Transaction& tx, Page<AccountAnswer>& page, const std::optional<std::string>& tag = {}) {
  std::vector<Holder> holders;
  std::unordered_map<Uuid, AccountAnswer*> by_id;
  for (auto& row : page.rows) {
    holders.push_back({row.id, model::AccountType(row.account_type)});
    by_id[row.id] = &row;
  }
  const auto held = held_by_accounts(tx, holders);
  for (auto& row : page.rows) {
    const auto& mine = held.at(row.id);
    static_cast<TenantHoldings&>(row) = mine.holdings;
    row.vm_running = mine.running;
    row.vm_stopped = mine.stopped;
  }
  std::vector<TaggedHoldings> tagged;
  for (auto& row : page.rows) tagged.push_back({{row.id, {}}, row.id, &row});
  show_tagged(tx, tagged, tag);
  for (const auto& user : all_in<model::User>(tx, "removed is null and account_id", ids_on(page), "created"))
    by_id.at(user.account_id)->user.push_back(answer_user(call, tx, user));
}

struct ListAccounts : DomainListing {
  using Base = DomainListing;
  FIELDS(ListAccounts,
    (std::optional<See<model::Account>>, id, "Only this account."),
    (std::optional<std::string>, name, "Only the account of this name."),
    (std::optional<int>, account_type, "Only accounts of this type."),
    (std::optional<model::AccountState>, state, "Only accounts in this state."),
    (std::optional<bool>, is_cleanup_required, "Only accounts being cleaned up, or only the others."),
    (std::optional<model::ApiKeyAccess>, api_key_access, "Only accounts whose users' API keys work so."),
    (std::optional<std::string>, tag, "Of what is held by tag, only by this one."),
    (std::vector<std::string>, details, "Accepted; all details are always answered."),
    (bool, show_icon, "With icons."))
};
Page<AccountAnswer> list_accounts(Call& call, sql::Transaction& tx, const ListAccounts& r) {
  Where where;
  where.equal("id", r.id)
      .equal("name", r.name)
      .equal("state", r.state)
      .equal("cleanup_needed", r.is_cleanup_required)
      .equal("api_key_access", r.api_key_access)
      .keyword({"name"}, r.keyword)
      .that("type <> $", model::AccountType::project)
      .that("removed is null");
  if (r.account_type) where.equal("type", fmt::format("{}", *r.account_type));
  if (!call.caller.is_admin()) where.equal("id", call.caller.account);
  else if (r.domain_id && !r.is_recursive) where.equal("domain_id", r.domain_id);
  else if (r.domain_id || !call.caller.is_root())
    where.within(r.domain_id ? (*r.domain_id)->path : call.caller.domain_path);
  if (call.caller.is_admin() && !r.list_all && !r.id && !r.domain_id && !r.name && !call.caller.is_root())
    where.equal("domain_id", call.caller.domain);
  if (const auto branch = whole_branch(call, tx, r))
    where.known_to_be(call.cloud.totals.held_beneath(tx, std::vector<Uuid>{*branch}).at(*branch).accounts);
  auto page = answers_of<model::Account>(tx, where, r, where.order_of_branch(),
                                         [&](const auto& account) { return answer_account(call, tx, account); });
  complete(call, tx, page, r.tag);
  return page;
}

void check_free_account_name(sql::Transaction& tx, const model::Domain& domain, const std::string& name,
                             const Id<model::Account>& self) {
  if (name.starts_with(project_account_prefix))
    bad(fmt::format("Names that begin with {} are for projects' own accounts.", project_account_prefix), "account");
  for (const auto& row : sql::all<model::Account>(
           tx, "where domain_id = $1 and lower(name) = lower($2) and removed is null", domain.id, name))
    if (row.id != self)
      bad(fmt::format("The domain {} has an account called {} already.", domain.name, name), "account");
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

AccountAnswer create_account(Call& call, const CreateAccount& r) {
  check_user(r);
  const auto name = r.account.value_or(r.username);
  check_name(name, "account");
  check_network_domain(r.network_domain);
  const auto hash = hash_password(r.password);  // takes its time, so before the transaction
  return call.write([&](sql::Transaction& tx) {
    const auto domain = sql::need<model::Domain>(tx, r.domain_id ? r.domain_id->id() : call.caller.domain);
    const auto role = role_for(tx, r.account_type, r.role_id);
    check_rank(call, account_type_of(role.type), domain);
    must_not_exceed(tx, call, role.id);
    const auto account = add_account(call, tx, {.name = name,
                                                .role = role,
                                                .domain = domain,
                                                .network_domain = r.network_domain.value_or(""),
                                                .details = r.account_details,
                                                .id = r.account_id});
    add_user(call, tx, r, account, hash);
    call.event_note = account.name;
    return whole_answer(call, tx, account);
  });
}

/// An account by its id, or by its name in a domain.
struct AccountNamed {
  FIELDS(AccountNamed,
    (std::optional<Operate<model::Account>>, id, "The account."),
    (std::optional<std::string>, account, "Its name, in place of id; needs domainid."),
    (std::optional<See<model::Domain>>, domain_id, "Its domain."))
};
/// The account that is meant, if the caller may change it.
model::Account account_of(Call& call, sql::Transaction& tx, const AccountNamed& r) {
  if (!r.id && (!r.account || !r.domain_id)) bad("Give id, or account and domainid.", "id");
  const auto account = r.id ? **r.id : owner_of(tx, call, r.account, r.domain_id);
  if (account.id != call.caller.account && !call.caller.is_admin())
    throw Error(Fault::forbidden, "Only administrators change other accounts.", "account");
  must_be_active(account);
  must_not_outrank(tx, call, account.id);
  return account;
}
/// What would lock its own caller or the cloud out is not done.
void check_other(const Call& call, const model::Account& account, std::string_view verb) {
  if (account.is_default) bad(fmt::format("The account {} came with the cloud; it cannot be {}.", account.name, verb), "id");
  if (account.id == call.caller.account) bad(fmt::format("Your own account cannot be {} by you.", verb), "id");
}
model::Account other_account(Call& call, sql::Transaction& tx, const AccountNamed& r, std::string_view verb) {
  auto account = account_of(call, tx, r);
  check_other(call, account, verb);
  return account;
}

struct UpdateAccount : AccountNamed {
  using Base = AccountNamed;
  FIELDS(UpdateAccount,
    (std::optional<See<model::Role>>, role_id, "What its users may call from now on; of the account's type."),
    (std::optional<std::string>, new_name, "Its new name."),
    (std::optional<std::string>, network_domain, "DNS suffix of its networks from now on; empty takes the domain's."),
    (TextMap, account_details, "Its further facts from now on.", .length = 4096),
    (std::optional<model::ApiKeyAccess>, api_key_access, "Whether its users' API keys work.", .admin = true))
};
AccountAnswer update_account(Call& call, sql::Transaction& tx, const UpdateAccount& r) {
  auto account = account_of(call, tx, r);
  check_network_domain(r.network_domain);
  set(account.network_domain, r.network_domain);
  if (r.new_name) {
    check_name(*r.new_name, "newname");
    check_free_account_name(tx, sql::need<model::Domain>(tx, account.domain_id), *r.new_name, account.id);
    account.name = *r.new_name;
  }
  if (r.role_id && r.role_id->id() != account.role_id) {
    if (account.is_default) bad(fmt::format("The account {} came with the cloud; its role stays.", account.name), "roleid");
    if (account.id == call.caller.account) bad("Your own role is not yours to change.", "roleid");
    const auto type = account_type_of((*r.role_id)->type);
    check_rank(call, type, sql::need<model::Domain>(tx, account.domain_id));
    must_not_exceed(tx, call, r.role_id->id());
    account.role_id = r.role_id->id();
    account.type = type;
    flows::end_sessions(tx, account.id);
  }
  if (!r.account_details.empty()) account.details = r.account_details;
  set(account.api_key_access, r.api_key_access);
  sql::update(tx, account);
  call.forget();
  call.event_note = account.name;
  return whole_answer(call, tx, account);
}

struct MarkDefaultZone {
  FIELDS(MarkDefaultZone,
    (std::string, account, "The account."),
    (See<model::Domain>, domain_id, "Its domain."),
    (See<model::Zone>, zone_id, "The zone it prefers from now on."))
};
AccountAnswer mark_default_zone(Call& call, sql::Transaction& tx, const MarkDefaultZone& r) {
  auto account = owner_of(tx, call, r.account, r.domain_id);
  must_be_active(account);
  account.default_zone_id = r.zone_id.id();
  sql::update(tx, account);
  call.forget();
  call.event_note = account.name;
  call.touched = account.id;
  return whole_answer(call, tx, account);
}

AccountAnswer enable_account(Call& call, sql::Transaction& tx, const AccountNamed& r) {
  auto account = account_of(call, tx, r);
  model::move(tx, account, model::AccountEvent::enable);
  call.forget();
  call.event_note = account.name;
  return whole_answer(call, tx, account);
}

struct LockAccount {
  FIELDS(LockAccount, (std::string, account, "Its name."), (See<model::Domain>, domain_id, "Its domain."))
};
/// A locked account keeps what runs, and nobody calls for it.
void lock(sql::Transaction& tx, model::Account& account) {
  model::move(tx, account, model::AccountEvent::lock);
  flows::end_sessions(tx, account.id);
}
AccountAnswer lock_account(Call& call, sql::Transaction& tx, const LockAccount& r) {
  auto account = other_account(call, tx, {{}, r.account, r.domain_id}, "locked");
  lock(tx, account);
  call.forget();
  call.event_note = account.name;
  return whole_answer(call, tx, account);
}

struct DisableAccount : AccountNamed {
  using Base = AccountNamed;
  FIELDS(DisableAccount, (bool, lock, "Only lock it: what runs goes on. Otherwise its instances are stopped.", .required = true))
};
Begun disable_account(Call& call, sql::Transaction& tx, const DisableAccount& r) {
  auto account = other_account(call, tx, r, "disabled");
  if (r.lock) {
    lock(tx, account);
  } else {
    model::move(tx, account, model::AccountEvent::disable);
    flows::end_sessions(tx, account.id);
  }
  call.event_note = account.name;
  const auto goal = r.lock ? flows::TenantGoal::nothing : flows::TenantGoal::stopped;
  return begin(call, tx, "end tenants", flows::TenantOrder{account.id, {}, goal}, "Account", account.id);
}
AccountAnswer disabled(Call& call, sql::Transaction& tx, const model::Job& job, const durable::FlowRow&) {
  return whole_answer(call, tx, sql::need<model::Account>(tx, Id<model::Account>(job.instance_id)));
}

struct DeleteAccount {
  FIELDS(DeleteAccount, (Operate<model::Account>, id, "The account."))
};
Begun delete_account(Call& call, sql::Transaction& tx, const DeleteAccount& r) {
  const auto& account = *r.id;
  check_other(call, account, "deleted");
  must_not_outrank(tx, call, account.id);
  must_leave_no_project_alone(tx, account);
  call.event_note = account.name;
  return begin(call, tx, "end tenants", flows::TenantOrder{account.id, {}, flows::TenantGoal::removed}, "Account",
               account.id);
}
}  // namespace

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
  out.network_domain = unless_empty(a.network_domain);
  out.account_details = a.details;
  out.is_default = a.is_default;
  out.api_key_access = name_of(a.api_key_access);
  return out;
}

AccountAnswer whole_answer(Call& call, sql::Transaction& tx, const model::Account& account) {
  Page<AccountAnswer> page{1, {answer_account(call, tx, account)}};
  complete(call, tx, page);
  return page.rows.front();
}

model::Account add_account(Call& call, sql::Transaction& tx, const NewAccount& wish) {
  must_be_active(wish.domain);
  check_free_account_name(tx, wish.domain, wish.name, {});
  model::Account account;
  account.id = id_for<model::Account>(call, tx, wish.id);
  account.name = wish.name;
  account.number = model::next_number(tx, "account") + 1;
  account.domain_id = wish.domain.id;
  account.type = account_type_of(wish.role.type);
  account.role_id = wish.role.id;
  account.network_domain = wish.network_domain;
  account.details = wish.details;
  account.created = call.cloud.now();
  sql::insert(tx, account);
  return account;
}

model::Role own_role(sql::Transaction& tx, model::AccountType type) {
  constexpr std::string_view names[] = {"User", "Root Admin", "Domain Admin", "Resource Admin"};
  auto role = sql::first<model::Role>(tx, "where name = $1 and is_default = 1 and removed is null",
                                      names[std::size_t(type)]);
  must(role.has_value(), "the seed has a role for each type of account");
  return std::move(*role);
}

model::Role role_for(sql::Transaction& tx, const std::optional<int>& type,
                     const std::optional<access::See<model::Role>>& role) {
  if (!role && !type) bad("Give roleid, or accounttype for that type's own role.", "roleid");
  if (type && (*type < 0 || *type > 3))
    bad(fmt::format("There is no account type {}; 0 to 3 are known.", *type), "accounttype");
  if (!role) return own_role(tx, model::AccountType(*type));
  const auto own = int(account_type_of((*role)->type));
  if (type && own != *type)
    bad(fmt::format("The role {} is for accounts of type {}.", (*role)->name, own), "accounttype");
  return **role;
}

std::vector<Command> account_commands() {
  constexpr auto all = Audience::everyone, admins = Audience::admins;
  return {
      reading<list_accounts>({"listAccounts", "account", "Lists accounts.", all}),
      outside<create_account>(
          {"createAccount", "account", "Makes an account with its first user.", admins, "ACCOUNT.CREATE"}),
      writing<update_account>(
          {"updateAccount", "account", "Changes what is recorded of an account.", admins, "ACCOUNT.UPDATE"}),
      prompt<mark_default_zone>({"markDefaultZoneForAccount", "account", "Records which zone an account prefers.",
                                 Audience::root, "ACCOUNT.MARK.DEFAULT.ZONE", "Account"}),
      writing<enable_account>({"enableAccount", "account", "Lets an account's users act again.", admins, "ACCOUNT.ENABLE"}),
      writing<lock_account>(
          {"lockAccount", "account", "Keeps an account's users out; what runs goes on.", admins, "ACCOUNT.DISABLE"}),
      journey<disable_account, disabled>(
          {"disableAccount", "account", "Keeps an account's users out and stops its instances, or only locks it.", admins,
           "ACCOUNT.DISABLE", "Account"}),
      journey<delete_account, succeeded>(
          {"deleteAccount", "", "Deletes an account, its users and all they own.", admins, "ACCOUNT.DELETE", "Account"}),
  };
}

}  // namespace welkin::commands
