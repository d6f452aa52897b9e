// The records keep the SHA-256 of a token, and the outbox keeps the mail sealed: neither opens a door.
#include "commands/password_resets.hpp"

#include "access/roles.hpp"
#include "base/log.hpp"
#include "commands/events.hpp"
#include "commands/passwords.hpp"
#include "flows/tenants.hpp"
#include "model/mail.hpp"
#include "net/digest.hpp"
#include "net/url.hpp"

namespace welkin::commands {

namespace {
namespace settings = model::settings;
constexpr int token_bytes = 32;
constexpr auto pause_between_mails = 5min;

/// Mustache, as far as mails need it: {{name}} and {{{name}}} alike, for the text is plain. What is put in is not read
/// again.
std::string rendered(std::string_view text, const std::map<std::string_view, std::string_view>& values) {
  std::string out;
  while (!text.empty()) {
    const auto open = text.find("{{");
    out += text.substr(0, open);
    if (open == text.npos) break;
    text.remove_prefix(open);
    const auto inside = text.find_first_not_of("{ ");
    const auto end = text.find("}}");
    if (inside == text.npos || end == text.npos || inside > end) return out += text;
    const auto name = text.substr(inside, text.find_first_of("} ", inside) - inside);
    if (const auto at = values.find(name); at != values.end()) out += at->second;
    text.remove_prefix(std::min(text.find_first_not_of('}', end), text.size()));
  }
  return out;
}

std::string link_of(sql::Transaction& tx, std::string site, const model::User& user, const std::string& token) {
  while (site.ends_with('/')) site.pop_back();
  const auto domain = sql::need<model::Domain>(tx, user.domain_id);
  return fmt::format("{}/client/#/user/resetPassword?username={}&domain={}&token={}", site,
                     net::percent_encode(user.user_name), net::percent_encode(domain.path), token);
}

/// Whose password is kept here, and who may act.
bool may_reset(sql::Transaction& tx, const model::User& user) {
  if (user.removed || user.source != model::UserSource::native) return false;
  const auto identity = access::read_identity(tx, user.id);
  return identity && identity->enabled;
}

bool holds(const std::optional<model::User>& user, const Secret& token, Time now) {
  static const std::string nobodys = net::sha256_hex("");
  const bool is_out = user && !user->reset_hash.empty() && user->reset_expires && now < *user->reset_expires;
  const bool fits = Secret(is_out ? user->reset_hash : nobodys).same_as(net::sha256_hex(token.reveal()));
  return is_out && fits;
}
[[noreturn]] void refuse_token() {
  throw Error(Fault::unauthorized,
              "The token does not fit this user, has been used, or has expired; ask for another: forgotPassword.", "token");
}
}  // namespace

void offer_reset(sql::Transaction& tx, Cloud& cloud, const model::User& found) {
  auto user = found;
  const Time until = cloud.now() + model::value_of(tx, settings::reset_lasts);
  const auto site = model::value_of(tx, settings::reset_site);
  if (!may_reset(tx, user)) return;
  if (user.reset_expires && until - pause_between_mails < *user.reset_expires) return;
  const auto token = random_token(token_bytes);
  const auto link = link_of(tx, site, user, token);
  const auto text = rendered(model::value_of(tx, settings::reset_template),
                             {{"username", user.user_name},
                              {"firstName", user.first_name},
                              {"lastName", user.last_name},
                              {"resetLink", link},
                              {"token", token}});
  const bool sent = !site.empty() && model::post(tx, {model::MailPurpose::password_reset, user.email,
                                                      "Password Reset Request", text, until},
                                                 cloud.vault, cloud.clock(), cloud.random);
  if (!sent) {
    log::warning("no mail to reset the password of {} is sent: see user.password.reset.* and their address", user.user_name);
    return;
  }
  user.reset_hash = net::sha256_hex(token);
  user.reset_expires = until;
  sql::update(tx, user);
}

void reset_password(Cloud& cloud, const std::optional<model::User>& user, const std::string& source, const Secret& token,
                    const Secret& password) {
  if (!holds(user, token, cloud.now())) refuse_token();
  if (password.empty()) throw Error(Fault::invalid, "A password has at least one character.", "password");
  cloud.database.read([&](sql::Transaction& tx) { check_policy(tx, user->domain_id, user->user_name, password); });
  const auto hash = hash_password(password);
  cloud.database.write([&](sql::Transaction& tx) {
    auto row = sql::get<model::User>(tx, user->id);
    if (!holds(row, token, cloud.now()) || !may_reset(tx, *row)) refuse_token();
    const auto identity = access::read_identity(tx, row->id);
    if (!access::admits(*identity, source)) refuse_token();
    row->password_hash = hash;
    row->password_change_required = false;
    row->failed_logins = 0;
    withdraw_reset(*row);
    sql::update(tx, *row);
    flows::end_sessions(tx, row->id);
    Call call(cloud, identity->caller, {});
    note_done(tx, call, "USER.UPDATE", row->user_name);
  });
}

}  // namespace welkin::commands
