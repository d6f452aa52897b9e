// Authentication, authorization and the errors of CloudStack's API.
#include "api/cloudstack/dialect.hpp"

#include "commands/gui_themes.hpp"
#include "commands/index.hpp"
#include "commands/second_factors.hpp"

#include "api/cloudstack/codes.hpp"
#include "api/cloudstack/signature.hpp"
#include "base/log.hpp"
#include "base/vault.hpp"
#include "net/digest.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr std::string_view bad_credentials = "unable to verify user credentials and/or request signature";

Format format_of(const Request& request) {
  const auto* wanted = find(request.parameters, "response");
  if (!wanted) return request.named_by_path ? Format::json : Format::xml;
  return same_text_ignoring_case(*wanted, "json") ? Format::json : Format::xml;
}
/// Whether the key that led to this identity may be used now.
bool works(const access::Identity& identity, Time now) {
  return identity.enabled && identity.keys_work && (!identity.valid_from || *identity.valid_from <= now) &&
         (!identity.valid_until || now < *identity.valid_until);
}
/// What a session may do before its second factor is given.
bool waits_for_factor(const commands::Command& command) {
  return command.facts.name != "listApis" && command.facts.name != "listUserTwoFactorAuthenticatorProviders" &&
         command.facts.name != "setupUserTwoFactorAuthentication" &&
         command.facts.name != "validateUserTwoFactorAuthenticationCode";
}
/// Who must change their password does nothing else first, but for giving a second factor.
bool waits_for_password(const commands::Command& command) {
  return command.facts.name != "updateUser" && waits_for_factor(command);
}
bool changes_something(const commands::Command* command) {
  return !command || command->manner != commands::Manner::reading;
}

/// Enough of it to tell it from others, not enough to use it.
std::string credential_of(const Request& request) {
  if (request.trusted) return "port";
  if (const auto* key = find(request.parameters, "apikey")) return "key " + key->substr(0, 12);
  for (const auto& [name, value] : request.cookies)
    if (name == "JSESSIONID") return "session " + net::sha256_hex(value).substr(0, 12);
  return {};
}

int status_of(const Error& error) { return code_of(error).status; }

/// The name in a Host header.
std::string without_port(const std::string& host) {
  const auto colon = host.rfind(':');
  const bool has_port = colon != std::string::npos && host.find(']', colon) == std::string::npos;
  return has_port ? host.substr(0, colon) : host;
}

std::optional<OpenDoor> open_door(const std::string* name) {
  using enum OpenDoor;
  for (const auto door : {login, logout, forgot, reset})
    if (name && same_text_ignoring_case(*name, name_of(door))) return door;
  return std::nullopt;
}
}  // namespace

bool may_call(const access::Identity& identity, const commands::Command& command) {
  return commands::allows(identity.rules, command) && !(identity.must_change_password && waits_for_password(command));
}

Dialect::Dialect(Cloud& cloud, commands::Dispatcher& dispatcher)
    : cloud_(cloud),
      dispatcher_(dispatcher),
      directory_(cloud.database, cloud.changes, cloud.vault),
      sessions_(cloud, directory_),
      resets_(cloud),
      sources_(cloud.database, cloud.changes) {}

std::shared_ptr<const access::Identity> Dialect::by_signature(const Request& request) {
  const auto* key = find(request.parameters, "apikey");
  const auto* signature = find(request.parameters, "signature");
  if (!key || !signature || key->size() > 255) return nullptr;
  const auto* version = find(request.parameters, "signatureversion");
  if (version && *version == "3" && has_expired(request.parameters, cloud_.now())) return nullptr;
  // Nobody's key has a secret too, so that an unknown key takes as long as a known one.
  static const Secret nobodys(random_token(64));
  auto identity = directory_.by_key(*key);
  const bool holds = signature_holds(request.parameters, identity ? identity->key_secret : nobodys, *signature);
  return identity && holds && works(*identity, cloud_.now()) ? identity : nullptr;
}

LoggedIn Dialect::authenticate(const Request& request, const commands::Command* command) {
  if (request.trusted) {
    return {sql::read(cloud_.database, [&](sql::Transaction& tx) -> std::shared_ptr<const access::Identity> {
      const auto admin = sql::first<model::User>(tx, "where is_default = 1 and removed is null order by created");
      return admin ? access::read_identity(tx, admin->id) : nullptr;
    }), {}};
  }
  auto who = sessions_.find(request, changes_something(command));
  if (!who.identity) who.identity = by_signature(request);
  return who;
}

