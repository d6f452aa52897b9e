// Signed requests: HMAC over the sorted, encoded, lower-cased parameters.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "base/time.hpp"

namespace welkin::api::cloudstack {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// The text that is signed (facts/cloudstack-protocol.md §2.1). `bare` are characters some clients leave unescaped.
std::string text_to_sign(const Pairs& parameters, std::string_view bare = {});

/// Base64 of HMAC-SHA1, CloudStack's; of HMAC-SHA256, an addition.
std::string sign_sha1(const Secret& key, std::string_view text);
std::string sign_sha256(const Secret& key, std::string_view text);

/// True when `signature` is one of `key` over these parameters, in one of the forms that known clients send.
bool signature_holds(const Pairs& parameters, const Secret& key, const std::string& signature);

/// Whether `expires` of a version 3 signature has passed, or is missing or unreadable.
bool has_expired(const Pairs& parameters, Time now);

/// A parameter by its name in any case; null when absent. Of several the last.
const std::string* find(const Pairs& parameters, std::string_view name);

}  // namespace welkin::api::cloudstack
