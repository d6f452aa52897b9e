// Counts characters, and matches with RE2, whose time grows with the text and not with the pattern.
#include "commands/passwords.hpp"

#include <re2/re2.h>

#include "base/log.hpp"
#include "commands/checks.hpp"
#include "model/settings.hpp"

namespace welkin::commands {

namespace {
namespace settings = model::settings;

RE2::Options options() {
  RE2::Options out;
  out.set_log_errors(false);
  out.set_max_mem(1 << 20);
  return out;
}

/// Letters and digits are those of ASCII; every other character is a special one.
struct Counted {
  std::int64_t length = 0, lower = 0, upper = 0, digits = 0, special = 0;
};
Counted counted(std::string_view text) {
  Counted out;
  for (const char c : text) {
    if ((std::uint8_t(c) & 0xc0) == 0x80) continue;  // goes on with a character of several bytes
    ++out.length;
    if (c >= 'a' && c <= 'z') ++out.lower;
    else if (c >= 'A' && c <= 'Z') ++out.upper;
    else if (c >= '0' && c <= '9') ++out.digits;
    else ++out.special;
  }
  return out;
}
}  // namespace

void check_pattern(std::string_view pattern) {
  const RE2 compiled(re2::StringPiece(pattern.data(), pattern.size()), options());
  if (!compiled.ok())
    throw Error(Fault::invalid,
                fmt::format("{} is no regular expression here ({}); look-around and back references are not known.", pattern,
                            compiled.error()),
                "value");
}

void check_policy(sql::Transaction& tx, const Id<model::Domain>& domain, const std::string& user_name,
                  const Secret& password) {
  const auto& text = password.reveal();
  const auto has = counted(text);
  const auto needs = [&](std::int64_t count, const model::KnownSetting<std::int64_t>& setting, std::string_view what) {
    const auto least = model::value_for(tx, setting, {}, domain);
    if (count < least)
      throw Error(Fault::invalid, fmt::format("The password needs at least {} {}, and has {}.", least, what, count),
                  "password");
  };
  needs(has.length, settings::password_length_min, "characters");
  needs(has.lower, settings::password_lower_min, "lower case letters");
  needs(has.upper, settings::password_upper_min, "upper case letters");
  needs(has.digits, settings::password_digits_min, "digits");
  needs(has.special, settings::password_special_min, "special characters");
  if (!model::value_for(tx, settings::password_may_name_user, {}, domain) && lowered(text).contains(lowered(user_name)))
    throw Error(Fault::invalid, "The password may not contain the user's name.", "password");
  const RE2 pattern(model::value_for(tx, settings::password_pattern, {}, domain), options());
  if (!pattern.ok() || !RE2::FullMatch(text, pattern))
    throw Error(Fault::invalid,
                fmt::format("The password must match the regular expression {} as a whole.", pattern.pattern()), "password");
}

bool is_locked_out(sql::Transaction& tx, const model::User& user) {
  const auto allowed = model::value_of(tx, settings::failed_logins_max);
  return allowed > 0 && user.failed_logins >= allowed;
}

void note_wrong_password(sql::Transaction& tx, const Id<model::User>& id) {
  auto user = sql::get<model::User>(tx, id);
  if (!user || is_locked_out(tx, *user)) return;
  ++user->failed_logins;
  if (is_locked_out(tx, *user))
    log::warning("user {} is locked out after {} wrong passwords", id.text(), user->failed_logins);
  sql::update(tx, *user);
}

}  // namespace welkin::commands
