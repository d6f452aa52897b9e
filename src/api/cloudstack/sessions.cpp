// Sessions. Only hashes of cookie and key are stored: the table opens no door.
#include "api/cloudstack/sessions.hpp"

#include <openssl/evp.h>

#include "api/cloudstack/signature.hpp"
#include "commands/events.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr std::string_view cookie_name = "JSESSIONID";

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

std::string domain_path_of(const Pairs& parameters) {
  const auto* given = find(parameters, "domain");
  std::string path = given ? *given : "";
  if (path == "ROOT") path = "/";
  if (path.starts_with("ROOT/")) path = path.substr(4);
  if (!path.starts_with('/')) path = "/" + path;
  if (!path.ends_with('/')) path += '/';
  return path;
}

struct Found {
  std::optional<model::User> user;
  std::optional<model::Account> account;
};

Found find_user(sql::Transaction& tx, const Pairs& parameters, const std::string& name) {
  const auto* id = find(parameters, "domainid");
  const auto domain =
      id ? sql::first<model::Domain>(tx, "where id = $1 and removed is null", *id)
         : sql::first<model::Domain>(tx, "where path = $1 and removed is null", domain_path_of(parameters));
  if (!domain) return {};
  auto user =
      sql::first<model::User>(tx, "where domain_id = $1 and user_name = $2 and removed is null", domain->id, name);
  if (!user) return {};
  return {user, sql::get<model::Account>(tx, user->account_id)};
}

void set_cookies(Reply& reply, const Request& request, std::string_view session, std::string_view key) {
  const std::string_view secure = request.secure ? "; Secure" : "";
  reply.headers.emplace_back(
      "Set-Cookie", fmt::format("{}={}; Path=/client; HttpOnly; SameSite=Lax{}", cookie_name, session, secure));
  reply.headers.emplace_back("Set-Cookie",
                             fmt::format("sessionkey={}; Path=/client; HttpOnly; SameSite=Lax{}", key, secure));
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
  constexpr std::string_view name = "loginresponse";
  if (!request.post) return {405, "text/plain; charset=UTF-8", {}, "Only POST is accepted for login."};
  const auto* user_name = api::cloudstack::find(request.parameters, "username");
  const auto* password = api::cloudstack::find(request.parameters, "password");
  if (!user_name) return {531, "application/json; charset=UTF-8", {}, "null"};

  const auto found =
      sql::read(cloud_.database, [&](sql::Transaction& tx) { return find_user(tx, request.parameters, *user_name); });
  const Secret given(password ? *password : std::string());
  const bool right = password_matches(found.user ? found.user->password_hash : nobody_hash(), given);
  const auto identity = found.user && right ? directory_.by_user(found.user->id) : nullptr;
  if (!identity || !identity->enabled)
    return failure(format, name, 531, 0,
                   "Failed to authenticate the user; check the user name, the password and the domain.", true);

  const auto session = random_token(24), key = random_token(20);
  model::Session row;
  row.id = cloud_.new_id<model::Session>();
  row.user_id = found.user->id;
  row.cookie_hash = digest(session);
  row.key_hash = digest(key);
  row.source = request.source;
  row.created = row.last_used = cloud_.now();
  const auto former = session_of(request);
  cloud_.database.write([&](sql::Transaction& tx) {
    if (former) sql::erase(tx, former->id);
    sql::insert(tx, row);
    commands::Call call(cloud_, identity->caller, {});
    commands::note_done(tx, call, "USER.LOGIN", found.user->user_name);
  });
  LoginAnswer answer{found.user->user_name,
                     found.user->id.text(),
                     found.user->domain_id.text(),
                     int(std::chrono::seconds(session_lifetime).count()),
                     found.account->name,
                     found.user->first_name,
                     found.user->last_name,
                     std::string(name_of(found.account->type)),
                     {},
                     "false",
                     key,
                     "false",
                     "false"};
  auto reply = flat(format, name, answer);
  set_cookies(reply, request, session, key);
  return reply;
}

Reply Sessions::logout(Format format, const Request& request) {
  constexpr std::string_view name = "logoutresponse";
  const auto session = session_of(request);
  if (!session) return failure(format, name, 431, 4350, "There is no session to end.");
  cloud_.database.write([&](sql::Transaction& tx) { sql::erase(tx, session->id); });
  auto reply = flat_text(format, name, [](Sink& sink) {
    sink.begin_object();
    sink.key("description", "description");
    sink.text("success");
    sink.end_object();
  });
  for (const auto& [key, value] : request.cookies)
    if (key == cookie_name || key == "sessionkey")
      reply.headers.emplace_back("Set-Cookie",
                                 fmt::format("{}=; Path=/client; Max-Age=0; HttpOnly; SameSite=Lax", key));
  return reply;
}

std::shared_ptr<const access::Identity> Sessions::find(const Request& request) {
  auto session = session_of(request);
  if (!session) return nullptr;
  const auto* parameter = api::cloudstack::find(request.parameters, "sessionkey");
  const auto* key = cookie(request, "sessionkey");
  const auto now = cloud_.now();
  const bool same_origin =
      request.origin.empty() || request.origin == "null" || request.origin.ends_with("//" + request.host);
  const bool holds = parameter && key && *parameter == *key && Secret(session->key_hash).same_as(digest(*parameter)) &&
                     now - session->last_used < session_lifetime && same_origin;
  const auto identity = holds ? directory_.by_user(session->user_id) : nullptr;
  if (!identity || !identity->enabled) {
    cloud_.database.write([&](sql::Transaction& tx) { sql::erase(tx, session->id); });
    throw Error(Fault::unauthorized, "unable to verify user credentials");
  }
  if (now - session->last_used > 1min) {
    session->last_used = now;
    cloud_.database.submit([session](sql::Transaction& tx) mutable {
      if (sql::get<model::Session>(tx, session->id)) sql::update(tx, *session);
    }, [](std::exception_ptr) {});
  }
  return identity;
}

void Sessions::sweep() {
  cloud_.database.write([&](sql::Transaction& tx) {
    for (const auto& session :
         sql::all<model::Session>(tx, "where last_used < $1 limit 1000", Time(cloud_.now() - session_lifetime)))
      sql::erase(tx, session.id);
  });
}

}  // namespace welkin::api::cloudstack
