// A certificate made for one test.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "base/secret.hpp"

namespace welkin::net {

struct TestCertificate {
  std::string pem;
  Secret key_pem;
};

inline std::string text_in(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, std::size_t(size)};
}

/// Self-signed, good for a day from now, for the names in `names`, such as "DNS:localhost,IP:127.0.0.1".
inline TestCertificate make_certificate(const char* names) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  auto* made = certificate.get();
  X509_set_version(made, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
  X509_gmtime_adj(X509_getm_notBefore(made), -60);
  X509_gmtime_adj(X509_getm_notAfter(made), 24 * 60 * 60);
  X509_set_pubkey(made, key.get());
  auto* name = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1,
                             0);
  X509_set_issuer_name(made, name);
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names);
  X509_add_ext(made, extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(made, key.get(), EVP_sha256());
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> one(BIO_new(BIO_s_mem()), BIO_free_all);
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> other(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_X509(one.get(), made);
  PEM_write_bio_PrivateKey(other.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_in(one.get()), Secret(text_in(other.get()))};
}

}  // namespace welkin::net
