// Ranges of addresses of both families, as lists of who may call have them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace welkin::model {

/// An IPv4 or IPv6 address.
struct AnyAddress {
  bool is_v4 = false;
  std::array<std::uint8_t, 16> bytes{};  ///< IPv4 has four of them

  static std::optional<AnyAddress> parse(std::string_view text);
};

/// Addresses that begin alike: 10.0.0.0/8, 2001:db8::/32, or one alone.
struct Prefix {
  AnyAddress address;
  int length = 0;

  bool contains(const AnyAddress& other) const;
  static std::optional<Prefix> parse(std::string_view text);
};

/// Ranges between commas, blanks around them left out; nothing when one of them is none.
std::optional<std::vector<Prefix>> prefixes_in(std::string_view list);
bool any_contains(const std::vector<Prefix>& prefixes, const AnyAddress& address);

}  // namespace welkin::model
