// TLS for HTTP: a server's certificate, and whom a client believes.
#pragma once

#include <memory>
#include <string>

#include "base/secret.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace welkin::net {

/// OpenSSL's configuration of many connections. Copies share it.
using TlsContext = std::shared_ptr<ssl_ctx_st>;

struct TlsConnectionDeleter {
  void operator()(ssl_st* tls) const;
};
/// One connection's state; null where there is no TLS.
using TlsConnection = std::unique_ptr<ssl_st, TlsConnectionDeleter>;

/// A server with this certificate chain (its own first) and key, in PEM. TLS 1.2 or newer. Throws `invalid`.
TlsContext tls_server(const std::string& certificate_pem, const Secret& key_pem);
/// The same from files of at most 1 MiB. Throws `invalid`.
TlsContext tls_server_from(const std::string& certificate_file, const std::string& key_file);
/// A client that believes the system's authorities, or only those in `authorities_pem` when it is not empty.
/// Throws `invalid`.
TlsContext tls_client(const std::string& authorities_pem = {});
/// A client that believes anybody. For people at a prompt who say so, never for servers.
TlsContext tls_client_unverified();

/// What OpenSSL says went wrong in this thread; empties its queue.
std::string tls_errors();

}  // namespace welkin::net
