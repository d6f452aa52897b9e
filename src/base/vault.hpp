// Seals secrets for the database with a key that is kept outside it.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace welkin {

/// Authenticated encryption (XSalsa20-Poly1305, libsodium's secretbox) with one key.
class Vault {
 public:
  /// Reads the key file, or makes it with mode 0600 when it is missing. Throws `internal` when it cannot.
  static Vault open(const std::string& key_file);
  /// A vault with a key of its own, for tests.
  static Vault with_fresh_key();
  ~Vault();
  Vault(const Vault&) = default;
  Vault& operator=(const Vault&) = default;

  /// Text for a column: `v1:` and base64 of nonce and box.
  std::string seal(const Secret& secret) const;
  /// The inverse; an empty text is an empty secret. Throws `internal` when the key is another one or the text was altered.
  Secret open_sealed(std::string_view sealed) const;

 private:
  Vault() = default;
  std::array<unsigned char, 32> key_{};
};

/// argon2id with libsodium's interactive limits; the answer holds salt and limits.
std::string hash_password(const Secret& password);
bool password_matches(const std::string& hash, const Secret& password);

/// `count` random characters of A–Z a–z 0–9, from the kernel's source.
std::string random_text(int count);
/// `count` random digits, from there too.
std::string random_digits(int count);
/// `bytes` random bytes in URL-safe base64 without padding.
std::string random_token(int bytes);

}  // namespace welkin
