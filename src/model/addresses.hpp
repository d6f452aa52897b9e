// IPv4 arithmetic: addresses, networks and ranges, read strictly.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace welkin::model {

/// An IPv4 address; ordered as numbers are.
struct Ipv4 {
  std::uint32_t number = 0;

  auto operator<=>(const Ipv4&) const = default;
  std::string text() const;
  /// Four decimal numbers of 0 to 255 between dots, no leading zeros, nothing else.
  static std::optional<Ipv4> parse(std::string_view text);
};

/// Addresses from `first` to `last`, both included.
struct AddressRange {
  Ipv4 first;
  Ipv4 last;

  auto operator<=>(const AddressRange&) const = default;
  std::uint64_t size() const { return std::uint64_t(last.number) - first.number + 1; }
  bool contains(Ipv4 address) const { return first <= address && address <= last; }
  bool overlaps(const AddressRange& other) const { return first <= other.last && other.first <= last; }
  /// The address at `place`, counted from 0; `place` must be less than `size`.
  Ipv4 at(std::uint64_t place) const { return {std::uint32_t(first.number + place)}; }
};

/// An IPv4 network. `network` has no bits beyond the prefix.
struct Cidr {
  Ipv4 network;
  int prefix = 0;

  auto operator<=>(const Cidr&) const = default;
  std::string text() const;
  AddressRange range() const;
  /// What guests may have: without the network's own address and the broadcast address, where a network has
  /// such.
  AddressRange usable() const;
  Ipv4 netmask() const;
  Ipv4 broadcast() const { return range().last; }
  bool contains(Ipv4 address) const { return range().contains(address); }
  bool contains(const Cidr& other) const { return prefix <= other.prefix && contains(other.network); }
  bool overlaps(const Cidr& other) const { return range().overlaps(other.range()); }

  /// The network of this size around an address. `prefix` is 0 to 32.
  static Cidr around(Ipv4 address, int prefix);
  /// `10.1.1.0/24`. Nothing for other text, and nothing when bits beyond the prefix are set.
  static std::optional<Cidr> parse(std::string_view text);
};

/// The prefix of 255.255.255.0 is 24. Nothing when the ones do not stand together at the front.
std::optional<int> prefix_of(Ipv4 netmask);

/// These read a parameter's value and throw `invalid` with the parameter as the subject.
Ipv4 ipv4_from(std::string_view text, std::string_view parameter);
Cidr cidr_from(std::string_view text, std::string_view parameter);
int prefix_from(std::string_view netmask, std::string_view parameter);
/// Throws when `last` comes before `first`, too.
AddressRange range_from(std::string_view first, std::string_view last, std::string_view parameter);

}  // namespace welkin::model
