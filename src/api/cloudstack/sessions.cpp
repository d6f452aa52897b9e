// Sessions. Only hashes of cookie and key are stored: the table opens no door.
#include "api/cloudstack/sessions.hpp"

#include <openssl/evp.h>

#include "api/cloudstack/named.hpp"
#include "api/cloudstack/origin.hpp"
#include "api/cloudstack/signature.hpp"
#include "base/log.hpp"
#include "commands/events.hpp"
#include "commands/ldap_logins.hpp"
#include "commands/passwords.hpp"
#include "model/settings.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr std::string_view cookie_name = "JSESSIONID";
constexpr std::int64_t sessions_of_user_max = 100;
constexpr std::int64_t sessions_max = 100'000;

[[noreturn]] void refuse_foreign() {
  throw Error(Fault::unauthorized, "The request comes from a page of another site; it is not answered.");
}

std::string digest(std::string_view text) {
  unsigned char out[32];
  unsigned length = 0;
  EVP_Digest(text.data(), text.size(), out, &length, EVP_sha256(), nullptr);
  std::string hex;
  for (const auto byte : out) hex += fmt::format("{:02x}", byte);
  return hex;
}

const std::string* cookie(const Request& request, std::string_view name) {
  for (const auto& [key, value] : request.cookies)
    if (key == name) return &value;
  return nullptr;
}

/// The hash of a password nobody has: unknown users take as long as known ones.
const std::string& nobody_hash() {
  static const std::string hash = hash_password(Secret(random_text(24)));
  return hash;
}

/// What browsers are told of cookies, by the settings.
struct CookieHabits {
  std::string same_site;
  bool secure = false;
};
CookieHabits habits_of(sql::Transaction& tx, const Request& request) {
  CookieHabits out{model::value_of(tx, model::settings::session_same_site),
                   request.secure || model::value_of(tx, model::settings::session_secure)};
  if (out.same_site == "NoneAndSecure") out = {"None", true};
  return out;
}
void set_cookie(Reply& reply, const CookieHabits& habits, std::string_view name, std::string_view value) {
  std::string text = fmt::format("{}={}; Path=/client; HttpOnly", name, value);
  if (value.empty()) text += "; Max-Age=0";
  if (habits.same_site != "Null") text += "; SameSite=" + habits.same_site;
  if (habits.secure) text += "; Secure";
  reply.headers.emplace_back("Set-Cookie", std::move(text));
}

/// Whether the session's key is where the setting asks for it, and nowhere another.
bool key_fits(std::string_view places, const std::string& hash, const std::string* parameter, const std::string* cookie) {
  const Secret wanted(hash);
  const auto wrong = [&](const std::string* given) { return given && !wanted.same_as(digest(*given)); };
  if (wrong(parameter) || wrong(cookie)) return false;
  if (places == "CookieOrParameter") return parameter || cookie;
  return parameter && (cookie || places == "ParameterOnly");
}

/// The sessions unused for the longest end when there are too many: of the user, or of all.
void make_room(sql::Transaction& tx, const Id<model::User>& user) {
  const auto end = [&](const std::vector<model::Session>& sessions) {
    for (const auto& session : sessions) sql::erase(tx, session.id);
  };
  const auto own = sql::count(tx, "select count(*) from sessions where user_id = $1", user);
  const auto surplus = own + 1 - sessions_of_user_max;
  if (surplus > 0)
    end(sql::all<model::Session>(tx, fmt::format("where user_id = $1 order by last_used limit {}", surplus), user));
  if (sql::count(tx, "select count(*) from sessions") >= sessions_max)
    end(sql::all<model::Session>(tx, "order by last_used limit 100"));
}

/// The same for all reasons: nobody learns whether a user is there, locked out or disabled.
Reply refused_login(Format format) {
  return failure(format, "loginresponse", 531, 0,
                 "Failed to authenticate the user; check the user name, the password and the domain.", true);
}
}  // namespace

std::optional<model::Session> Sessions::session_of(const Request& request) {
  const auto* given = cookie(request, cookie_name);
  if (!given || given->empty() || given->size() > 200) return std::nullopt;
  const auto hash = digest(*given);
  return sql::read(cloud_.database, [&](sql::Transaction& tx) {
    return sql::first<model::Session>(tx, "where cookie_hash = $1", hash);
  });
}

Reply Sessions::login(Format format, const Request& request) {
  if (!request.post) return {405, "text/plain; charset=UTF-8", {}, "Only POST is accepted for login."};
  const auto* user_name = api::cloudstack::find(request.parameters, "username");
  const auto* password = api::cloudstack::find(request.parameters, "password");
  if (!user_name) return {531, "application/json; charset=UTF-8", {}, "null"};
  // A foreign page that logs its visitor in as somebody else would learn what they do then.
  if (!comes_from_here(request, true)) return refused_login(format);

  const Secret given(password ? *password : std::string());
  const auto [domain, found, directory] = sql::read(cloud_.database, [&](sql::Transaction& tx) {
    auto domain = domain_named(tx, request.parameters);
    auto user = user_named(tx, request.parameters, *user_name);
    const bool by_directory = commands::is_for_directory(tx, domain, user);
    return std::tuple(std::move(domain), std::move(user), by_directory);
  });
  if (directory) {
    const auto user = commands::log_in_by_directory(cloud_, *domain, found, *user_name, given);
    return user ? open_session(format, request, *user, {}) : refused_login(format);
  }
  const bool known = found && !found->password_hash.empty();
  const bool right = password_matches(known ? found->password_hash : nobody_hash(), given);
  // WHY submitted: who fails for want of a user does not fail sooner than who fails for want of the password.
  if (found && !right)
    cloud_.database.submit([id = found->id](sql::Transaction& tx) { commands::note_wrong_password(tx, id); },
                            [](std::exception_ptr) {});
  if (!found || !right) return refused_login(format);
  return open_session(format, request, found->id, found->password_hash);
}

