// Wipes and compares secrets with libsodium.
#include "base/secret.hpp"

#include <sodium.h>

namespace welkin {

Secret::~Secret() { sodium_memzero(text_.data(), text_.size()); }

bool Secret::same_as(std::string_view other) const {
  return text_.size() == other.size() && sodium_memcmp(text_.data(), other.data(), other.size()) == 0;
}

}  // namespace welkin
