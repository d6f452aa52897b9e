// How an agent joins a cloud: a token given once, a certificate kept from then on.
#pragma once

#include <vector>

#include "base/described.hpp"
#include "link/authority.hpp"

namespace welkin::link {

/// What a token says; its text form is one word of URL-safe base64.
struct JoinToken {
  FIELDS(JoinToken,
    (Secret, secret, "Known to the server that gave it, and used once."),
    (std::string, authority, "Fingerprint of the only authority to believe: SHA-256, in hex."),
    (std::vector<std::string>, servers, "Where to dial when nothing else is said; may be empty."))
};
Secret token_text(const JoinToken& token);
/// Throws `invalid`.
JoinToken read_token(const Secret& text);

/// An agent's own files: `agent.pem`, its certificate and the key that is made here and never leaves, and
/// `authority.pem`.
class AgentFiles {
 public:
  explicit AgentFiles(std::string directory);

  bool enrolled() const;
  /// Throws `internal` when they are damaged or missing.
  Credentials credentials() const;
  /// Who the certificate says this agent is.
  Uuid agent() const;

  /// Shows the token to a server and keeps the certificate it gives. The key is made before and kept, so that
  /// the same token may be shown again when the answer was lost. Throws what the server refuses, and
  /// `unreachable`.
  void enrol(const JoinToken& token, std::vector<std::string> servers);

  /// A signing request for a fresh key, which waits for its certificate.
  std::string begin_renewal();
  /// Puts the new key and certificate in place of the old ones.
  void finish_renewal(const std::string& certificate_pem);

 private:
  std::string file(std::string_view name) const;
  std::string directory_;
};

}  // namespace welkin::link