Reply Sessions::open_session(Format format, const Request& request, const Id<model::User>& id, const std::string& hash) {
  const auto session = random_token(24), key = random_token(20);
  const auto former = session_of(request);
  std::optional<LoginAnswer> answer;
  CookieHabits habits;
  cloud_.database.write([&](sql::Transaction& tx) {
    answer.reset();
    // WHY read again: a password, state or role that has changed meanwhile has ended all sessions, this one with them.
    const auto identity = access::read_identity(tx, id);
    auto user = sql::get<model::User>(tx, id);
    if (!identity || !identity->enabled || user->password_hash != hash || commands::is_locked_out(tx, *user)) return;
    if (!access::admits(*identity, request.source)) return;
    if (former) sql::erase(tx, former->id);
    make_room(tx, id);
    model::Session row;
    row.id = cloud_.new_id<model::Session>();
    row.user_id = id;
    row.cookie_hash = digest(session);
    row.key_hash = digest(key);
    row.source = request.source;
    row.created = row.last_used = cloud_.now();
    sql::insert(tx, row);
    if (user->failed_logins) {
      user->failed_logins = 0;
      sql::update(tx, *user);
    }
    commands::Call call(cloud_, identity->caller, {});
    commands::note_done(tx, call, "USER.LOGIN", user->user_name);
    habits = habits_of(tx, request);
    answer = login_answer(tx, *user, *identity, key);
  });
  if (!answer) return refused_login(format);
  auto reply = flat(format, "loginresponse", *answer);
  set_cookie(reply, habits, cookie_name, session);
  set_cookie(reply, habits, "sessionkey", key);
  return reply;
}

LoginAnswer Sessions::login_answer(sql::Transaction& tx, const model::User& user, const access::Identity& identity,
                                   const std::string& key) {
  const auto& caller = identity.caller;
  LoginAnswer out;
  out.username = user.user_name;
  out.user_id = user.id.text();
  out.domain_id = user.domain_id.text();
  out.timeout = int(std::chrono::seconds(session_lifetime).count());
  out.account = caller.account_name;
  out.firstname = user.first_name;
  out.lastname = user.last_name;
  out.type = name_of(caller.type);
  out.timezone = user.timezone;
  out.registered = "false";
  out.sessionkey = key;
  out.is_2fa_enabled = identity.factor_asked ? "true" : "false";
  out.is_2fa_verified = "false";
  if (identity.factor_asked) out.issuer_for_2fa = model::value_for(tx, model::settings::factor_issuer, {}, user.domain_id);
  if (identity.factor_proven) out.provider_for_2fa = name_of(user.second_factor);
  if (caller.is_root()) out.management_server_id = cloud_.server.text();
  if (user.password_change_required) out.password_change_required = true;
  return out;
}

Reply Sessions::logout(Format format, const Request& request) {
  constexpr std::string_view name = "logoutresponse";
  const auto session = session_of(request);
  if (!session) return failure(format, name, 431, 4350, "There is no session to end.");
  if (!comes_from_here(request, true)) refuse_foreign();
  CookieHabits habits;
  cloud_.database.write([&](sql::Transaction& tx) {
    sql::erase(tx, session->id);
    habits = habits_of(tx, request);
  });
  auto reply = flat_text(format, name, [](Sink& sink) {
    sink.begin_object();
    sink.key("description", "description");
    sink.text("success");
    sink.end_object();
  });
  for (const auto& [key, value] : request.cookies)
    if (key == cookie_name || key == "sessionkey") set_cookie(reply, habits, key, {});
  return reply;
}

void Sessions::end(const Id<model::Session>& session) {
  cloud_.database.write([&](sql::Transaction& tx) { sql::erase(tx, session); });
}

LoggedIn Sessions::find(const Request& request, bool changes) {
  const auto session = session_of(request);
  if (!session) return {};
  // It is not the session's fault: a foreign page does not log anybody out either.
  if (!comes_from_here(request, changes)) refuse_foreign();
  const auto places = sql::read(
      cloud_.database, [](sql::Transaction& tx) { return model::value_of(tx, model::settings::session_key_places); });
  const auto now = cloud_.now();
  const bool holds = key_fits(places, session->key_hash, api::cloudstack::find(request.parameters, "sessionkey"),
                              cookie(request, "sessionkey")) &&
                     now - session->last_used < session_lifetime;
  const auto identity = holds ? directory_.by_user(session->user_id) : nullptr;
  if (!identity || !identity->enabled) {
    end(session->id);
    throw Error(Fault::unauthorized, "unable to verify user credentials");
  }
  if (now - session->last_used > 1min)
    cloud_.database.submit([id = session->id, now](sql::Transaction& tx) {
      auto row = sql::get<model::Session>(tx, id);
      if (!row) return;
      row->last_used = now;
      sql::update(tx, *row);
    }, [](std::exception_ptr) {});
  return {identity, session->id, session->factor_given};
}

void Sessions::sweep() {
  cloud_.database.write([&](sql::Transaction& tx) {
    for (const auto& session :
         sql::all<model::Session>(tx, "where last_used < $1 limit 1000", Time(cloud_.now() - session_lifetime)))
      sql::erase(tx, session.id);
  });
}

}  // namespace welkin::api::cloudstack
