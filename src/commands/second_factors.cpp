// Commands of second factors: a code of an app, or a PIN.
#include "commands/second_factors.hpp"

#include "base/vault.hpp"
#include "commands/one_time_codes.hpp"
#include "commands/tenants.hpp"
#include "flows/tenants.hpp"
#include "model/settings.hpp"

namespace welkin::commands {

namespace {
using access::Operate;

constexpr int failures_max = 10;
constexpr int pin_digits = 6;

struct FactorProviderAnswer {
  FIELDS(FactorProviderAnswer,
    (std::string, name, "totp or staticpin."),
    (std::string, description, "What it is."))
};
struct ListProviders {
  FIELDS(ListProviders, (std::optional<std::string>, name, "Only the one of this name."))
};
Page<FactorProviderAnswer> list_providers(Call&, sql::Transaction&, const ListProviders& r) {
  Page<FactorProviderAnswer> page;
  for (const auto& [factor, description] : {std::pair{model::SecondFactor::totp, "Codes of an app, new every half minute."},
                                            std::pair{model::SecondFactor::static_pin, "A PIN that stays."}})
    if (!r.name || *r.name == name_of(factor)) page.rows.push_back({std::string(name_of(factor)), description});
  page.count = std::ssize(page.rows);
  return page;
}

struct SetupAnswer {
  FIELDS(SetupAnswer,
    (Id<model::User>, id, "The user."),
    (std::string, username, "By name."),
    (Id<model::Account>, account_id, "Their account."),
    (std::optional<std::string>, secret_code, "The secret: for the app, or the PIN itself. It is told once."))
};
struct SetupFactor {
  FIELDS(SetupFactor,
    (std::optional<std::string>, provider, "totp or staticpin; as the setting says when absent."),
    (std::optional<bool>, enable, "False takes the factor away; true when absent."),
    (std::optional<Operate<model::User>>, user_id, "Of whom an administrator takes it away; the caller when absent."))
};

void clear_factor(model::User& user) {
  user.second_factor = model::SecondFactor::none;
  user.sealed_factor.clear();
  user.factor_proven = false;
  user.factor_step = 0;
  user.failed_factors = 0;
}

/// The secret of a factor that is not asked for before it has been given once.
Secret begin_factor(Call& call, sql::Transaction& tx, const SetupFactor& r, model::User& user) {
  if (!model::value_for(tx, model::settings::factors_are_on, {}, user.domain_id))
    bad("Your domain has no second factors: see the setting enable.user.2fa.", "enable");
  if (user.factor_proven) bad("You have a second factor; take it away first with enable=false.", "enable");
  const auto name = r.provider.value_or(model::value_for(tx, model::settings::default_factor, {}, user.domain_id));
  const auto factor = choice_named<model::SecondFactor>(name);
  if (!factor || *factor == model::SecondFactor::none)
    bad(fmt::format("{} is no second factor; choose totp or staticpin.", name), "provider");
  const auto secret = *factor == model::SecondFactor::totp ? new_code_secret() : Secret(random_digits(pin_digits));
  clear_factor(user);
  user.second_factor = *factor;
  user.sealed_factor = call.cloud.vault.seal(secret);
  return secret;
}

/// Who has stolen a key or a password has not got the factor, and does not get rid of it.
void check_own_removal(const Call& call, sql::Transaction& tx, const model::User& user) {
  const auto session = sql::get<model::Session>(tx, call.session);
  if (user.factor_proven && (!session || !session->factor_given))
    throw Error(Fault::forbidden, "Log in with your second factor first; keys do not take it away.", "enable");
  if (user.factor_mandated || access::demands_factors(tx, user.domain_id))
    throw Error(Fault::forbidden, "A second factor is demanded of you; an administrator may reset it.", "enable");
}
/// An administrator resets those beneath; root administrators each other, too.
void check_reset(const Call& call, sql::Transaction& tx, const model::User& user) {
  const auto account = sql::need<model::Account>(tx, user.account_id);
  const bool beneath = account.type == model::AccountType::user || account.domain_id != call.caller.domain;
  if (!call.caller.is_root() && !(call.caller.is_domain_admin() && beneath))
    throw Error(Fault::forbidden, "An administrator above the user resets their second factor.", "userid");
  must_not_outrank(tx, call, user.account_id);
}

SetupAnswer set_up(Call& call, sql::Transaction& tx, const SetupFactor& r) {
  auto user = r.user_id ? **r.user_id : sql::need<model::User>(tx, call.caller.user);
  const bool own = user.id == call.caller.user;
  SetupAnswer out{user.id, user.user_name, user.account_id, {}};
  if (r.enable.value_or(true)) {
    if (!own) bad("Only users themselves set up their second factor.", "userid");
    out.secret_code = begin_factor(call, tx, r, user).reveal();
  } else {
    own ? check_own_removal(call, tx, user) : check_reset(call, tx, user);
    clear_factor(user);
    if (!own) flows::end_sessions(tx, user.id);
  }
  sql::update(tx, user);
  return out;
}

struct ValidateCode {
  FIELDS(ValidateCode, (Secret, code, "The app's code, or the PIN.", .wire = "codefor2fa", .length = 64))
};
[[noreturn]] void refuse_code(const model::User& user) {
  throw Error(Fault::unauthorized,
              user.failed_factors >= failures_max
                  ? "Too many wrong codes; an administrator enables the user again."
                  : "The second factor is another one.",
              std::string(wrong_factor));
}
bool is_right(const Call& call, model::User& user, const Secret& code) {
  const auto secret = call.cloud.vault.open_sealed(user.sealed_factor);
  if (user.second_factor == model::SecondFactor::static_pin) return secret.same_as(code.reveal());
  const auto step = step_of_code(secret, code.reveal(), call.cloud.now(), user.factor_step);
  if (step) user.factor_step = *step;
  return step.has_value();
}
/// Counts the try before it is known how it went, in one transaction: tries at once are not more tries.
bool take_code(Call& call, sql::Transaction& tx, const ValidateCode& r, model::User& user) {
  user = sql::need<model::User>(tx, call.caller.user);
  if (!sql::get<model::Session>(tx, call.session))
    bad("Codes are for those who have logged in; keys need none.", "codefor2fa");
  if (user.second_factor == model::SecondFactor::none)
    bad("Set up a second factor first: setupUserTwoFactorAuthentication.", "codefor2fa");
  const bool right = user.failed_factors < failures_max && is_right(call, user, r.code);
  if (right) user.failed_factors = 0;
  else if (user.failed_factors < failures_max) ++user.failed_factors;
  sql::update(tx, user);
  // Who has the password and not the factor begins anew, at the password. While it is being set up, one may mistype.
  if (!right && user.factor_proven) sql::erase(tx, call.session);
  return right;
}
Success validate(Call& call, const ValidateCode& r) {
  if (call.dry) throw Error(Fault::unsupported, "A code is not tried without being used.", "dryrun");
  model::User user;
  const bool right =
      sql::write(call.cloud.database, [&](sql::Transaction& tx) { return take_code(call, tx, r, user); });
  if (!right) refuse_code(user);
  return call.write([&](sql::Transaction& tx) {
    auto proven = sql::need<model::User>(tx, call.caller.user);
    auto session = sql::get<model::Session>(tx, call.session);
    // A factor that has been changed meanwhile is another one.
    if (!session || proven.sealed_factor != user.sealed_factor) refuse_code(user);
    proven.factor_proven = true;
    sql::update(tx, proven);
    session->factor_given = true;
    sql::update(tx, *session);
    return Success{true, {}};
  });
}
}  // namespace

std::vector<Command> second_factor_commands() {
  constexpr auto all = Audience::everyone;
  return {
      reading<list_providers>(
          {"listUserTwoFactorAuthenticatorProviders", "providers", "Lists the kinds of second factors.", all}),
      writing<set_up>(
          {"setupUserTwoFactorAuthentication", "setup2fa", "Sets up a second factor, or takes one away.", all}),
      outside<validate>(
          {"validateUserTwoFactorAuthenticationCode", "", "Gives the second factor of the session.", all}),
  };
}

}  // namespace welkin::commands
