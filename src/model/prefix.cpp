// Reads and compares ranges of addresses.
#include "model/prefix.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <string>

namespace welkin::model {

std::optional<AnyAddress> AnyAddress::parse(std::string_view text) {
  AnyAddress out;
  const std::string ended(text);
  if (text.size() > INET6_ADDRSTRLEN || ended.find('\0') != std::string::npos) return std::nullopt;
  if (::inet_pton(AF_INET, ended.c_str(), out.bytes.data()) == 1) {
    out.is_v4 = true;
    return out;
  }
  if (::inet_pton(AF_INET6, ended.c_str(), out.bytes.data()) != 1) return std::nullopt;
  constexpr std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (!std::equal(mapped.begin(), mapped.end(), out.bytes.begin())) return out;
  // ::ffff:192.0.2.1 is 192.0.2.1: written otherwise it is the same caller.
  AnyAddress plain{.is_v4 = true};
  std::copy(out.bytes.begin() + 12, out.bytes.end(), plain.bytes.begin());
  return plain;
}

std::optional<Prefix> Prefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = AnyAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int longest = address->is_v4 ? 32 : 128;
  Prefix out{*address, longest};
  if (slash == std::string_view::npos) return out;
  const auto digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.length);
  if (error != std::errc{} || end != digits.data() + digits.size() || out.length < 0 || out.length > longest)
    return std::nullopt;
  return out;
}

bool Prefix::contains(const AnyAddress& other) const {
  if (other.is_v4 != address.is_v4) return false;
  const auto whole = std::size_t(length / 8);
  if (!std::equal(address.bytes.begin(), address.bytes.begin() + std::ptrdiff_t(whole), other.bytes.begin())) return false;
  const int rest = length % 8;
  return rest == 0 || ((address.bytes[whole] ^ other.bytes[whole]) >> (8 - rest)) == 0;
}

std::optional<std::vector<Prefix>> prefixes_in(std::string_view list) {
  std::vector<Prefix> out;
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto item = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    while (item.starts_with(' ')) item.remove_prefix(1);
    while (item.ends_with(' ')) item.remove_suffix(1);
    if (item.empty()) continue;
    const auto prefix = Prefix::parse(item);
    if (!prefix) return std::nullopt;
    out.push_back(*prefix);
  }
  return out;
}

bool any_contains(const std::vector<Prefix>& prefixes, const AnyAddress& address) {
  return std::ranges::any_of(prefixes, [&](const Prefix& prefix) { return prefix.contains(address); });
}

}  // namespace welkin::model
