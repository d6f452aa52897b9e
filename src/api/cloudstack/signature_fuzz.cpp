// Fuzzes the check of signatures: what is signed holds, however odd; what is changed does not.
#include <cstdint>
#include <cstdlib>

#include "api/cloudstack/signature.hpp"
#include "base/described.hpp"
#include "base/error.hpp"
#include "net/url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace welkin;
  namespace cloudstack = api::cloudstack;
  try {
    auto parameters =
        net::parse_query(std::string_view(reinterpret_cast<const char*>(data), size), {.keeps_bare_names = true});
    std::erase_if(parameters,
                  [](const auto& one) { return one.first.empty() || same_text_ignoring_case(one.first, "signature"); });
    const Secret key("of the fuzzer");
    const auto signature = cloudstack::sign_sha1(key, cloudstack::text_to_sign(parameters));
    if (!cloudstack::signature_holds(parameters, key, signature)) std::abort();
    if (cloudstack::signature_holds(parameters, Secret("another"), signature)) std::abort();
    (void)cloudstack::has_expired(parameters, Time{});
    parameters.emplace_back("added", "value");
    if (cloudstack::signature_holds(parameters, key, signature)) std::abort();
  } catch (const Error&) {
  }
  return 0;
}
