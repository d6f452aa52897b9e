// A letter is claimed by putting off its next try: who dies while sending it leaves it to be tried again.
#include "watch/mails.hpp"

#include "base/log.hpp"
#include "model/mail.hpp"

namespace welkin::watch {

namespace {
constexpr int sent_in_a_round = 20;
/// Longer than the settings let a server take.
constexpr auto claim_lasts = 15min;
constexpr auto first_pause = 1min, longest_pause = 60min;

Duration pause_after(int tries) {
  const auto doubled = first_pause * (std::int64_t(1) << std::clamp(tries - 1, 0, 6));
  return std::min<Duration>(doubled, longest_pause);
}

struct Claimed {
  model::Mail mail;
  model::MailServer server;
};
std::optional<Claimed> claim(sql::Transaction& tx, Cloud& cloud, model::MailPurpose purpose) {
  auto mail = sql::first<model::Mail>(tx, "where purpose = $1 and next_try <= $2 order by next_try, id limit 1", purpose,
                                      cloud.now());
  if (!mail) return std::nullopt;
  ++mail->tries;
  mail->next_try = cloud.now() + claim_lasts;
  sql::update(tx, *mail);
  return Claimed{std::move(*mail), model::mail_server(tx, purpose, cloud.vault)};
}

mail::Route route_to(const model::MailServer& server) {
  constexpr int port_of_tls = 465;
  mail::Route out;
  out.host = server.host;
  out.port = int(server.port);
  if (server.starts_tls) out.privacy = mail::Privacy::starts_tls;
  else if (server.authenticates || server.port == port_of_tls) out.privacy = mail::Privacy::tls;
  if (server.authenticates) {
    out.user = server.user;
    out.password = server.password;
  }
  out.connect_timeout = server.connect_timeout;
  out.timeout = server.timeout;
  return out;
}

/// Whether the next letter to this server is worth a try.
bool send(Cloud& cloud, Claimed claimed, const MailHand& hand) {
  auto& mail = claimed.mail;
  bool over = true, reached = true;
  try {
    if (mail.expires <= cloud.now())
      log::warning("a letter ({}) to {} came too late after {} tries", mail.subject, mail.recipient, mail.tries - 1);
    else
      hand(route_to(claimed.server), {mail.id.text(), claimed.server.sender, mail.recipient, mail.subject,
                                      cloud.vault.open_sealed(mail.sealed_body).reveal(), mail.created});
  } catch (const Error& error) {
    over = error.fault == Fault::invalid;
    reached = over;
    log::warning("a letter ({}) to {} was not sent: {}", mail.subject, mail.recipient, error.message);
  }
  cloud.database.write([&](sql::Transaction& tx) {
    auto row = sql::get<model::Mail>(tx, mail.id);
    if (!row || row->generation != mail.generation) return;  // another server has taken it up meanwhile
    if (over) return sql::erase(tx, mail.id);
    row->next_try = cloud.now() + pause_after(row->tries);
    sql::update(tx, *row);
  });
  return reached;
}
}  // namespace

void send_mails(Cloud& cloud, const MailHand& hand) {
  using enum model::MailPurpose;
  for (const auto purpose : {password_reset, invitation, alert})
    for (int sent = 0; sent < sent_in_a_round; ++sent) {
      const bool waits = sql::read(cloud.database, [&](sql::Transaction& tx) {
        return sql::count(tx, "select count(*) from (select id from mails where purpose = $1 and next_try <= $2 limit 1) m",
                          purpose, cloud.now()) > 0;
      });
      if (!waits) break;
      auto claimed = sql::write(cloud.database, [&](sql::Transaction& tx) { return claim(tx, cloud, purpose); });
      if (!claimed || !send(cloud, std::move(*claimed), hand)) break;
    }
}

}  // namespace welkin::watch
