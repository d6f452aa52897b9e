// Making and signing certificates.
#include "link/authority.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

#include "link/files.hpp"
#include "link/openssl.hpp"

namespace welkin::link {

namespace {

constexpr auto authority_lifetime = std::chrono::days(20 * 365);
/// NIST SP 800-57: RSA of 2048 bits.
constexpr int security_bits_min = 112;
/// Clocks of two machines may differ by as much.
constexpr auto clock_slack = std::chrono::minutes(10);

struct CertificateWish {
  std::string name;
  std::string other_names;  ///< subjectAltName, as OpenSSL's configuration writes it
  const char* usage;           ///< keyUsage
  const char* extended_usage;  ///< nullptr for an authority
  std::chrono::seconds lifetime;
};

void add_extension(X509& certificate, X509& issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, &issuer, &certificate, nullptr, nullptr, 0);
  const Owned<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  openssl_must(extension && X509_add_ext(&certificate, extension.get(), -1) == 1,
               "A certificate's extension could not be made.");
}

void set_serial(X509& certificate) {
  unsigned char bytes[16];
  openssl_must(RAND_bytes(bytes, sizeof bytes) == 1, "There is no randomness.");
  bytes[0] &= 0x7f;  // RFC 5280 §4.1.2.2: positive
  const Owned<BIGNUM, BN_free> number(BN_bin2bn(bytes, sizeof bytes, nullptr));
  openssl_must(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&certificate)) != nullptr,
               "A serial number could not be set.");
}

void set_validity(X509& certificate, Time now, std::chrono::seconds lifetime) {
  const auto at = std::chrono::system_clock::to_time_t(now);
  const auto slack = std::chrono::seconds(clock_slack).count();
  openssl_must(ASN1_TIME_set(X509_getm_notBefore(&certificate), at - slack) != nullptr &&
                   ASN1_TIME_set(X509_getm_notAfter(&certificate), at + lifetime.count()) != nullptr,
               "A certificate's time could not be set.");
}

X509_NAME* name_of(X509& certificate, const std::string& text) {
  auto* name = X509_get_subject_name(&certificate);
  openssl_must(
      X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1, 0) == 1,
      "A certificate's name could not be set.");
  return name;
}

/// Signs a certificate for `key`; `issuer` is null for one that signs itself.
Certificate sign(const CertificateWish& wish, EVP_PKEY& key, X509* issuer, EVP_PKEY& signing_key, Time now) {
  Certificate out(X509_new());
  openssl_must(out && X509_set_version(out.get(), 2) == 1, "A certificate could not be made.");
  set_serial(*out);
  set_validity(*out, now, wish.lifetime);
  name_of(*out, wish.name);
  auto& from = issuer ? *issuer : *out;
  openssl_must(X509_set_issuer_name(out.get(), X509_get_subject_name(&from)) == 1 &&
                   X509_set_pubkey(out.get(), &key) == 1,
               "A certificate could not be filled in.");
  add_extension(*out, from, NID_basic_constraints,
                wish.extended_usage ? "critical,CA:FALSE" : "critical,CA:TRUE,pathlen:0");
  add_extension(*out, from, NID_key_usage, wish.usage);
  if (wish.extended_usage) add_extension(*out, from, NID_ext_key_usage, wish.extended_usage);
  if (!wish.other_names.empty()) add_extension(*out, from, NID_subject_alt_name, wish.other_names.c_str());
  openssl_must(X509_sign(out.get(), &signing_key, EVP_sha256()) > 0, "A certificate could not be signed.");
  return out;
}

CertificateRequest request_of(std::string_view der) {
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  CertificateRequest request(d2i_X509_REQ(nullptr, &at, long(der.size())));
  openssl_must(request != nullptr, "The signing request cannot be read as DER.", Fault::invalid);
  return request;
}

