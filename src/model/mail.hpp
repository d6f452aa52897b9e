// Mail: letters that wait to be sent. They are written in the transaction of their cause, and sent by a duty.
#pragma once

#include "base/vault.hpp"
#include "model/settings.hpp"

namespace welkin::model {

/// What a letter is for says by which server it goes, and who sends it.
CHOICES(MailPurpose, (alert, "alert"), (password_reset, "password reset"), (invitation, "invitation"))

struct Mail {
  static constexpr std::string_view table = "mails";
  static constexpr std::string_view indexes[] = {"(purpose, next_try, id)"};
  FIELDS(Mail,
    (Id<Mail>, id, "The letter, and its Message-ID."),
    (std::int64_t, generation, "Grows with each change."),
    (MailPurpose, purpose, "What it is for."),
    (std::string, recipient, "To whom."),
    (std::string, subject, "What it is about."),
    (std::string, sealed_body, "What it says, sealed by the vault: it may hold a token."),
    (int, tries, "How often it was tried."),
    (Time, next_try, "When it is due."),
    (Time, expires, "It is given up then."),
    (Time, created, "When it was written."))
};

struct Letter {
  MailPurpose purpose;
  std::string recipient, subject, text;
  Time expires;  ///< when nobody needs it any more
};

/// By which server letters of a purpose go; a host or a sender that is empty sends none.
struct MailServer {
  std::string host, user, sender;
  std::int64_t port = 0;
  bool authenticates = false, starts_tls = false;
  Secret password;
  std::chrono::milliseconds connect_timeout{}, timeout{};

  bool sends() const { return !host.empty() && !sender.empty(); }
};
MailServer mail_server(sql::Transaction& tx, MailPurpose purpose, const Vault& vault);

/// One address alone, as in alice@example.org: no names, no comments, nothing that could be a second header.
bool is_mail_address(std::string_view text);
/// What stands between commas, blanks around it left out.
std::vector<std::string> mail_addresses_in(std::string_view list);

/// Puts the letter into the outbox. False, and nothing is put there, when no server is set for it, its recipient is no
/// address, or ten thousand letters wait already.
bool post(sql::Transaction& tx, const Letter& letter, const Vault& vault, Clock& clock, Random& random);
/// Tells all of alert.email.addresses.
void mail_alert(sql::Transaction& tx, const std::string& subject, const std::string& text, const Vault& vault,
                Clock& clock, Random& random);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Mail)
