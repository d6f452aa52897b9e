// Signatures by which a cloud knows who is asking.
#pragma once

#include <string>

#include "base/secret.hpp"
#include "base/time.hpp"
#include "net/http.hpp"

namespace welkin::cli {

/// CloudStack's signature over all parameters: sorted, values encoded, in lower case, HMAC-SHA1, base64.
std::string signature_of(net::TextPairs parameters, const Secret& key);
/// The parameters with key, version 3, the time of expiry and the signature.
net::TextPairs with_signature(net::TextPairs parameters, const std::string& api_key, const Secret& key,
                              Time expires);

}  // namespace welkin::cli