void must_be_ours_in_kind(EVP_PKEY& key) {
  char group[32] = {};
  std::size_t length = 0;
  const bool named =
      EVP_PKEY_is_a(&key, "EC") && EVP_PKEY_get_group_name(&key, group, sizeof group, &length) == 1;
  if (!named || std::string_view(group, length) != "prime256v1")
    throw Error(Fault::invalid, "The signing request's key is not an ECDSA key on P-256.");
}

bool is_dns_name(std::string_view name) {
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > 253 || name.front() == '.' || name.back() == '.' || name.contains(".."))
    return false;
  return std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}
bool is_address(const std::string& text) {
  unsigned char bytes[16];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}
/// `DNS:a.example.org,IP:192.0.2.1`. Each is checked first: what is no name could say anything here.
std::string other_names_of(const NamedCertificate& wish) {
  std::string out;
  const auto add = [&](std::string_view kind, const std::string& name, bool good) {
    if (!good) throw Error(Fault::invalid, fmt::format("'{}' is no name or address of a machine.", name));
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", kind, name);
  };
  for (const auto& name : wish.names) add("DNS", name, is_dns_name(name));
  for (const auto& address : wish.addresses) add("IP", address, is_address(address));
  return out;
}

/// The request's own key, which has signed it.
EVP_PKEY& proven_key(X509_REQ& request) {
  auto* key = X509_REQ_get0_pubkey(&request);
  openssl_must(key && X509_REQ_verify(&request, key) == 1, "The signing request is not signed by the key it is for.",
               Fault::invalid);
  return *key;
}
CertificateRequest request_from_pem(std::string_view pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), int(pem.size())));
  CertificateRequest request(PEM_read_bio_X509_REQ(bio.get(), nullptr, nullptr, nullptr));
  openssl_must(request != nullptr, "The signing request cannot be read as PEM.", Fault::invalid);
  return request;
}

Time time_of(const ASN1_TIME& at) {
  std::tm parts{};
  openssl_must(ASN1_TIME_to_tm(&at, &parts) == 1, "A certificate's time cannot be read.", Fault::invalid);
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::from_time_t(::timegm(&parts)));
}

}  // namespace

Authority Authority::make(Clock& clock) {
  const auto key = new_key();
  const CertificateWish wish{
      "Welkin authority", {}, "critical,keyCertSign,cRLSign", nullptr, authority_lifetime};
  const auto certificate = sign(wish, *key, nullptr, *key, clock.now());
  return Authority(pem_of(*certificate), pem_of(*key), clock);
}

Authority Authority::of(std::string certificate_pem, Secret key_pem, Clock& clock) {
  const auto certificate = certificate_of(certificate_pem);
  const auto key = key_of(key_pem);
  openssl_must(X509_check_private_key(certificate.get(), key.get()) == 1,
               "The authority's key is not the one of its certificate.", Fault::invalid);
  return Authority(std::move(certificate_pem), std::move(key_pem), clock);
}

Authority Authority::open(const std::string& directory, Clock& clock) {
  make_private_directory(directory);
  const DirectoryLock lock(directory);
  const auto certificate_file = directory + "/authority.pem";
  const auto key_file = directory + "/authority.key";
  if (!file_exists(key_file) && !file_exists(certificate_file)) {
    const auto made = make(clock);
    write_file(key_file, made.key().reveal(), 0600);
    write_file(certificate_file, made.certificate(), 0644);
  }
  return of(read_file(certificate_file), read_secret_file(key_file), clock);
}

std::string Authority::fingerprint() const { return fingerprint_of(*certificate_of(certificate_)); }

Credentials Authority::server_credentials() const {
  const auto key = new_key();
  const auto issuer = certificate_of(certificate_);
  const auto signing_key = key_of(key_);
  const CertificateWish wish{"Welkin server", "URI:urn:welkin:server", "critical,digitalSignature", "serverAuth",
                             certificate_lifetime};
  const auto certificate = sign(wish, *key, issuer.get(), *signing_key, clock_->now());
  return {pem_of(*certificate), pem_of(*key), certificate_};
}

