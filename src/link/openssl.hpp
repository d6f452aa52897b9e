// OpenSSL's things with owners, and its errors as ours.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/secret.hpp"

namespace welkin::link {

template <auto Free>
struct FreeBy {
  void operator()(auto* thing) const { Free(thing); }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, FreeBy<Free>>;

using Bio = Owned<BIO, BIO_free_all>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using Certificate = Owned<X509, X509_free>;
using CertificateRequest = Owned<X509_REQ, X509_REQ_free>;
using CertificateStore = Owned<X509_STORE, X509_STORE_free>;
using TlsContext = Owned<SSL_CTX, SSL_CTX_free>;
using Tls = Owned<SSL, SSL_free>;

/// What OpenSSL says went wrong in this thread; empties its queue.
std::string openssl_errors();
/// Throws `fault` with the message and OpenSSL's reasons when `holds` is false.
void openssl_must(bool holds, std::string_view message, Fault fault = Fault::internal);

/// A fresh key on the curve P-256.
Key new_key();
Secret pem_of(EVP_PKEY& key);
std::string pem_of(X509& certificate);
/// In hexadecimal, upper case.
std::string hexadecimal(const BIGNUM& number);
/// In hexadecimal, upper case, as `openssl x509 -serial` prints it.
std::string serial_of(X509& certificate);
/// These throw `invalid`.
Key key_of(const Secret& pem);
Certificate certificate_of(std::string_view pem);
/// SHA-256 of the DER form, in hex.
std::string fingerprint_of(X509& certificate);

}  // namespace welkin::link
