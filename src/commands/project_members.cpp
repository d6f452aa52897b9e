// Commands of members of projects.
#include "commands/projects.hpp"

#include "model/settings.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct MemberAnswer {
  FIELDS(MemberAnswer,
    (Id<model::Project>, project_id, "The project."),
    (std::string, project, "By name."),
    (Id<model::Account>, account_id, "The member's account."),
    (std::string, account, "By name."),
    (int, account_type, "That account's type."),
    (Id<model::User>, user_id, "The only user of the account who is a member; absent for all."),
    (std::optional<std::string>, username, "By name."),
    (std::string, role, "Admin owns the project; Regular."),
    (Id<model::ProjectRole>, project_role_id, "What the member may call in the project."),
    (std::optional<std::string>, project_role_name, "By name."),
    (Id<model::Domain>, domain_id, "The account's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (std::vector<UserAnswer>, user, "The users who are members so.", .keep_empty = true))
};

MemberAnswer answer_member(Call& call, sql::Transaction& tx, const model::ProjectMember& member) {
  MemberAnswer out;
  out.project_id = member.project_id;
  if (const auto* project = call.look(tx, member.project_id)) out.project = project->name;
  out.account_id = member.account_id;
  out.user_id = member.user_id;
  if (const auto* account = call.look(tx, member.account_id)) {
    out.account = account->name;
    out.account_type = int(account->type);
    name_domain(call, tx, account->domain_id, out);
  }
  out.role = name_of(member.rank);
  out.project_role_id = member.project_role_id;
  if (const auto* role = call.look(tx, member.project_role_id)) out.project_role_name = role->name;
  return out;
}
/// Users of members, for a page at once.
void add_users(Call& call, sql::Transaction& tx, Page<MemberAnswer>& page) {
  std::vector<Uuid> accounts;
  for (const auto& row : page.rows) accounts.push_back(row.account_id);
  for (const auto& user : all_in<model::User>(tx, "removed is null and account_id", accounts, "created, id"))
    for (auto& row : page.rows) {
      if (row.account_id != user.account_id || (row.user_id && row.user_id != user.id)) continue;
      if (row.user_id) row.username = user.user_name;
      row.user.push_back(answer_user(call, tx, user));
    }
}

struct ListProjectAccounts : Listing {
  using Base = Listing;
  FIELDS(ListProjectAccounts,
    (See<model::Project>, project_id, "The project."),
    (std::optional<std::string>, account, "Only the account of this name."),
    (std::optional<Id<model::User>>, user_id, "Only this user, as a member by themselves."),
    (std::optional<model::ProjectRank>, role, "Only members of this rank."),
    (std::optional<See<model::ProjectRole>>, project_role_id, "Only members with this role."))
};
Page<MemberAnswer> list_members(Call& call, sql::Transaction& tx, const ListProjectAccounts& r) {
  Where where;
  where.equal("project_id", r.project_id)
      .equal("user_id", r.user_id)
      .equal("rank", r.role)
      .equal("project_role_id", r.project_role_id)
      .keyword({"(select name from accounts where accounts.id = account_id)"}, r.keyword);
  if (r.account) where.that("account_id in (select id from accounts where name = $)", *r.account);
  const auto found = page_of<model::ProjectMember>(tx, where, r, "created, id");
  call.look_ahead<model::Account>(tx, each_of(found.rows, &model::ProjectMember::account_id));
  Page<MemberAnswer> page{found.count, {}};
  for (const auto& member : found.rows) page.rows.push_back(answer_member(call, tx, member));
  add_users(call, tx, page);
  return page;
}

/// The role that a request chooses, of the project that it names.
template <class Request>
Id<model::ProjectRole> role_of(const Request& r) {
  if (!r.project_role_id) return {};
  if ((*r.project_role_id)->project_id != r.project_id.id())
    access::refuse_id("projectroleid", r.project_role_id->given);
  return r.project_role_id->id();
}

struct AddAccount {
  FIELDS(AddAccount,
    (Operate<model::Project>, project_id, "The project."),
    (std::optional<std::string>, account, "The account, of the project's domain."),
    (std::optional<std::string>, email, "Where the invitation is mailed, if one is required; in place of account, for whoever has its token."),
    (std::optional<std::string>, role_type, "Admin makes it an owner; Regular when absent."),
    (std::optional<See<model::ProjectRole>>, project_role_id, "What a regular member may call; all that their own role lets them when absent."))
};
/// Whoever reads the mail and has an account of the project's domain.
Success let_guest_in(Call& call, sql::Transaction& tx, const AddAccount& r) {
  if (!r.email) bad("Say who shall be a member: give account or email.", "account");
  if (!model::value_of(tx, model::settings::projects_invite))
    bad("Give account: nobody needs an invitation here, see the setting project.invite.required.", "account");
  model::ProjectMember member;
  member.project_id = r.project_id.id();
  member.rank = rank_of(r.role_type);
  member.project_role_id = role_of(r);
  return invite(call, tx, *r.project_id, member, {*r.email, r.email});
}
Success let_account_in(Call& call, sql::Transaction& tx, const AddAccount& r) {
  access::must_be_active(*r.project_id);
  if (!r.account) return let_guest_in(call, tx, r);
  const auto account = model::account_named(tx, r.project_id->domain_id, *r.account);
  if (!account) bad(fmt::format("Unable to find account name={} in the project's domain.", *r.account), "account");
  must_be_active(*account);
  model::ProjectMember member;
  member.project_id = r.project_id.id();
  member.account_id = account->id;
  member.rank = rank_of(r.role_type);
  member.project_role_id = role_of(r);
  return let_in(call, tx, *r.project_id, member, {account->name, r.email});
}

struct AddUser {
  FIELDS(AddUser,
    (Operate<model::Project>, project_id, "The project."),
    (std::string, username, "The user, of the project's domain."),
    (std::optional<std::string>, email, "Where the invitation is mailed, if one is required."),
    (std::optional<std::string>, role_type, "Admin makes them an owner; Regular when absent."),
    (std::optional<See<model::ProjectRole>>, project_role_id, "What a regular member may call; all that their own role lets them when absent."))
};
Success let_user_in(Call& call, sql::Transaction& tx, const AddUser& r) {
  access::must_be_active(*r.project_id);
  const auto user = sql::first<model::User>(tx, "where domain_id = $1 and user_name = $2 and removed is null",
                                            r.project_id->domain_id, r.username);
  if (!user) bad(fmt::format("Unable to find user name={} in the project's domain.", r.username), "username");
  must_be_active(sql::need<model::Account>(tx, user->account_id));
  model::ProjectMember member;
  member.project_id = r.project_id.id();
  member.account_id = user->account_id;
  member.user_id = user->id;
  member.rank = rank_of(r.role_type);
  member.project_role_id = role_of(r);
  return let_in(call, tx, *r.project_id, member, {user->user_name, r.email});
}

/// Members leave by themselves; others are sent away by who may change the project.
void remove_member(Call& call, sql::Transaction& tx, const model::Project& project, const model::ProjectMember& member,
                   bool self) {
  if (!self) access::find<model::Project>(tx, call.caller, project.id, access::Use::operate, "projectid");
  sql::erase(tx, member.id);
  must_have_owner(tx, project);
  call.touched = project.id;
}

struct RemoveAccount {
  FIELDS(RemoveAccount,
    (See<model::Project>, project_id, "The project."),
    (std::string, account, "The member, of the project's domain."))
};
Success remove_account(Call& call, sql::Transaction& tx, const RemoveAccount& r) {
  const auto account = model::account_named(tx, r.project_id->domain_id, r.account);
  const auto member =
      account ? sql::first<model::ProjectMember>(tx, "where project_id = $1 and account_id = $2 and user_id is null",
                                                 r.project_id.id(), account->id)
              : std::nullopt;
  if (!member) bad(fmt::format("The account {} is no member of the project.", r.account), "account");
  remove_member(call, tx, *r.project_id, *member, account->id == call.caller.account);
  call.event_note = fmt::format("{} in {}", account->name, r.project_id->name);
  return {true, {}};
}

struct RemoveUser {
  FIELDS(RemoveUser,
    (See<model::Project>, project_id, "The project."),
    (Id<model::User>, user_id, "The user, who is a member by themselves."))
};
Success remove_user(Call& call, sql::Transaction& tx, const RemoveUser& r) {
  const auto member =
      sql::first<model::ProjectMember>(tx, "where project_id = $1 and user_id = $2", r.project_id.id(), r.user_id);
  if (!member) access::refuse_id("userid", r.user_id.text());
  remove_member(call, tx, *r.project_id, *member, r.user_id == call.caller.user);
  call.event_note = fmt::format("{} in {}", r.user_id.text(), r.project_id->name);
  return {true, {}};
}
}  // namespace

