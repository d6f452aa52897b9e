// Digests by OpenSSL.
#include "net/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/error.hpp"

namespace welkin::net {

namespace {
const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hmac(const EVP_MD* method, std::string_view key, std::string_view text) {
  unsigned char sum[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  const auto* made =
      HMAC(method, key.empty() ? "" : key.data(), int(key.size()), bytes_of(text), text.size(), sum, &length);
  must(made != nullptr, "an HMAC can be computed");
  return {reinterpret_cast<const char*>(sum), length};
}
}  // namespace

std::string hmac_sha1(std::string_view key, std::string_view text) { return hmac(EVP_sha1(), key, text); }
std::string hmac_sha256(std::string_view key, std::string_view text) { return hmac(EVP_sha256(), key, text); }

std::string sha256(std::string_view text) {
  unsigned char sum[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  must(EVP_Digest(text.data(), text.size(), sum, &length, EVP_sha256(), nullptr) == 1,
       "a digest can be computed");
  return {reinterpret_cast<const char*>(sum), length};
}

std::string hex_of(std::string_view bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const char c : bytes) {
    out += digits[std::uint8_t(c) >> 4];
    out += digits[std::uint8_t(c) & 15];
  }
  return out;
}

std::string sha256_hex(std::string_view text) { return hex_of(sha256(text)); }

bool same_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace welkin::net
