// Commands of users.
#include "base/vault.hpp"
#include "commands/password_resets.hpp"
#include "commands/passwords.hpp"
#include "commands/projects.hpp"
#include "flows/tenants.hpp"
#include "model/settings.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;
using access::Using;

struct ListUsers : AccountListing {
  using Base = AccountListing;
  FIELDS(ListUsers,
    (std::optional<See<model::User>>, id, "Only this user."),
    (std::optional<model::AccountState>, state, "Only users in this state."),
    (std::optional<std::string>, username, "Only the user of this name."),
    (std::optional<int>, account_type, "Only users of accounts of this type."),
    (std::optional<model::ApiKeyAccess>, api_key_access, "Only users whose API keys work so."),
    (std::optional<model::UserSource>, user_source, "Only users whose password this one vouches for."),
    (bool, show_icon, "With icons."))
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
  if (const auto branch = whole_branch(call, tx, request))
    where.known_to_be(call.cloud.totals.held_beneath(tx, std::vector<Uuid>{*branch}).at(*branch).users);
  return answers_of<model::User>(tx, where, r, where.order_of_branch(),
                                 [&](const auto& user) { return answer_user(call, tx, user); });
}

struct CreateUser : NewUser {
  using Base = NewUser;
  FIELDS(CreateUser,
    (std::string, account, "The account they act for."),
    (std::optional<Using<model::Domain>>, domain_id, "The account's domain; the caller's own when absent."),
    (bool, password_change_required, "They must choose another password before they do anything else."))
};
UserAnswer create_user(Call& call, const CreateUser& r) {
  check_user(r);
  const auto hash = hash_password(r.password);
  return call.write([&](sql::Transaction& tx) {
    const auto domain = r.domain_id ? r.domain_id->id() : call.caller.domain;
    const auto account = model::account_named(tx, domain, r.account);
    if (!account || !access::commands_account(tx, call.caller, account->id, account->domain_id, access::Use::operate))
      bad(fmt::format("There is no account {} in the domain.", r.account), "account");
    check_rank(call, account->type, sql::need<model::Domain>(tx, domain));
    must_not_exceed(tx, call, account->role_id);
    auto user = add_user(call, tx, r, *account, hash);
    if (r.password_change_required) {
      user.password_change_required = true;
      sql::update(tx, user);
    }
    call.event_note = user.user_name;
    return answer_user(call, tx, user);
  });
}

struct OneUser {
  FIELDS(OneUser, (Operate<model::User>, id, "The user."))
};
/// Throws unless the caller may do this to the user.
void check_other(sql::Transaction& tx, const Call& call, const model::User& user, std::string_view verb) {
  if (user.is_default) bad(fmt::format("The user {} came with the cloud; they cannot be {}.", user.user_name, verb), "id");
  if (user.id == call.caller.user) bad(fmt::format("You cannot be {} by yourself.", verb), "id");
  must_not_outrank(tx, call, user.account_id);
}
UserAnswer moved(Call& call, sql::Transaction& tx, model::User user, model::AccountEvent event) {
  model::move(tx, user, event);
  if (event != model::AccountEvent::enable) flows::end_sessions(tx, user.id);
  call.event_note = user.user_name;
  call.touched = user.id;
  return answer_user(call, tx, user);
}
UserAnswer enable_user(Call& call, sql::Transaction& tx, const OneUser& r) {
  must_not_outrank(tx, call, r.id->account_id);
  auto user = *r.id;
  user.failed_logins = user.failed_factors = 0;
  return moved(call, tx, user, model::AccountEvent::enable);
}
UserAnswer disable_user(Call& call, sql::Transaction& tx, const OneUser& r) {
  check_other(tx, call, *r.id, "disabled");
  return moved(call, tx, *r.id, model::AccountEvent::disable);
}
UserAnswer lock_user(Call& call, sql::Transaction& tx, const OneUser& r) {
  check_other(tx, call, *r.id, "locked");
  return moved(call, tx, *r.id, model::AccountEvent::lock);
}

Success delete_user(Call& call, sql::Transaction& tx, const OneUser& r) {
  check_other(tx, call, *r.id, "deleted");
  must_leave_no_project_alone(tx, *r.id);
  flows::forget_user(tx, *r.id, call.cloud.now());
  call.event_note = r.id->user_name;
  return {true, {}};
}

struct MoveUser {
  FIELDS(MoveUser,
    (Operate<model::User>, id, "The user."),
    (std::optional<std::string>, account, "The account they act for from now on, of the same domain."),
    (std::optional<Operate<model::Account>>, account_id, "The same by id."))
};
Success move_user(Call& call, sql::Transaction& tx, const MoveUser& r) {
  check_other(tx, call, *r.id, "moved");
  auto user = *r.id;
  if (!r.account == !r.account_id) bad("Give either account or accountid.", "accountid");
  const auto account =
      r.account_id ? std::optional(**r.account_id)
                   : model::account_named(tx, user.domain_id, *r.account);
  if (!account) bad(fmt::format("The user's domain has no account called {}.", *r.account), "account");
  if (account->domain_id != user.domain_id) bad("Users move within their domain only.", "accountid");
  if (account->id == user.account_id) bad(fmt::format("The user acts for {} already.", account->name), "accountid");
  must_be_active(*account);
  must_not_outrank(tx, call, account->id);
  must_leave_no_project_alone(tx, user);
  model::leave_projects(tx, user.id);
  user.account_id = account->id;
  sql::update(tx, user);
  flows::end_sessions(tx, user.id);
  call.event_note = user.user_name;
  return {true, {}};
}

