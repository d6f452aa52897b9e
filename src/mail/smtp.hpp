// Mail handed to an SMTP server.
#pragma once

#include <stop_token>
#include <string>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace welkin::mail {

/// How a connection to a mail server is kept from others.
enum class Privacy {
  none,
  starts_tls,  ///< STARTTLS, or no mail
  tls,         ///< from the first byte
};

struct Route {
  std::string host;
  int port = 25;
  Privacy privacy = Privacy::none;
  std::string user;  ///< empty for no login
  Secret password;
  std::chrono::milliseconds connect_timeout{30'000}, timeout{30'000};
};

struct Message {
  std::string id;  ///< the same for each try
  std::string sender, recipient, subject;
  std::string text;
  Time date;
};

/// The message as it travels: header fields of plain ASCII, each on one line whatever is in the texts, and the text in
/// base64. Throws `invalid` for control characters in an address.
std::string message_text(const Message& message);

/// Hands it over. Certificates must be of an authority that the system trusts, or that SSL_CERT_FILE names. Blocks, until
/// `stop` at the latest. Throws `invalid` when the server will never take it (a reply of 55x to its addresses or content),
/// `unreachable` when it may do so later.
void send(const Route& route, const Message& message, std::stop_token stop = {});

}  // namespace welkin::mail