void Dialect::ask_for_factor(const LoggedIn& who, const commands::Command* command) {
  if (!who.session || !who.identity->factor_asked || who.factor_given || !command || !waits_for_factor(*command)) return;
  sessions_.end(who.session);
  throw Error(Fault::unauthorized,
              who.identity->factor_proven ? "Give the second factor first: validateUserTwoFactorAuthenticationCode."
                                          : "Set up a second factor first: setupUserTwoFactorAuthentication.",
              std::string(commands::wrong_factor));
}

Reply Dialect::handle(const Request& request) {
  std::optional<std::string> source;
  try {
    if (!request.trusted) source = sources_.told_by_proxy(request);
  } catch (const std::exception& error) {
    log::error("where a request comes from is not known: {}", error.what());
  }
  if (!source) return answer_to(request);
  auto forwarded = request;
  forwarded.source = *source;
  return answer_to(forwarded);
}

Reply Dialect::answer_to(const Request& request) {
  const auto format = format_of(request);
  const auto* name = find(request.parameters, "command");
  const auto* command = name ? dispatcher_.find(*name) : nullptr;
  const auto response = command ? command->response_name() : "errorresponse";
  std::shared_ptr<const access::Identity> identity;
  bool dispatched = false;
  const auto refused = [&](const Error& error, int status) {
    if (!dispatched) note_ended(request, command, identity.get(), &error, status);
  };
  try {
    if (const auto door = open_door(name)) return at(*door, format, request);
    const auto who = authenticate(request, command);
    identity = who.identity;
    if (!identity && command && command->facts.name == commands::open_command && !find(request.parameters, "apikey")) {
      dispatched = true;
      return to_stranger(format, request, *command);
    }
    // Callers with a key get 401 for what is not there; sessions and the integration port are told.
    const bool admitted = identity && (request.trusted || access::admits(*identity, request.source));
    if (!admitted || (!command && !who.session && !request.trusted)) {
      refused(Error(Fault::unauthorized, {}), 401);
      return failure(format, response, 401, 0, bad_credentials, true);
    }
    ask_for_factor(who, command);
    if (command && identity->must_change_password && waits_for_password(*command))
      throw Error(Fault::forbidden, "Change your password first: updateUser with password and currentpassword.", "password");
    if (!command || !may_call(*identity, *command)) {
      refused(Error(Fault::forbidden, {}), 432);
      const auto asked = name ? *name : std::string();
      return command ? failure(format, "errorresponse", 432, 4555,
                               fmt::format("The API command {} does not exist or is not available for the account.", asked))
                     : failure(format, "errorresponse", 432, 9999, fmt::format("Unknown API command: {}", asked));
    }
    const commands::Parameters parameters(request.parameters);
    const auto place = dispatcher_.throttle().enter(identity->caller);
    dispatched = true;
    return dispatch(format, request, *command, parameters, who);
  } catch (const commands::Throttle::Refusal& refusal) {
    return throttled(format, request, *command, identity.get(), refusal);
  } catch (const Error& error) {
    const bool ours = error.fault == Fault::internal || !error.cause.empty();
    if (ours)
      log::warning("{}: {} ({}:{}) {}", name ? *name : "?", error.message, error.where.file_name(), error.where.line(),
                   error.cause);
    refused(error, status_of(error));
    return failure(format, response, error, error.fault == Fault::unauthorized);
  } catch (const std::exception& error) {
    log::error("{}: {}", name ? *name : "?", error.what());
    const Error defect(Fault::internal, "Something went wrong inside Welkin; the log of the server says more.");
    refused(defect, status_of(defect));
    return failure(format, response, defect);
  }
}

commands::Call Dialect::call_of(const Request& request, access::Caller caller, const commands::Command* command) {
  if (command) caller.command = command->facts.name;
  commands::Call call(cloud_, std::move(caller), fmt::format("r{}", ++requests_));
  call.source_address = request.source;
  call.credential = credential_of(request);
  call.status_of = &status_of;
  return call;
}

