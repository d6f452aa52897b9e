// Contexts, and reading who is at the other end.
#include "link/tls.hpp"

#include <fmt/format.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <cerrno>

namespace welkin::link {

namespace {

constexpr std::string_view agent_prefix = "urn:welkin:agent:";
constexpr std::string_view server_name = "urn:welkin:server";

TlsContext context_for(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method));
  openssl_must(context && SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) == 1,
               "TLS 1.3 is not available.");
  // WHY: resumption would carry a revoked agent's session on; handshakes are cheap enough.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context.get(), 0);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context.get(), 1);
  return context;
}

void show(SSL_CTX& context, const Credentials& credentials) {
  const auto certificate = certificate_of(credentials.certificate);
  const auto key = key_of(credentials.key);
  openssl_must(SSL_CTX_use_certificate(&context, certificate.get()) == 1 &&
                   SSL_CTX_use_PrivateKey(&context, key.get()) == 1 &&
                   SSL_CTX_check_private_key(&context) == 1,
               "The certificate and its key do not fit together.", Fault::invalid);
  auto authority = certificate_of(credentials.authority);
  // WHY: a newcomer knows the authority by its fingerprint only and must be shown it.
  openssl_must(SSL_CTX_add1_chain_cert(&context, authority.get()) == 1,
               "The authority's certificate is not usable.");
}

void believe(SSL_CTX& context, const std::string& authority_pem) {
  const auto authority = certificate_of(authority_pem);
  openssl_must(X509_STORE_add_cert(SSL_CTX_get_cert_store(&context), authority.get()) == 1,
               "The authority's certificate is not usable.");
  SSL_CTX_set_verify(&context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_verify_depth(&context, 1);
}

/// The certificate's only URI; empty when it has none or several.
std::string uri_of(X509& certificate) {
  const Owned<GENERAL_NAMES, GENERAL_NAMES_free> names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!names || sk_GENERAL_NAME_num(names.get()) != 1) return {};
  const auto* name = sk_GENERAL_NAME_value(names.get(), 0);
  if (name->type != GEN_URI) return {};
  const auto* text = name->d.uniformResourceIdentifier;
  return std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                     std::size_t(ASN1_STRING_length(text)));
}

X509* pinned_in(STACK_OF(X509)* shown, const std::string& fingerprint) {
  for (int i = 0; i < sk_X509_num(shown); ++i)
    if (auto* certificate = sk_X509_value(shown, i); fingerprint_of(*certificate) == fingerprint)
      return certificate;
  return nullptr;
}

/// Verifies the leaf anew with the pinned certificate as the one that is believed.
int verify_pinned(X509_STORE_CTX* asked, void* fingerprint) {
  auto* shown = X509_STORE_CTX_get0_untrusted(asked);
  auto* authority = pinned_in(shown, *static_cast<const std::string*>(fingerprint));
  const CertificateStore store(X509_STORE_new());
  const Owned<X509_STORE_CTX, X509_STORE_CTX_free> verdict(X509_STORE_CTX_new());
  const bool good =
      authority && store && verdict && X509_STORE_add_cert(store.get(), authority) == 1 &&
      X509_STORE_CTX_init(verdict.get(), store.get(), X509_STORE_CTX_get0_cert(asked), shown) == 1 &&
      X509_STORE_CTX_set_purpose(verdict.get(), X509_PURPOSE_SSL_SERVER) == 1 &&
      X509_verify_cert(verdict.get()) == 1;
  X509_STORE_CTX_set_error(asked, good ? X509_V_OK : X509_V_ERR_CERT_UNTRUSTED);
  return good ? 1 : 0;
}

int write_quietly(BIO* bio, const char* bytes, int count) {
  int socket = -1;
  BIO_get_fd(bio, &socket);
  errno = 0;
  const auto result = int(::send(socket, bytes, std::size_t(count), MSG_NOSIGNAL));
  BIO_clear_retry_flags(bio);
  if (result <= 0 && BIO_sock_should_retry(result)) BIO_set_retry_write(bio);
  return result;
}

