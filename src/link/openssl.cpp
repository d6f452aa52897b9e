// Keys and certificates to and from PEM.
#include "link/openssl.hpp"

#include <fmt/format.h>
#include <openssl/err.h>

namespace welkin::link {

namespace {
Bio bio_of(std::string_view text) { return Bio(BIO_new_mem_buf(text.data(), int(text.size()))); }

std::string text_of(BIO& bio) {
  char* at = nullptr;
  const auto length = BIO_get_mem_data(&bio, &at);
  return std::string(at, std::size_t(length));
}
}  // namespace

std::string openssl_errors() {
  std::string out;
  while (const auto code = ERR_get_error()) {
    char text[256];
    ERR_error_string_n(code, text, sizeof text);
    out += (out.empty() ? "" : "; ") + std::string(text);
  }
  return out;
}

void openssl_must(bool holds, std::string_view message, Fault fault) {
  if (!holds) throw Error(fault, std::string(message), {}, openssl_errors());
}

Key new_key() {
  Key key(EVP_EC_gen("P-256"));
  openssl_must(key != nullptr, "A key could not be made.");
  return key;
}

Secret pem_of(EVP_PKEY& key) {
  const Bio bio(BIO_new(BIO_s_secmem()));
  openssl_must(
      bio && PEM_write_bio_PKCS8PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
      "A key could not be written.");
  return Secret(text_of(*bio));
}

std::string pem_of(X509& certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  openssl_must(bio && PEM_write_bio_X509(bio.get(), &certificate) == 1,
               "A certificate could not be written.");
  return text_of(*bio);
}

Key key_of(const Secret& pem) {
  const auto bio = bio_of(pem.reveal());
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  openssl_must(key != nullptr, "The private key cannot be read as PEM.", Fault::invalid);
  return key;
}

Certificate certificate_of(std::string_view pem) {
  const auto bio = bio_of(pem);
  Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  openssl_must(certificate != nullptr, "The certificate cannot be read as PEM.", Fault::invalid);
  return certificate;
}

std::string hexadecimal(const BIGNUM& number) {
  char* text = BN_bn2hex(&number);
  openssl_must(text != nullptr, "A number cannot be written.");
  std::string out = text;
  OPENSSL_free(text);
  return out;
}

std::string serial_of(X509& certificate) {
  const Owned<BIGNUM, BN_free> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(&certificate), nullptr));
  openssl_must(number != nullptr, "A serial number cannot be read.");
  return hexadecimal(*number);
}

std::string fingerprint_of(X509& certificate) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  openssl_must(X509_digest(&certificate, EVP_sha256(), digest, &length) == 1,
               "A certificate has no fingerprint.");
  std::string out;
  for (unsigned i = 0; i < length; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

}  // namespace welkin::link
