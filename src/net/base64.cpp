// Base64 by libsodium.
#include "net/base64.hpp"

#include <sodium.h>

#include <algorithm>

namespace welkin::net {

namespace {
std::string encode(std::string_view bytes, int variant) {
  std::string out(sodium_base64_encoded_len(bytes.size(), variant), '\0');
  sodium_bin2base64(out.data(), out.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                    bytes.size(), variant);
  out.pop_back();  // the terminator is counted
  return out;
}
}  // namespace

std::string base64(std::string_view bytes) { return encode(bytes, sodium_base64_VARIANT_ORIGINAL); }
std::string base64_url(std::string_view bytes) {
  return encode(bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string standard;
  standard.reserve(text.size());
  for (const char c : text) {
    if (std::string_view(" \t\r\n").contains(c)) continue;
    standard += c == '-' ? '+' : c == '_' ? '/' : c;
  }
  const auto padding = standard.size() - std::min(standard.find('='), standard.size());
  if (!std::string_view("==").starts_with(std::string_view(standard).substr(standard.size() - padding)))
    return std::nullopt;
  if (padding != 0 && standard.size() % 4 != 0) return std::nullopt;
  standard.resize(standard.size() - padding);
  std::string out(standard.size() * 3 / 4 + 3, '\0');
  std::size_t length = 0;
  const bool good = sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(),
                                      standard.data(), standard.size(), nullptr, &length, nullptr,
                                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0;
  if (!good) return std::nullopt;
  out.resize(length);
  return out;
}

}  // namespace welkin::net