void Dialect::note_ended(const Request& request, const commands::Command* command, const access::Identity* identity,
                         const Error* error, int status) {
  const auto call = call_of(request, identity ? identity->caller : access::Caller{}, command);
  const auto* name = find(request.parameters, "command");
  auto& audit = dispatcher_.audit();
  auto record = audit.begun(call, name ? *name : std::string(), command, commands::Parameters({}));
  try {
    if (identity) record.parameters = commands::audited(command, commands::Parameters(request.parameters));
  } catch (const Error&) {
    record.parameters = "{}";  // it was their form that was refused
  }
  audit.conclude(record, error, status);
  // Who calls too often does not fill the disk either.
  identity && status != 429 ? audit.note(std::move(record)) : audit.note_stranger(std::move(record));
}

Reply Dialect::throttled(Format format, const Request& request, const commands::Command& command,
                         const access::Identity* identity, const commands::Throttle::Refusal& refusal) {
  const Error error(Fault::limited, refusal.text);
  note_ended(request, &command, identity, &error, refusal.status);
  auto reply = failure(format, command.response_name(), refusal.status, 4545, refusal.text);
  reply.headers.emplace_back("Retry-After", std::to_string(refusal.seconds));
  return reply;
}

Reply Dialect::answer_at(OpenDoor door, Format format, const Request& request) {
  switch (door) {
    case OpenDoor::login: return sessions_.login(format, request);
    case OpenDoor::logout: return sessions_.logout(format, request);
    case OpenDoor::forgot: return resets_.forgot(format, request);
    case OpenDoor::reset: break;
  }
  return resets_.reset(format, request);
}

Reply Dialect::at(OpenDoor door, Format format, const Request& request) {
  auto& audit = dispatcher_.audit();
  auto record =
      audit.begun(call_of(request, {}, nullptr), std::string(name_of(door)), nullptr, commands::Parameters({}));
  auto reply = answer_at(door, format, request);
  if (const auto* given = find(request.parameters, "username"); given && door != OpenDoor::logout) {
    const auto known = sql::read(cloud_.database, [&](sql::Transaction& tx) {
      return sql::all<model::User>(tx, "where user_name = $1 and removed is null limit 2", *given);
    });
    // A name that nobody has may be a password in the wrong place.
    if (!known.empty()) record.user_name = *given;
    if (known.size() == 1) {
      record.user_id = known.front().id;
      record.account_id = known.front().account_id;
      record.domain_id = known.front().domain_id;
    }
  }
  const Error refusal(Fault::unauthorized, {});
  const bool done = reply.status == 200;
  audit.conclude(record, done ? nullptr : &refusal, reply.status);
  // Anybody may forget a password: that fills no disk.
  done && door != OpenDoor::forgot ? audit.note(std::move(record)) : audit.note_stranger(std::move(record));
  return reply;
}

Reply Dialect::dispatch(Format format, const Request& request, const commands::Command& command,
                        const commands::Parameters& parameters, const LoggedIn& who) {
  const auto& identity = *who.identity;
  auto call = call_of(request, identity.caller, &command);
  call.session = who.session;
  const log::Scope scope(call.request_id);
  call.may_call = [&](const commands::Command& other) { return may_call(identity, other); };
  return answer(format, command, dispatcher_.run(command, call, parameters), cloud_.version);
}

Reply Dialect::to_stranger(Format format, const Request& request, const commands::Command& command) {
  access::Caller stranger;
  stranger.account_name = "of strangers";
  const auto place = dispatcher_.throttle().enter(stranger);
  // Of what a stranger asks, nothing but this counts: the name is the one that the cloud was reached by.
  const auto* only_default = find(request.parameters, "listonlydefaulttheme");
  const commands::Parameters parameters(
      only_default && same_text_ignoring_case(*only_default, "true")
          ? std::vector<std::pair<std::string, std::string>>{{"listonlydefaulttheme", "true"}}
          : std::vector<std::pair<std::string, std::string>>{{"commonname", without_port(request.host)}});
  auto call = call_of(request, stranger, &command);
  const log::Scope scope(call.request_id);
  return answer(format, command, dispatcher_.run(command, call, parameters), cloud_.version);
}

}  // namespace welkin::api::cloudstack
