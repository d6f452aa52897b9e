// Making and judging of names.
#include "model/names.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace welkin::model {

namespace {
constexpr std::size_t link_name_max = 15;
constexpr std::size_t label_max = 63;
constexpr std::size_t domain_name_max = 190;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_lower(c) || (c >= 'A' && c <= 'Z'); }

std::string link_name(std::string_view tag, char kind, std::string_view rest) {
  const bool plain = std::ranges::all_of(tag, [](char c) { return is_digit(c) || is_lower(c); });
  must(plain && !tag.empty() && tag.size() <= 4, "a cloud's tag has one to four of a-z and 0-9");
  auto name = fmt::format("w{}{}{}", tag, kind, rest);
  must(name.size() <= link_name_max, "a link's name has at most 15 characters");
  return name;
}

/// Eight characters from the random end of the id: 40 bits, 5 in each.
std::string short_form(const Uuid& id) {
  constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuv";
  std::uint64_t bits = 0;
  for (std::size_t i = 11; i < 16; ++i) bits = bits << 8 | id.bytes[i];
  std::string out;
  for (int shift = 35; shift >= 0; shift -= 5) out += letters[bits >> shift & 31];
  return out;
}

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= label_max && !text.starts_with('-') && !text.ends_with('-') &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}
}  // namespace

std::string bridge_name(std::string_view tag, std::int64_t vni) {
  return link_name(tag, 'b', std::to_string(vni));
}
std::string tunnel_name(std::string_view tag, std::int64_t vni) {
  return link_name(tag, 'x', std::to_string(vni));
}
std::string tap_name(std::string_view tag, const Id<Nic>& nic) {
  return link_name(tag, 't', short_form(nic));
}
std::string namespace_name(std::string_view tag, const Id<Router>& router) {
  return link_name(tag, 'r', short_form(router));
}
std::string inner_link_name(std::string_view tag, const Id<Router>& router) {
  return link_name(tag, 'r', short_form(router) + "i");
}
std::string outer_link_name(std::string_view tag, const Id<Router>& router) {
  return link_name(tag, 'r', short_form(router) + "o");
}

std::string random_mac(Random& random) {
  std::array<std::uint8_t, 5> b{};
  random.fill(b);
  return fmt::format("02:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", b[0], b[1], b[2], b[3], b[4]);
}

std::string internal_instance_name(std::int64_t account, std::int64_t instance) {
  return fmt::format("i-{}-{}-VM", account, instance);
}
std::string router_name(std::int64_t number) { return fmt::format("r-{}-VM", number); }
std::string root_volume_name(std::int64_t instance) { return fmt::format("ROOT-{}", instance); }

bool is_host_name(std::string_view text) { return is_label(text) && !is_digit(text.front()); }

bool is_domain_name(std::string_view text) {
  if (text.empty() || text.size() > domain_name_max) return false;
  while (true) {
    const auto dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace welkin::model
