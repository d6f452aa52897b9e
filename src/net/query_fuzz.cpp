// Fuzzes the taking apart of queries and paths.
#include <cstdint>
#include <cstdlib>

#include "base/error.hpp"
#include "net/url.hpp"
#include "net/utf8.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace welkin;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const net::QueryLimits limits{
        .keys_max = 50, .name_bytes_max = 40, .value_bytes_max = 60, .keeps_bare_names = size % 2 == 0};
    const auto pairs = net::parse_query(text, limits);
    if (pairs.size() > limits.keys_max) std::abort();
    for (const auto& [name, value] : pairs)
      if (name.size() > limits.name_bytes_max || value.size() > limits.value_bytes_max ||
          net::well_formed(value) != value)
        std::abort();
    if (net::parse_query(net::query_of(pairs), {.keeps_bare_names = true}) != pairs) std::abort();
  } catch (const Error&) {
  }
  if (net::percent_decode(net::percent_encode(text)) != text) std::abort();
  if (const auto path = net::plain_path(text); path && path->contains("/../")) std::abort();
  return 0;
}
