// Digests through OpenSSL, and the forms in which people write them down.
#include "storage/local/digest.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "base/described.hpp"
#include "base/error.hpp"

namespace welkin::storage {
namespace {

struct Known {
  Algorithm algorithm;
  std::string_view name;  ///< as people write it in braces
  const char* openssl;
  std::size_t hex_length;
};

constexpr std::array known = {
    Known{Algorithm::md5, "MD5", "MD5", 32},           Known{Algorithm::sha1, "SHA-1", "SHA1", 40},
    Known{Algorithm::sha224, "SHA-224", "SHA224", 56}, Known{Algorithm::sha256, "SHA-256", "SHA256", 64},
    Known{Algorithm::sha384, "SHA-384", "SHA384", 96}, Known{Algorithm::sha512, "SHA-512", "SHA512", 128}};

const Known& known_as(Algorithm algorithm) {
  return *std::ranges::find(known, algorithm, &Known::algorithm);
}

[[noreturn]] void refuse(std::string_view text) {
  throw Error(
      Fault::invalid,
      fmt::format("'{}' is no checksum; write {{SHA-256}} and its hex digits, or the hex digits of an MD5, "
                  "SHA-1, SHA-224, SHA-256, SHA-384 or SHA-512 alone.",
                  text.substr(0, 160)),
      "checksum");
}

char lower_hex(char c, std::string_view whole) {
  if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) return c;
  if (c >= 'A' && c <= 'F') return char(c - 'A' + 'a');
  refuse(whole);
}

}  // namespace

struct Digest::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Digest::Digest(Algorithm algorithm) : state_(std::make_unique<State>()) {
  const Known& wanted = known_as(algorithm);
  const EVP_MD* method = EVP_get_digestbyname(wanted.openssl);
  if (method == nullptr || EVP_DigestInit_ex(state_->context, method, nullptr) != 1)
    throw Error(Fault::unsupported, fmt::format("This machine cannot compute {} digests.", wanted.name),
                "checksum");
}

Digest::~Digest() = default;

void Digest::add(std::string_view piece) {
  must(EVP_DigestUpdate(state_->context, piece.data(), piece.size()) == 1, "a digest takes bytes");
}

std::string Digest::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> sum{};
  unsigned length = 0;
  must(EVP_DigestFinal_ex(state_->context, sum.data(), &length) == 1, "a digest ends");
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{:02x}", sum[i]);
  return text;
}

Checksum parse_checksum(std::string_view text) {
  std::string_view digits = text;
  const Known* wanted = nullptr;
  if (text.starts_with('{')) {
    const auto close = text.find('}');
    if (close == text.npos) refuse(text);
    const std::string_view name = text.substr(1, close - 1);
    digits = text.substr(close + 1);
    for (const auto& one : known)
      if (same_text_ignoring_case(one.name, name) || same_text_ignoring_case(one.openssl, name))
        wanted = &one;
  } else {
    const auto fits = std::ranges::find(known, digits.size(), &Known::hex_length);
    if (fits != known.end()) wanted = &*fits;
  }
  if (wanted == nullptr || digits.size() != wanted->hex_length) refuse(text);
  Checksum sum{wanted->algorithm, std::string(digits)};
  for (char& c : sum.hex) c = lower_hex(c, text);
  return sum;
}

}  // namespace welkin::storage
