// Makes and checks signatures with OpenSSL's HMAC.
#include "api/cloudstack/signature.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/described.hpp"

namespace welkin::api::cloudstack {

namespace {
constexpr char hex[] = "0123456789abcdef";

char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }

bool plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '*' || c == '_';
}

/// Encoded and lower-cased at once: the signed text is lower case throughout.
void append_encoded(std::string& out, std::string_view value, std::string_view bare) {
  for (const char c : value) {
    if (plain(c) || bare.contains(c)) {
      out += lower(c);
    } else {
      out += '%';
      out += hex[std::uint8_t(c) >> 4];
      out += hex[std::uint8_t(c) & 15];
    }
  }
}

std::string sign(const EVP_MD* method, const Secret& key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  const auto& secret = key.reveal();
  HMAC(method, secret.data(), int(secret.size()), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
       digest, &length);
  std::string out(std::size_t(4 * ((length + 2) / 3)), '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), digest, int(length));
  return out;
}

std::string text_of(std::vector<const std::pair<std::string, std::string>*> sorted, std::string_view bare) {
  std::string out;
  for (const auto* pair : sorted) {
    if (!out.empty()) out += '&';
    for (const char c : pair->first) out += lower(c);
    out += '=';
    append_encoded(out, pair->second, bare);
  }
  return out;
}

std::vector<const std::pair<std::string, std::string>*> signed_pairs(const Pairs& parameters) {
  std::vector<const std::pair<std::string, std::string>*> out;
  for (const auto& pair : parameters)
    if (!same_text_ignoring_case(pair.first, "signature")) out.push_back(&pair);
  return out;
}
}  // namespace

const std::string* find(const Pairs& parameters, std::string_view name) {
  const std::string* out = nullptr;
  for (const auto& [key, value] : parameters)
    if (same_text_ignoring_case(key, name)) out = &value;
  return out;
}

std::string text_to_sign(const Pairs& parameters, std::string_view bare) {
  auto sorted = signed_pairs(parameters);
  std::ranges::stable_sort(sorted, {}, [](const auto* pair) -> const std::string& { return pair->first; });
  return text_of(std::move(sorted), bare);
}

std::string sign_sha1(const Secret& key, std::string_view text) { return sign(EVP_sha1(), key, text); }
std::string sign_sha256(const Secret& key, std::string_view text) { return sign(EVP_sha256(), key, text); }

bool signature_holds(const Pairs& parameters, const Secret& key, const std::string& signature) {
  const Secret given(signature);
  auto by_lower_name = signed_pairs(parameters);
  std::ranges::stable_sort(by_lower_name, [](const auto* a, const auto* b) {
    return std::ranges::lexicographical_compare(a->first, b->first, {}, lower, lower);
  });
  // Java escapes ~ [ ]; Go and Python leave ~; Libcloud leaves brackets and sorts names without case.
  for (const std::string_view bare : {"", "~", "[]", "~[]"}) {
    for (const auto& text : {text_to_sign(parameters, bare), text_of(by_lower_name, bare)}) {
      if (given.same_as(sign_sha1(key, text)) || given.same_as(sign_sha256(key, text))) return true;
    }
  }
  return false;
}

bool has_expired(const Pairs& parameters, Time now) {
  const auto* expires = find(parameters, "expires");
  const auto until = expires ? parse_time(*expires) : std::nullopt;
  return !until || *until < now;
}

}  // namespace welkin::api::cloudstack
