// Authentication, authorization and the errors of CloudStack's API.
#include "api/cloudstack/dialect.hpp"

#include "commands/index.hpp"

#include "api/cloudstack/codes.hpp"
#include "api/cloudstack/signature.hpp"
#include "base/log.hpp"
#include "base/vault.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr std::string_view bad_credentials = "unable to verify user credentials and/or request signature";

Format format_of(const Request& request) {
  const auto* wanted = find(request.parameters, "response");
  return wanted && same_text_ignoring_case(*wanted, "json") ? Format::json : Format::xml;
}
/// Whether the key that led to this identity may be used now.
bool works(const access::Identity& identity, Time now) {
  return identity.enabled && identity.keys_work && (!identity.valid_from || *identity.valid_from <= now) &&
         (!identity.valid_until || now < *identity.valid_until);
}
/// Who must change their password does nothing else first.
bool waits_for_password(const commands::Command& command) {
  return command.facts.name != "updateUser" && command.facts.name != "listApis";
}
bool changes_something(const commands::Command* command) {
  return !command || command->manner != commands::Manner::reading;
}
}  // namespace

bool may_call(const access::Identity& identity, const commands::Command& command) {
  return commands::allows(identity.rules, command) && !(identity.must_change_password && waits_for_password(command));
}

Dialect::Dialect(Cloud& cloud, commands::Dispatcher& dispatcher)
    : cloud_(cloud),
      dispatcher_(dispatcher),
      directory_(cloud.database, cloud.changes, cloud.vault),
      sessions_(cloud, directory_) {}

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

std::shared_ptr<const access::Identity> Dialect::authenticate(const Request& request, const commands::Command* command,
                                                              bool& by_session) {
  if (request.trusted) {
    return sql::read(cloud_.database, [&](sql::Transaction& tx) -> std::shared_ptr<const access::Identity> {
      const auto admin = sql::first<model::User>(tx, "where is_default = 1 and removed is null order by created");
      return admin ? access::read_identity(tx, admin->id) : nullptr;
    });
  }
  auto identity = sessions_.find(request, changes_something(command));
  by_session = identity != nullptr;
  return identity ? identity : by_signature(request);
}

Reply Dialect::handle(const Request& request) {
  const auto format = format_of(request);
  const auto* name = find(request.parameters, "command");
  std::string response = "errorresponse";
  try {
    if (name && same_text_ignoring_case(*name, "login")) return sessions_.login(format, request);
    if (name && same_text_ignoring_case(*name, "logout")) return sessions_.logout(format, request);
    const auto* command = name ? dispatcher_.find(*name) : nullptr;
    if (command) response = command->response_name();
    bool by_session = false;
    const auto identity = authenticate(request, command, by_session);
    // Callers with a key get 401 for what is not there; sessions and the integration port are told.
    if (!identity || (!command && !by_session && !request.trusted))
      return failure(format, response, 401, 0, bad_credentials, true);
    if (!command)
      return failure(format, "errorresponse", 432, 9999,
                     fmt::format("Unknown API command: {}", name ? *name : std::string()));
    if (identity->must_change_password && waits_for_password(*command))
      return failure(format, response, 531, 4365, "Change your password first: updateUser with password and currentpassword.");
    if (!may_call(*identity, *command))
      return failure(format, "errorresponse", 432, 4555,
                     fmt::format("The API command {} does not exist or is not available for the account.", *name));
    return dispatch(format, request, *command, *identity);
  } catch (const Error& error) {
    const bool ours = error.fault == Fault::internal || !error.cause.empty();
    if (ours)
      log::warning("{}: {} ({}:{}) {}", name ? *name : "?", error.message, error.where.file_name(), error.where.line(),
                   error.cause);
    return failure(format, response, error, error.fault == Fault::unauthorized);
  } catch (const std::exception& error) {
    log::error("{}: {}", name ? *name : "?", error.what());
    return failure(format, response,
                   Error(Fault::internal, "Something went wrong inside Welkin; the log of the server says more."));
  }
}

Reply Dialect::dispatch(Format format, const Request& request, const commands::Command& command,
                        const access::Identity& identity) {
  const auto number = fmt::format("r{}", ++requests_);
  const log::Scope scope(number);
  auto caller = identity.caller;
  caller.command = command.facts.name;
  commands::Call call(cloud_, std::move(caller), number);
  call.source_address = request.source;
  call.may_call = [&](const commands::Command& other) { return may_call(identity, other); };
  call.index = dispatcher_.commands();
  const commands::Parameters parameters(request.parameters);
  return answer(format, command, dispatcher_.run(command, call, parameters), cloud_.version);
}

}  // namespace welkin::api::cloudstack
