// TLS of the link: version 1.3 only, both ends known by certificates of the cloud's authority.
#pragma once

#include <optional>

#include "link/authority.hpp"
#include "link/openssl.hpp"

namespace welkin::link {

/// A server's end. A client without certificate is let in: it can only enrol. One with a certificate of
/// another authority, or an expired one, is not.
TlsContext server_context(const Credentials& credentials);
/// An agent's end.
TlsContext agent_context(const Credentials& credentials);
/// The end of an agent that has no certificate yet. It believes the one authority that has this fingerprint.
TlsContext newcomer_context(const std::string& authority_fingerprint);

/// A connection on a socket that stays the caller's.
Tls tls_on(SSL_CTX& context, int socket, bool as_server);

/// Who the other end is; nothing when it showed no certificate. Throws `unauthorized` for a name that is no
/// agent's.
std::optional<Uuid> agent_at_the_other_end(SSL& tls);
/// The serial number of its certificate; empty when it showed none.
std::string serial_at_the_other_end(SSL& tls);
/// When the certificate at the other end ceases to be good.
Time expiry_at_the_other_end(SSL& tls);
/// Throws `unauthorized` when the other end is not a server of the cloud.
void must_be_a_server(SSL& tls);

/// What went wrong with the last operation of a connection, in words.
std::string tls_failure(SSL& tls);

}  // namespace welkin::link
