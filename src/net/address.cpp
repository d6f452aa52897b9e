// Ranges of addresses by their bits.
#include "net/address.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"

namespace welkin::net {

namespace {
/// IANA's special-purpose registries (RFC 6890 and later), without the private ranges: a cloud's users may
/// well live there.
constexpr std::string_view never_public[] = {
    "0.0.0.0/8",      "127.0.0.0/8",   "169.254.0.0/16",  "192.0.0.0/24",   "192.0.2.0/24",
    "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
    "240.0.0.0/4",
    "::/96",  // unspecified, loopback, and IPv4 in the deprecated form
    "::ffff:0:0/96",  "64:ff9b::/96",  "64:ff9b:1::/48",  "100::/64",       "2001::/23",
    "2001:db8::/32",  "2002::/16",     "fe80::/10",       "fec0::/10",      "ff00::/8",
    "fd00:ec2::254",  "fd20:ce::254"};  // metadata services of other clouds, should Welkin run inside one

AddressRange range_of(std::string_view text) {
  const auto range = AddressRange::parse(text);
  if (!range)
    throw Error(Fault::invalid,
                fmt::format("'{}' is no range of addresses; write 10.0.0.0/8 or fd00::/8.", text));
  return *range;
}

bool any_contains(const std::vector<AddressRange>& ranges, const IpAddress& address) {
  return std::ranges::any_of(ranges, [&](const auto& range) { return range.contains(address); });
}
}  // namespace

std::string IpAddress::text() const {
  char out[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), out, sizeof out);
  return out;
}

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);
  if (copy.size() != std::string_view(copy.c_str()).size()) return std::nullopt;
  IpAddress out;
  if (::inet_pton(AF_INET, copy.c_str(), out.bytes.data()) == 1)
    return out;  // refuses octal, hex and short forms
  out.v6 = true;
  if (::inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) == 1) return out;
  return std::nullopt;
}

bool AddressRange::contains(const IpAddress& address) const {
  if (address.v6 != first.v6) return false;
  const auto whole = std::size_t(prefix) / 8;
  if (!std::equal(first.bytes.begin(), first.bytes.begin() + std::ptrdiff_t(whole), address.bytes.begin()))
    return false;
  const auto bits = unsigned(prefix) % 8;
  return bits == 0 || (first.bytes[whole] ^ address.bytes[whole]) >> (8 - bits) == 0;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const int longest = address->v6 ? 128 : 32;
  AddressRange out{*address, longest};
  if (slash == std::string_view::npos) return out;
  const auto digits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.prefix);
  const bool good = error == std::errc{} && end == digits.data() + digits.size() && out.prefix >= 0 &&
                    out.prefix <= longest;
  return good ? std::optional(out) : std::nullopt;
}

AddressPolicy::AddressPolicy(const std::vector<std::string>& refused,
                             const std::vector<std::string>& allowed) {
  for (const auto text : never_public) refused_.push_back(range_of(text));
  for (const auto& text : refused) refused_.push_back(range_of(text));
  for (const auto& text : allowed) allowed_.push_back(range_of(text));
}

bool AddressPolicy::allows(const IpAddress& address) const {
  return any_contains(allowed_, address) || !any_contains(refused_, address);
}

void AddressPolicy::check(const IpAddress& address, std::string_view host) const {
  if (allows(address)) return;
  throw Error(Fault::invalid,
              fmt::format("The host '{}' leads to an address that may not be used here.", host), "url",
              fmt::format("{} is refused by the address policy", address.text()));
}

}  // namespace welkin::net
