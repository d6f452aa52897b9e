// Reading and printing of IPv4 addresses and networks.
#include "model/addresses.hpp"

#include <fmt/format.h>

#include <bit>

#include "base/error.hpp"

namespace welkin::model {

namespace {
/// A decimal number without leading zeros, of at most three digits; removes it from `text`.
std::optional<std::uint32_t> take_number(std::string_view& text, std::uint32_t most) {
  std::size_t digits = 0;
  std::uint32_t value = 0;
  while (digits < text.size() && digits < 4 && text[digits] >= '0' && text[digits] <= '9')
    value = value * 10 + std::uint32_t(text[digits++] - '0');
  if (digits == 0 || digits > 3 || value > most || (digits > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Ipv4> take_address(std::string_view& text) {
  Ipv4 address;
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !take(text, '.')) return std::nullopt;
    const auto number = take_number(text, 255);
    if (!number) return std::nullopt;
    address.number = address.number << 8 | *number;
  }
  return address;
}

std::uint32_t mask_of(int prefix) { return prefix == 0 ? 0 : ~std::uint32_t(0) << (32 - prefix); }

[[noreturn]] void refuse(std::string_view text, std::string_view wanted, std::string_view parameter) {
  throw Error(Fault::invalid, fmt::format("{} in the parameter {} is not {}.", text, parameter, wanted),
              std::string(parameter));
}
}  // namespace

std::string Ipv4::text() const {
  return fmt::format("{}.{}.{}.{}", number >> 24, number >> 16 & 255, number >> 8 & 255, number & 255);
}

std::optional<Ipv4> Ipv4::parse(std::string_view text) {
  const auto address = take_address(text);
  return text.empty() ? address : std::nullopt;
}

std::string Cidr::text() const { return fmt::format("{}/{}", network.text(), prefix); }

Ipv4 Cidr::netmask() const { return {mask_of(prefix)}; }

AddressRange Cidr::range() const { return {network, {network.number | ~mask_of(prefix)}}; }

AddressRange Cidr::usable() const {
  auto all = range();
  if (prefix < 31) {
    ++all.first.number;
    --all.last.number;
  }
  return all;
}

Cidr Cidr::around(Ipv4 address, int prefix) { return {{address.number & mask_of(prefix)}, prefix}; }

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const auto address = take_address(text);
  if (!address || !take(text, '/')) return std::nullopt;
  const auto prefix = take_number(text, 32);
  if (!prefix || !text.empty()) return std::nullopt;
  const auto cidr = around(*address, int(*prefix));
  return cidr.network == *address ? std::optional(cidr) : std::nullopt;
}

std::optional<int> prefix_of(Ipv4 netmask) {
  const int ones = std::countl_one(netmask.number);
  return mask_of(ones) == netmask.number ? std::optional(ones) : std::nullopt;
}

Ipv4 ipv4_from(std::string_view text, std::string_view parameter) {
  const auto address = Ipv4::parse(text);
  if (!address) refuse(text, "an IPv4 address such as 10.1.1.7", parameter);
  return *address;
}

Cidr cidr_from(std::string_view text, std::string_view parameter) {
  const auto cidr = Cidr::parse(text);
  if (!cidr) refuse(text, "a network such as 10.1.1.0/24", parameter);
  return *cidr;
}

int prefix_from(std::string_view netmask, std::string_view parameter) {
  const auto mask = Ipv4::parse(netmask);
  const auto prefix = mask ? prefix_of(*mask) : std::nullopt;
  if (!prefix) refuse(netmask, "a netmask such as 255.255.255.0", parameter);
  return *prefix;
}

AddressRange range_from(std::string_view first, std::string_view last, std::string_view parameter) {
  const AddressRange range{ipv4_from(first, parameter), ipv4_from(last, parameter)};
  if (range.last < range.first)
    throw Error(Fault::invalid, fmt::format("The range {} to {} ends before it begins; swap its ends.",
        first, last),
                std::string(parameter));
  return range;
}

}  // namespace welkin::model
