// Addresses of the web as users write them, taken apart strictly.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace welkin::net {

/// An http or https URL. Its host is a name of letters, digits, `-` and `_`, or a canonical IP address.
struct WebAddress {
  bool secure = false;
  std::string host;  ///< lower case; an IPv6 address without brackets
  std::uint16_t port = 0;
  std::string target;  ///< path and query, as a request line wants them

  bool operator==(const WebAddress&) const = default;
  /// Host, and port unless it is the scheme's own, as a Host header wants them.
  std::string authority() const;
  std::string text() const;
  bool same_origin(const WebAddress& other) const;
};

/// Throws `invalid` for other schemes, a user or password in it, an IP address in another than its canonical
/// form
/// (`2130706433`, `0177.0.0.1`, `127.1`), percent signs in the host, and text beyond 8 KiB.
WebAddress parse_web_address(std::string_view text);
/// Where a Location header found at `base` leads. Throws as above.
WebAddress resolve_location(const WebAddress& base, std::string_view location);

}  // namespace welkin::net
