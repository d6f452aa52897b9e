// Digests of streams, and the forms in which people write them down.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace welkin::storage {

enum class Algorithm { md5, sha1, sha224, sha256, sha384, sha512 };

/// Adds up one digest over pieces.
class Digest {
 public:
  /// Throws `unsupported` when this machine's OpenSSL may not compute it.
  explicit Digest(Algorithm algorithm);
  ~Digest();
  void add(std::string_view piece);
  /// Ends the sum; in lower-case hex.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct Checksum {
  Algorithm algorithm = Algorithm::sha256;
  std::string hex;  ///< lower case
  bool operator==(const Checksum&) const = default;
};

/// Reads `{SHA-256}HEX` or hex alone, whose length tells the algorithm. Throws `invalid`.
Checksum parse_checksum(std::string_view text);

}  // namespace welkin::storage
