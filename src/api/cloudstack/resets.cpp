// What it costs to find a user and to write a mail is spent after the answer: its time tells nothing.
#include "api/cloudstack/resets.hpp"

#include "api/cloudstack/named.hpp"
#include "api/cloudstack/origin.hpp"
#include "base/log.hpp"
#include "commands/password_resets.hpp"
#include "model/settings.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr int account_error = 531;

Reply succeeded(Format format, std::string_view response) {
  return flat(format, response, commands::Success{true, {}});
}
void log_failure(std::exception_ptr error) {
  if (!error) return;
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& failure) {
    log::warning("a password could not be offered to be reset: {}", failure.what());
  }
}
}  // namespace

std::optional<Reply> Resets::refusal(Format format, const Request& request, std::string_view response) {
  const bool enabled = sql::read(cloud_.database, [](sql::Transaction& tx) {
    return model::value_of(tx, model::settings::passwords_are_reset);
  });
  // WHY not 401: the user interface, which asks on its login page, takes that for the end of a session.
  if (!enabled)
    return failure(format, "errorresponse", account_error, 0,
                   "Passwords are not reset by mail here: see the setting user.password.reset.enabled.", true);
  if (!request.post) return Reply{405, "text/plain; charset=UTF-8", {}, "Only POST is accepted here."};
  // By this the user interface learns that it may offer the reset.
  if (!find(request.parameters, "username")) return Reply{account_error, "application/json; charset=UTF-8", {}, "null"};
  if (!comes_from_here(request, true))
    return failure(format, response, account_error, 0, "The request comes from a page of another site.", true);
  if (attempts_.enter(request.source, cloud_.now())) return std::nullopt;
  auto reply = failure(format, response, 429, 4545, "Too many attempts from this address; wait ten minutes.");
  reply.headers.emplace_back("Retry-After", "600");
  return reply;
}

Reply Resets::forgot(Format format, const Request& request) {
  constexpr std::string_view response = "forgotpasswordresponse";
  if (auto refused = refusal(format, request, response)) return std::move(*refused);
  cloud_.database.submit(
      [this, parameters = request.parameters](sql::Transaction& tx) {
        if (const auto user = user_named(tx, parameters, *find(parameters, "username")))
          commands::offer_reset(tx, cloud_, *user);
      },
      &log_failure);
  return succeeded(format, response);
}

Reply Resets::reset(Format format, const Request& request) {
  constexpr std::string_view response = "resetpasswordresponse";
  if (auto refused = refusal(format, request, response)) return std::move(*refused);
  const auto *token = find(request.parameters, "token"), *password = find(request.parameters, "password");
  if (!token || !password)
    return failure(format, response, account_error, 0, "Give username, token and password.", true);
  try {
    const auto user = sql::read(cloud_.database, [&](sql::Transaction& tx) {
      return user_named(tx, request.parameters, *find(request.parameters, "username"));
    });
    commands::reset_password(cloud_, user, request.source, Secret(*token), Secret(*password));
  } catch (const Error& error) {
    if (error.fault != Fault::unauthorized && error.fault != Fault::invalid) throw;
    return failure(format, response, account_error, 0, error.message, true);
  }
  return succeeded(format, response);
}

}  // namespace welkin::api::cloudstack
