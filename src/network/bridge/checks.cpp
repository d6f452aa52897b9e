// Refusing text that could mean more than it should.
#include "network/bridge/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/error.hpp"
#include "net/address.hpp"
#include "net/mac.hpp"

namespace welkin::network {
namespace {

constexpr std::size_t link_name_max = 15;  // IFNAMSIZ without its zero
constexpr std::size_t dns_label_max = 63, dns_name_max = 253;
constexpr int mtu_min = 576, mtu_max = 65535;

[[noreturn]] void refuse(std::string_view text, std::string_view what, std::string_view field) {
  throw Error(Fault::invalid, fmt::format("'{}' is not {}.", text, what), std::string(field));
}

bool is_letter_or_digit(char c) { return std::isalnum(static_cast<unsigned char>(c)) && (c & 0x80) == 0; }

net::IpAddress ipv4(std::string_view text, std::string_view field) {
  const auto address = net::IpAddress::parse(text);
  if (!address || address->v6) refuse(text, "an IPv4 address", field);
  return *address;
}

net::IpAddress masked(net::IpAddress address, int prefix) {
  for (int bit = prefix; bit < 32; ++bit)
    address.bytes[std::size_t(bit / 8)] &= std::uint8_t(~(0x80u >> (bit % 8)));
  return address;
}

bool is_dns_label(std::string_view label) {
  return !label.empty() && label.size() <= dns_label_max && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
}

int checked_number(int number, int low, int high, std::string_view what, std::string_view field) {
  if (number < low || number > high) refuse(std::to_string(number), what, field);
  return number;
}

}  // namespace

const std::string& checked_link(const std::string& name, std::string_view field) {
  const bool plain = std::ranges::all_of(
      name, [](char c) { return is_letter_or_digit(c) || std::string_view("._-").contains(c); });
  if (name.empty() || name.size() > link_name_max || !plain || name == "." || name == "..")
    refuse(name, "a name for a network link: at most 15 letters, digits, dots, dashes and underscores",
           field);
  return name;
}

std::string checked_mac(std::string_view text, std::string_view field) {
  auto mac = net::station_mac(text);
  if (!mac) refuse(text, "a MAC address of one nic, such as 02:00:00:00:00:01", field);
  return std::move(*mac);
}

std::string checked_ipv4(std::string_view text, std::string_view field) { return ipv4(text, field).text(); }

std::string checked_address(std::string_view text, std::string_view field) {
  const auto address = net::IpAddress::parse(text);
  if (!address) refuse(text, "an IP address", field);
  return address->text();
}

std::string checked_cidr(std::string_view text, std::string_view field) {
  const auto range = net::AddressRange::parse(text);
  if (!range || range->first.v6) refuse(text, "a range of IPv4 addresses such as 10.1.1.0/24", field);
  return fmt::format("{}/{}", masked(range->first, range->prefix).text(), range->prefix);
}

std::string checked_dns_name(std::string_view text, std::string_view field) {
  if (text.empty() || text.size() > dns_name_max) refuse(text, "a DNS name", field);
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('.', at), text.size());
    if (!is_dns_label(text.substr(at, end - at))) refuse(text, "a DNS name", field);
    at = end + 1;
  }
  return std::string(text);
}

int checked_port(int port, std::string_view field) {
  return checked_number(port, 1, 65535, "a port: 1 to 65535", field);
}
int checked_prefix(int prefix, std::string_view field) {
  return checked_number(prefix, 1, 32, "the length of an IPv4 prefix: 1 to 32", field);
}
int checked_mtu(int mtu, std::string_view field) {
  return checked_number(mtu, mtu_min, mtu_max, "an MTU: 576 to 65535", field);
}

bool lies_in(std::string_view address, std::string_view cidr) {
  const auto range = net::AddressRange::parse(cidr);
  const auto one = net::IpAddress::parse(address);
  return range && one && range->contains(*one);
}

std::string range_of(std::string_view address, int prefix) {
  return fmt::format("{}/{}", masked(ipv4(address, "address"), prefix).text(), prefix);
}

std::string netmask_of(int prefix) {
  net::IpAddress ones;
  ones.bytes.fill(0xff);
  return masked(ones, prefix).text();
}

int prefix_of(std::string_view cidr) {
  const auto range = net::AddressRange::parse(cidr);
  return range ? range->prefix : 32;
}

}  // namespace welkin::network
