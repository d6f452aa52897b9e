// Contexts by OpenSSL.
#include "net/tls.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <fstream>

#include "base/error.hpp"

namespace welkin::net {

namespace {
constexpr std::size_t file_bytes_max = 1 << 20;
constexpr int chain_certificates_max = 10;
constexpr int authorities_max = 1000;

struct BioFree {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct CertificateFree {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct KeyFree {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Bio = std::unique_ptr<BIO, BioFree>;
using Certificate = std::unique_ptr<X509, CertificateFree>;
using Key = std::unique_ptr<EVP_PKEY, KeyFree>;

void openssl_must(bool holds, std::string_view message, Fault fault = Fault::invalid) {
  if (!holds) throw Error(fault, std::string(message), {}, tls_errors());
}

Bio bio_on(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), int(text.size()))); }

Certificate next_certificate(BIO& bio) {
  Certificate certificate(PEM_read_bio_X509(&bio, nullptr, nullptr, nullptr));
  if (!certificate) ERR_clear_error();  // the end of a PEM text is an error to OpenSSL
  return certificate;
}

TlsContext new_context(const SSL_METHOD* method) {
  TlsContext context(SSL_CTX_new(method), SSL_CTX_free);
  openssl_must(context != nullptr, "TLS cannot be set up.", Fault::internal);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                                      SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_options(context.get(),
                      SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
  return context;
}

int choose_http_1_1(SSL*, const unsigned char** out, unsigned char* out_length, const unsigned char* in,
                    unsigned in_length, void*) {
  static constexpr unsigned char offered[] = "\x08http/1.1";
  auto* chosen = const_cast<unsigned char**>(out);
  const int found = SSL_select_next_proto(chosen, out_length, offered, sizeof offered - 1, in, in_length);
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

std::string read_whole(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(Fault::invalid, fmt::format("The file {} cannot be read.", file), "tls");
  std::string text(file_bytes_max + 1, '\0');
  in.read(text.data(), std::streamsize(text.size()));
  text.resize(std::size_t(in.gcount()));
  if (text.size() > file_bytes_max)
    throw Error(Fault::invalid, fmt::format("The file {} is too long.", file), "tls");
  return text;
}

void use_chain(SSL_CTX& context, const std::string& pem) {
  const auto bio = bio_on(pem);
  const auto own = next_certificate(*bio);
  openssl_must(own && SSL_CTX_use_certificate(&context, own.get()) == 1,
               "The server's certificate is not usable PEM.");
  for (int i = 0; i < chain_certificates_max; ++i) {
    auto above = next_certificate(*bio);
    if (!above) return;
    openssl_must(SSL_CTX_add0_chain_cert(&context, above.get()) == 1,
                 "The certificate chain cannot be used.");
    above.release();
  }
}

void believe(SSL_CTX& context, const std::string& pem) {
  auto* store = SSL_CTX_get_cert_store(&context);
  const auto bio = bio_on(pem);
  int found = 0;
  for (; found < authorities_max; ++found) {
    const auto certificate = next_certificate(*bio);
    if (!certificate) break;
    openssl_must(X509_STORE_add_cert(store, certificate.get()) == 1,
                 "An authority's certificate cannot be used.");
  }
  openssl_must(found > 0, "The authorities hold no certificate in PEM.");
}
}  // namespace

void TlsConnectionDeleter::operator()(ssl_st* tls) const { SSL_free(tls); }

TlsContext tls_server(const std::string& certificate_pem, const Secret& key_pem) {
  auto context = new_context(TLS_server_method());
  use_chain(*context, certificate_pem);
  const auto bio = bio_on(key_pem.reveal());
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  openssl_must(key && SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1 &&
                   SSL_CTX_check_private_key(context.get()) == 1,
               "The server's key is not usable PEM, or not that of its certificate.");
  SSL_CTX_set_alpn_select_cb(context.get(), choose_http_1_1, nullptr);
  return context;
}

TlsContext tls_server_from(const std::string& certificate_file, const std::string& key_file) {
  return tls_server(read_whole(certificate_file), Secret(read_whole(key_file)));
}

TlsContext tls_client(const std::string& authorities_pem) {
  auto context = new_context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (authorities_pem.empty())
    openssl_must(SSL_CTX_set_default_verify_paths(context.get()) == 1,
                 "The system's authorities cannot be read.");
  else
    believe(*context, authorities_pem);
  return context;
}

TlsContext tls_client_unverified() {
  auto context = new_context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  return context;
}

std::string tls_errors() {
  std::string out;
  char text[256];
  while (const auto code = ERR_get_error()) {
    ERR_error_string_n(code, text, sizeof text);
    if (!out.empty()) out += "; ";
    out += text;
  }
  return out;
}

}  // namespace welkin::net
