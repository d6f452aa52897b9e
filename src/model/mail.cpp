// The outbox.
#include "model/mail.hpp"

#include "base/log.hpp"

namespace welkin::model {

namespace {
constexpr std::int64_t outbox_max = 10'000;
constexpr std::size_t address_max = 254;  // RFC 5321, 4.5.3.1.3
constexpr auto alert_lasts = 48h;

bool is_in_addresses(char c) {
  return c > ' ' && c < 0x7f && !std::string_view("\"(),:;<>@[\\]").contains(c);
}

/// The handles of one purpose's settings.
struct Handles {
  const KnownSetting<std::string>&host, &user, &sender;
  const KnownSetting<std::int64_t>& port;
  const KnownSetting<bool>&authenticates, &starts_tls;
  const KnownSetting<Secret>& password;
};
const Handles& handles_of(MailPurpose purpose) {
  using namespace settings;
  static const Handles alert{alert_host, alert_user, alert_sender, alert_port, alert_authenticates, alert_starts_tls,
                             alert_password};
  static const Handles reset{reset_host, reset_user, reset_sender, reset_port, reset_authenticates, reset_starts_tls,
                             reset_password};
  static const Handles project{project_host, project_user, project_sender, project_port, project_authenticates,
                               project_starts_tls, project_password};
  switch (purpose) {
    case MailPurpose::alert: return alert;
    case MailPurpose::password_reset: return reset;
    case MailPurpose::invitation: break;
  }
  return project;
}
}  // namespace

MailServer mail_server(sql::Transaction& tx, MailPurpose purpose, const Vault& vault) {
  const auto& by = handles_of(purpose);
  MailServer out;
  out.host = value_of(tx, by.host);
  out.user = value_of(tx, by.user);
  out.sender = value_of(tx, by.sender);
  out.port = value_of(tx, by.port);
  out.authenticates = value_of(tx, by.authenticates);
  out.starts_tls = value_of(tx, by.starts_tls);
  out.password = value_of(tx, by.password, vault);
  out.connect_timeout = value_of(tx, settings::mail_connect_timeout);
  out.timeout = value_of(tx, settings::mail_timeout);
  return out;
}

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == 0 || at == text.npos || at + 1 == text.size() || text.size() > address_max) return false;
  return std::ranges::all_of(text.substr(0, at), is_in_addresses) &&
         std::ranges::all_of(text.substr(at + 1), is_in_addresses);
}

std::vector<std::string> mail_addresses_in(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    auto word = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    if (!word.empty()) out.emplace_back(word);
  }
  return out;
}

bool post(sql::Transaction& tx, const Letter& letter, const Vault& vault, Clock& clock, Random& random) {
  if (!is_mail_address(letter.recipient) || !mail_server(tx, letter.purpose, vault).sends()) return false;
  if (sql::count(tx, "select count(*) from mails") >= outbox_max) {
    log::warning("the outbox is full; a letter ({}) is not sent", letter.subject);
    return false;
  }
  Mail mail;
  mail.id = new_id<Mail>(clock, random);
  mail.purpose = letter.purpose;
  mail.recipient = letter.recipient;
  mail.subject = letter.subject;
  mail.sealed_body = vault.seal(Secret(letter.text));
  mail.created = mail.next_try = clock.now();
  mail.expires = letter.expires;
  sql::insert(tx, mail);
  return true;
}

void mail_alert(sql::Transaction& tx, const std::string& subject, const std::string& text, const Vault& vault,
                Clock& clock, Random& random) {
  for (const auto& recipient : mail_addresses_in(value_of(tx, settings::alert_recipients)))
    post(tx, {MailPurpose::alert, recipient, subject, text, clock.now() + alert_lasts}, vault, clock, random);
}

}  // namespace welkin::model
