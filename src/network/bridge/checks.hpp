// What may enter a rule, a configuration file or the name of a link. Everything from outside passes here
// first.
#pragma once

#include <string>
#include <string_view>

namespace welkin::network {

/// Each answers its text in canonical form and throws `invalid`, naming `field`, for text that is no such
/// thing.

/// Letters, digits, dots, dashes and underscores, at most 15 of them; never `.` or `..`.
const std::string& checked_link(const std::string& name, std::string_view field);
/// Lower case with colons; unicast.
std::string checked_mac(std::string_view text, std::string_view field);
std::string checked_ipv4(std::string_view text, std::string_view field);
/// IPv4 or IPv6.
std::string checked_address(std::string_view text, std::string_view field);
/// IPv4 with its prefix, the bits beyond it zero: `10.1.1.0/24`.
std::string checked_cidr(std::string_view text, std::string_view field);
/// Labels between dots: a host's name or a domain.
std::string checked_dns_name(std::string_view text, std::string_view field);
int checked_port(int port, std::string_view field);
int checked_prefix(int prefix, std::string_view field);
int checked_mtu(int mtu, std::string_view field);

/// Whether the address lies in the range; both are canonical.
bool lies_in(std::string_view address, std::string_view cidr);
/// `10.1.1.0/24` for 10.1.1.77 and 24.
std::string range_of(std::string_view address, int prefix);
/// `255.255.255.0` for 24.
std::string netmask_of(int prefix);
int prefix_of(std::string_view cidr);

}  // namespace welkin::network