std::string Authority::issue(Uuid agent, std::string_view request_der) const {
  const auto request = request_of(request_der);
  auto& key = proven_key(*request);
  must_be_ours_in_kind(key);
  const auto issuer = certificate_of(certificate_);
  const auto signing_key = key_of(key_);
  const CertificateWish wish{agent.text(), "URI:urn:welkin:agent:" + agent.text(), "critical,digitalSignature",
                             "clientAuth", certificate_lifetime};
  return pem_of(*sign(wish, key, issuer.get(), *signing_key, clock_->now()));
}

Credentials Authority::issue(const NamedCertificate& named, const std::optional<std::string>& request_pem) const {
  const auto other_names = other_names_of(named);
  const auto now = clock_->now();
  if (now + named.lifetime > validity_of(certificate_).until)
    throw Error(Fault::invalid, "The authority itself does not last so long; ask for less time.");
  const CertificateWish wish{named.names.empty() ? named.addresses.front() : named.names.front(), other_names,
                             "critical,digitalSignature", "serverAuth,clientAuth", named.lifetime};
  const auto issuer = certificate_of(certificate_);
  const auto signing_key = key_of(key_);
  if (!request_pem) {
    const auto key = new_key();
    return {pem_of(*sign(wish, *key, issuer.get(), *signing_key, now)), pem_of(*key), certificate_};
  }
  const auto request = request_from_pem(*request_pem);
  auto& key = proven_key(*request);
  if (EVP_PKEY_get_security_bits(&key) < security_bits_min)
    throw Error(Fault::invalid, "The signing request's key is too weak; take RSA of 2048 bits, or ECDSA on P-256.");
  return {pem_of(*sign(wish, key, issuer.get(), *signing_key, now)), {}, certificate_};
}

std::string certificate_request(const Secret& key_pem) {
  const auto key = key_of(key_pem);
  const CertificateRequest request(X509_REQ_new());
  openssl_must(request && X509_REQ_set_pubkey(request.get(), key.get()) == 1 &&
                   X509_REQ_sign(request.get(), key.get(), EVP_sha256()) > 0,
               "A signing request could not be made.");
  unsigned char* der = nullptr;
  const int length = i2d_X509_REQ(request.get(), &der);
  openssl_must(length > 0, "A signing request could not be written.");
  std::string out(reinterpret_cast<const char*>(der), std::size_t(length));
  OPENSSL_free(der);
  return out;
}

std::string request_key_fingerprint(std::string_view request_der) {
  const auto request = request_of(request_der);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  auto* key = X509_REQ_get_X509_PUBKEY(request.get());
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(key, &der);
  openssl_must(size > 0, "The signing request has no key.", Fault::invalid);
  const bool digested = EVP_Digest(der, std::size_t(size), digest, &length, EVP_sha256(), nullptr) == 1;
  OPENSSL_free(der);
  openssl_must(digested, "A key has no fingerprint.");
  std::string out;
  for (unsigned i = 0; i < length; ++i) out += fmt::format("{:02x}", digest[i]);
  return out;
}

std::string serial_of(std::string_view certificate_pem) { return serial_of(*certificate_of(certificate_pem)); }

std::string serial_from(std::string_view text, std::string_view parameter) {
  const bool hex = !text.empty() && text.size() <= 40 &&
                   std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; });
  BIGNUM* read = nullptr;
  if (!hex || BN_hex2bn(&read, std::string(text).c_str()) != int(text.size()))
    throw Error(Fault::invalid, fmt::format("{} is no serial number: it has up to 40 hexadecimal digits.", text),
                std::string(parameter));
  const Owned<BIGNUM, BN_free> number(read);
  return hexadecimal(*number);
}

Validity validity_of(std::string_view certificate_pem) {
  const auto certificate = certificate_of(certificate_pem);
  return {time_of(*X509_get0_notBefore(certificate.get())), time_of(*X509_get0_notAfter(certificate.get()))};
}

}  // namespace welkin::link