void must_have_owner(sql::Transaction& tx, const model::Project& project) {
  if (sql::count(tx, "select count(*) from project_members where project_id = $1 and rank = 'Admin'", project.id) > 0)
    return;
  throw Error(Fault::conflict,
              fmt::format("The project {} would have no owner; make another member its owner first.", project.name),
              project.id.text());
}

namespace {
void must_leave_no_project_alone(sql::Transaction& tx, std::string_view column, const Uuid& owner, std::string_view name) {
  const auto project = sql::first<model::Project>(
      tx,
      fmt::format("where removed is null and state <> 'Disabled' "
                  "and id in (select project_id from project_members where {0} = $1 and rank = 'Admin') "
                  "and id not in (select project_id from project_members where ({0} is null or {0} <> $1) and rank = 'Admin' "
                  "and project_id in (select project_id from project_members where {0} = $1)) order by created limit 1",
                  column),
      owner);
  if (project)
    throw Error(Fault::conflict,
                fmt::format("{} alone owns the project {}; make another member its owner, or delete it first.", name,
                            project->name),
                owner.text());
}
}  // namespace

void must_leave_no_project_alone(sql::Transaction& tx, const model::Account& account) {
  must_leave_no_project_alone(tx, "account_id", account.id, "The account " + account.name);
}
void must_leave_no_project_alone(sql::Transaction& tx, const model::User& user) {
  must_leave_no_project_alone(tx, "user_id", user.id, "The user " + user.user_name);
}