struct GetUser {
  FIELDS(GetUser, (std::string, user_api_key, "A key of theirs."))
};
UserAnswer get_user(Call& call, sql::Transaction& tx, const GetUser& r) {
  const auto pair = sql::first<model::KeyPair>(tx, "where api_key = $1 and removed is null", r.user_api_key);
  const auto user = pair ? sql::get<model::User>(tx, pair->user_id) : std::nullopt;
  if (!user || user->removed) bad("No user has this API key.", "userapikey");
  return answer_user(call, tx, *user);
}

struct UpdateUser {
  FIELDS(UpdateUser,
    (Operate<model::User>, id, "The user."),
    (std::optional<std::string>, email, "Where they are reached."),
    (std::optional<std::string>, firstname, "Given name."),
    (std::optional<std::string>, lastname, "Family name."),
    (std::optional<Secret>, password, "A new one; who changes their own gives currentpassword too.", .length = 1024),
    (std::optional<Secret>, current_password, "The one that holds now.", .length = 1024),
    (std::optional<std::string>, timezone, "In which they read instants."),
    (std::optional<std::string>, username, "Their new name, unique in the domain."),
    (std::optional<std::string>, user_api_key, "A key chosen by the caller; needs usersecretkey."),
    (std::optional<Secret>, user_secret_key, "Its secret half."),
    (std::optional<model::ApiKeyAccess>, api_key_access, "Whether their API keys work.", .admin = true),
    (std::optional<bool>, password_change_required,
     "They must choose another password before they do anything else; for administrators of others."),
    (std::optional<bool>, mandate_2fa, "They must have a second factor; for administrators.", .wire = "mandate2fa"))
};
void check_mandate(sql::Transaction& tx, const Call& call, const UpdateUser& r, const model::User& user) {
  if (!r.mandate_2fa) return;
  if (!call.caller.is_admin())
    throw Error(Fault::forbidden, "Administrators say who must have a second factor.", "mandate2fa");
  if (*r.mandate_2fa && !model::value_for(tx, model::settings::factors_are_on, {}, user.domain_id))
    bad("The user's domain has no second factors: see the setting enable.user.2fa.", "mandate2fa");
  if (!*r.mandate_2fa && access::demands_factors(tx, user.domain_id))
    bad("The user's domain demands a second factor of all: see the setting mandate.user.2fa.", "mandate2fa");
}
/// Who must change their password does that first, and does not excuse themselves.
void check_required_change(sql::Transaction& tx, const Call& call, const UpdateUser& r, const model::User& user) {
  const auto own = sql::get<model::User>(tx, call.caller.user);
  if (own && own->password_change_required && (user.id != own->id || !r.password))
    throw Error(Fault::forbidden, "Change your own password first: give password and currentpassword.", "password");
  if (r.password_change_required && (!call.caller.is_admin() || user.id == call.caller.user))
    throw Error(Fault::forbidden, "Administrators demand a new password of others.", "passwordchangerequired");
}
void check_update(sql::Transaction& tx, const Call& call, const UpdateUser& r, const model::User& user) {
  check_required_change(tx, call, r, user);
  check_mandate(tx, call, r, user);
  if (user.id != call.caller.user) must_not_outrank(tx, call, user.account_id);
  // A pair that the caller chooses may do all that its user may.
  if (r.user_api_key) must_not_exceed(tx, call, sql::need<model::Account>(tx, user.account_id).role_id);
  for (const auto& [name, parameter] : {std::pair{&r.username, "username"}, std::pair{&r.firstname, "firstname"},
                                        std::pair{&r.lastname, "lastname"}, std::pair{&r.email, "email"}})
    if (*name) check_name(**name, parameter);
  check_time_zone(r.timezone);
  if (r.username) check_free_user_name(tx, user.domain_id, *r.username, user.id);
  if (r.user_api_key.has_value() != r.user_secret_key.has_value())
    bad("The parameters userapikey and usersecretkey belong together.", "userapikey");
  if (r.user_api_key && sql::first<model::KeyPair>(tx, "where api_key = $1 and removed is null", *r.user_api_key))
    bad("This API key is taken; choose another.", "userapikey");
}
/// Who is at somebody's desk while they are away does not know their password.
void check_password_change(const Call& call, const UpdateUser& r, const model::User& user) {
  if (r.password->empty()) bad("A password has at least one character.", "password");
  if (user.source != model::UserSource::native)
    bad("The password is not kept here; change it where it is.", "password");
  if (user.id != call.caller.user && call.caller.is_admin()) return;
  if (!r.current_password) bad("Give currentpassword too.", "currentpassword");
  const bool locked = sql::read(call.cloud.database, [&](sql::Transaction& tx) { return is_locked_out(tx, user); });
  if (locked || !password_matches(user.password_hash, *r.current_password)) {
    // Who has come by a session or a key guesses no more often here than at the login.
    sql::write(call.cloud.database, [&](sql::Transaction& tx) { note_wrong_password(tx, user.id); });
    bad("The current password is another.", "currentpassword");
  }
  if (user.password_change_required && r.password->same_as(r.current_password->reveal()))
    bad("Choose another password than the current one.", "password");
}
UserAnswer update_user(Call& call, const UpdateUser& r) {
  if (r.password) check_password_change(call, r, *r.id);
  const auto hash = r.password ? hash_password(*r.password) : std::string();
  return call.write([&](sql::Transaction& tx) {
    auto user = access::find<model::User>(tx, call.caller, r.id.id(), access::Use::operate, "id");
    check_update(tx, call, r, user);
    set(user.email, r.email);
    set(user.first_name, r.firstname);
    set(user.last_name, r.lastname);
    set(user.user_name, r.username);
    set(user.api_key_access, r.api_key_access);
    if (r.timezone) user.timezone = r.timezone;
    if (r.password || r.email || r.username) withdraw_reset(user);
    if (r.password) {
      check_policy(tx, user.domain_id, user.user_name, *r.password);
      user.password_hash = hash;
      user.failed_logins = 0;
      if (user.id == call.caller.user) user.password_change_required = false;
      flows::end_sessions(tx, user.id);
    }
    set(user.password_change_required, r.password_change_required);
    set(user.factor_mandated, r.mandate_2fa);
    sql::update(tx, user);
    if (r.user_api_key) {
      model::KeyPair pair;
      pair.id = call.cloud.new_id<model::KeyPair>();
      pair.user_id = user.id;
      pair.name = "chosen-" + pair.id.text().substr(24);
      pair.api_key = *r.user_api_key;
      pair.sealed_secret = call.cloud.vault.seal(*r.user_secret_key);
      pair.created = call.cloud.now();
      sql::insert(tx, pair);
    }
    call.event_note = user.user_name;
    return answer_user(call, tx, user);
  });
}
}  // namespace

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
  out.is_2fa_enabled = u.factor_proven;
  out.is_2fa_mandated = u.factor_mandated || call.demands_factor(tx, u.domain_id);
  out.api_key_access = name_of(u.api_key_access);
  return out;
}

