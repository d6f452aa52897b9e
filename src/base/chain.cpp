// SHA-256 by libsodium.
#include "base/chain.hpp"

#include <fmt/format.h>
#include <sodium.h>

namespace welkin {

std::string sha256_of(std::string_view text) {
  unsigned char bytes[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(bytes, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  std::string out(2 * sizeof bytes + 1, '\0');
  sodium_bin2hex(out.data(), out.size(), bytes, sizeof bytes);
  out.pop_back();
  return out;
}

std::string chain_digest(std::string_view previous, std::span<const std::string> texts) {
  std::string whole = fmt::format("{}:{}", previous.size(), previous);
  for (const auto& text : texts) fmt::format_to(std::back_inserter(whole), "{}:{}", text.size(), text);
  return sha256_of(whole);
}

}  // namespace welkin