bool is_member(sql::Transaction& tx, const model::ProjectMember& wish) {
  if (wish.user_id)
    return sql::first<model::ProjectMember>(tx, "where project_id = $1 and user_id = $2", wish.project_id, wish.user_id)
        .has_value();
  return sql::first<model::ProjectMember>(tx, "where project_id = $1 and account_id = $2 and user_id is null",
                                          wish.project_id, wish.account_id)
      .has_value();
}

void add_member(Call& call, sql::Transaction& tx, model::ProjectMember member) {
  if (is_member(tx, member)) return;
  member.id = call.cloud.new_id<model::ProjectMember>();
  member.created = call.cloud.now();
  sql::insert(tx, member);
}

model::ProjectRank rank_of(const std::optional<std::string>& role_type) {
  return choice(role_type, model::ProjectRank::regular, "roletype");
}

std::vector<Command> project_member_commands() {
  constexpr auto all = Audience::everyone;
  constexpr std::string_view entity = "Project";
  return {
      reading<list_members>({"listProjectAccounts", "projectaccount", "Lists members of a project.", all}),
      prompt<let_account_in>({"addAccountToProject", "", "Makes an account a member of a project.", all,
                           "PROJECT.ACCOUNT.ADD", entity}),
      prompt<let_user_in>(
          {"addUserToProject", "", "Makes one user a member of a project.", all, "PROJECT.USER.ADD", entity}),
      prompt<remove_account>({"deleteAccountFromProject", "", "Ends an account's membership of a project.", all,
                              "PROJECT.ACCOUNT.REMOVE", entity}),
      prompt<remove_user>({"deleteUserFromProject", "", "Ends a user's membership of a project.", all,
                           "PROJECT.USER.REMOVE", entity}),
  };
}

}  // namespace welkin::commands