void check_time_zone(const std::optional<std::string>& zone) {
  const auto fits = [](char c) { return std::isalnum(std::uint8_t(c)) || std::string_view("/_+-:").contains(c); };
  if (zone && !std::ranges::all_of(*zone, fits))
    bad(fmt::format("{} is no time zone; they are called as in Europe/Zurich.", *zone), "timezone");
}
void check_user(const NewUser& r) {
  check_name(r.username, "username");
  check_name(r.firstname, "firstname");
  check_name(r.lastname, "lastname");
  check_name(r.email, "email");
  check_time_zone(r.timezone);
  if (r.password.reveal().empty()) bad("A password has at least one character.", "password");
}
void check_free_user_name(sql::Transaction& tx, const Id<model::Domain>& domain, const std::string& name,
                          const Id<model::User>& self) {
  for (const auto& row : sql::all<model::User>(
           tx, "where domain_id = $1 and lower(user_name) = lower($2) and removed is null", domain, name))
    if (row.id != self) bad(fmt::format("The domain has a user called {} already.", name), "username");
}
model::User add_user(Call& call, sql::Transaction& tx, const NewUser& r, const model::Account& account,
                     const std::string& password_hash, model::UserSource source) {
  must_be_active(account);
  check_free_user_name(tx, account.domain_id, r.username, {});
  if (source == model::UserSource::native) check_policy(tx, account.domain_id, r.username, r.password);
  model::User user;
  user.source = source;
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

std::vector<Command> user_commands() {
  constexpr auto all = Audience::everyone, admins = Audience::admins;
  return {
      reading<list_users>({"listUsers", "user", "Lists users.", all}),
      outside<create_user>({"createUser", "user", "Makes a further user of an account.", admins, "USER.CREATE"}),
      reading<get_user>({"getUser", "user", "Answers whose API key this is.", Audience::root}),
      outside<update_user>(
          {"updateUser", "user", "Changes what is recorded of a user, or their password.", all, "USER.UPDATE"}),
      writing<enable_user>({"enableUser", "user", "Lets a user act again.", admins, "USER.ENABLE"}),
      prompt<disable_user>({"disableUser", "user", "Keeps a user out.", admins, "USER.DISABLE", "User"}),
      writing<lock_user>({"lockUser", "user", "Keeps a user from logging in.", admins, "USER.LOCK"}),
      writing<delete_user>({"deleteUser", "", "Deletes a user.", admins, "USER.DELETE"}),
      writing<move_user>(
          {"moveUser", "", "Lets a user act for another account of the domain.", Audience::root, "USER.MOVE"}),
  };
}

}  // namespace welkin::commands
