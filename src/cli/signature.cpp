// Signs with net's HMAC.
#include "cli/signature.hpp"

#include <algorithm>

#include "cli/words.hpp"
#include "net/base64.hpp"
#include "net/digest.hpp"
#include "net/url.hpp"

namespace welkin::cli {

std::string signature_of(net::TextPairs parameters, const Secret& key) {
  std::ranges::sort(parameters);
  std::string text;
  for (const auto& [name, value] : parameters) {
    if (!text.empty()) text += '&';
    text += name + '=' + net::percent_encode(value);
  }
  return net::base64(net::hmac_sha1(key.reveal(), lower_case(text)));
}

net::TextPairs with_signature(net::TextPairs parameters, const std::string& api_key, const Secret& key,
                              Time expires) {
  parameters.emplace_back("apikey", api_key);
  parameters.emplace_back("signatureversion", "3");
  parameters.emplace_back("expires", wire_time(expires));
  auto signature = signature_of(parameters, key);
  parameters.emplace_back("signature", std::move(signature));
  return parameters;
}

}  // namespace welkin::cli
