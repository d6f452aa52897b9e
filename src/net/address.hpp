// IP addresses and ranges of them, and which of them a user's URL may lead to.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace welkin::net {

struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< in network order; IPv4 uses the first four

  bool operator==(const IpAddress&) const = default;
  std::string text() const;
  /// Reads canonical dotted decimal or IPv6 text without a zone; nothing for other text.
  static std::optional<IpAddress> parse(std::string_view text);
};

struct AddressRange {
  IpAddress first;
  int prefix = 0;

  bool contains(const IpAddress& address) const;
  /// Reads `10.0.0.0/8`, `fd00::/8`, or an address alone; nothing for other text.
  static std::optional<AddressRange> parse(std::string_view text);
};

/// Which addresses may be connected to on behalf of a user.
class AddressPolicy final {
 public:
  /// Refuses this machine, neighbours on the link, multicast, what is reserved, the metadata address, IPv4
  /// inside IPv6, and the ranges in `refused`, such as the management network; ranges in `allowed` come
  /// before all that. Throws `invalid` for text that is no range.
  explicit AddressPolicy(const std::vector<std::string>& refused = {},
                         const std::vector<std::string>& allowed = {});

  bool allows(const IpAddress& address) const;
  /// Throws `invalid` for an address that is not allowed. `host`: what the user wrote.
  void check(const IpAddress& address, std::string_view host) const;

 private:
  std::vector<AddressRange> refused_;
  std::vector<AddressRange> allowed_;
};

}  // namespace welkin::net