/// OpenSSL's own socket, but for one thing: it does not end the process by SIGPIPE when the other end has
/// gone.
const BIO_METHOD* quiet_socket() {
  static const auto method = [] {
    const auto* plain = BIO_s_socket();
    auto* made =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "quiet socket");
    openssl_must(made && BIO_meth_set_write(made, write_quietly) == 1 &&
                     BIO_meth_set_read(made, BIO_meth_get_read(plain)) == 1 &&
                     BIO_meth_set_ctrl(made, BIO_meth_get_ctrl(plain)) == 1 &&
                     BIO_meth_set_create(made, BIO_meth_get_create(plain)) == 1 &&
                     BIO_meth_set_destroy(made, BIO_meth_get_destroy(plain)) == 1,
                 "TLS has no sockets.");
    return made;
  }();
  return method;
}

void free_fingerprint(void*, void* fingerprint, CRYPTO_EX_DATA*, int, long, void*) {
  delete static_cast<std::string*>(fingerprint);
}

}  // namespace

TlsContext server_context(const Credentials& credentials) {
  auto context = context_for(TLS_server_method());
  show(*context, credentials);
  believe(*context, credentials.authority);
  return context;
}

TlsContext agent_context(const Credentials& credentials) {
  auto context = context_for(TLS_client_method());
  show(*context, credentials);
  believe(*context, credentials.authority);
  return context;
}

TlsContext newcomer_context(const std::string& authority_fingerprint) {
  static const int slot = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_fingerprint);
  auto context = context_for(TLS_client_method());
  auto* fingerprint = new std::string(authority_fingerprint);
  if (SSL_CTX_set_ex_data(context.get(), slot, fingerprint) != 1) {
    delete fingerprint;
    openssl_must(false, "A fingerprint could not be kept.");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), verify_pinned, fingerprint);
  return context;
}

Tls tls_on(SSL_CTX& context, int socket, bool as_server) {
  Tls tls(SSL_new(&context));
  auto* bio = BIO_new(quiet_socket());
  openssl_must(tls && bio, "A TLS connection could not be made.");
  BIO_set_fd(bio, socket, BIO_NOCLOSE);
  SSL_set_bio(tls.get(), bio, bio);
  if (as_server)
    SSL_set_accept_state(tls.get());
  else
    SSL_set_connect_state(tls.get());
  return tls;
}

std::optional<Uuid> agent_at_the_other_end(SSL& tls) {
  auto* certificate = SSL_get0_peer_certificate(&tls);
  if (!certificate) return std::nullopt;
  openssl_must(SSL_get_verify_result(&tls) == X509_V_OK, "The certificate is not good.", Fault::unauthorized);
  const auto uri = uri_of(*certificate);
  if (uri.starts_with(agent_prefix))
    if (const auto id = Uuid::parse(std::string_view(uri).substr(agent_prefix.size())); id && *id) return id;
  throw Error(Fault::unauthorized, fmt::format("The certificate names no agent but '{}'.", uri));
}

std::string serial_at_the_other_end(SSL& tls) {
  auto* certificate = SSL_get0_peer_certificate(&tls);
  return certificate ? serial_of(*certificate) : std::string();
}

Time expiry_at_the_other_end(SSL& tls) {
  auto* certificate = SSL_get0_peer_certificate(&tls);
  return certificate ? validity_of(pem_of(*certificate)).until : Time{};
}

void must_be_a_server(SSL& tls) {
  auto* certificate = SSL_get0_peer_certificate(&tls);
  if (!certificate || uri_of(*certificate) != server_name)
    throw Error(Fault::unauthorized, "The other end is not a server of this cloud.");
}

std::string tls_failure(SSL& tls) {
  const auto verdict = SSL_get_verify_result(&tls);
  auto text = openssl_errors();
  if (verdict != X509_V_OK) text += fmt::format(" ({})", X509_verify_cert_error_string(verdict));
  return text.empty() ? "the connection was closed" : text;
}

}  // namespace welkin::link
