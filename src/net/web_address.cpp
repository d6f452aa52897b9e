// URLs by Boost.URL, with our rules on top.
#include "net/web_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url.hpp>

#include "base/error.hpp"
#include "net/address.hpp"

namespace welkin::net {

namespace urls = boost::urls;

namespace {
constexpr std::size_t address_bytes_max = 8 << 10;
constexpr std::size_t host_bytes_max = 253;

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
  throw Error(Fault::invalid, fmt::format("The address '{}' {}.", text.substr(0, 200), why), "url");
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '-' || c == '_' || c == '.';
}

/// Resolvers read such names as numbers: `2130706433`, `0x7f.1`, `1.2.3.08`.
bool ends_in_number(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  const auto label = host.substr(host.rfind('.') + 1);
  return label.starts_with("0x") || std::ranges::all_of(label, is_digit);
}

/// Boost.URL 1.81 ends an authority where it no longer understands it: `http://1.2.3.4evil.org/` is to it a
/// host 1.2.3.4 and a path `evil.org/`.
void must_be_cut_well(const urls::url_view_base& url, std::string_view text) {
  const auto path = url.encoded_path();
  if (url.has_authority() && !path.empty() && path.front() != '/')
    refuse(text, "has no usable host name or port");
}

std::string checked_host(const urls::url_view_base& url, std::string_view text) {
  const auto raw = url.encoded_host();
  std::string host(raw.data(), raw.size());
  for (char& c : host)
    if (c >= 'A' && c <= 'Z') c = char(c + 32);
  switch (url.host_type()) {
    case urls::host_type::ipv4:
      return host;
    case urls::host_type::ipv6:
      if (!IpAddress::parse(host.substr(1, host.size() - 2)))
        refuse(text, "has an IPv6 address that cannot be used");
      return host.substr(1, host.size() - 2);
    default:
      break;
  }
  if (host.empty() || host.size() > host_bytes_max || !std::ranges::all_of(host, is_name_char) ||
      host.contains(".."))
    refuse(text, "has no usable host name; write one in letters, digits and dashes (xn-- for others)");
  if (ends_in_number(host))
    refuse(text, "has a number for its host; write an IP address in its canonical form");
  return host;
}

WebAddress taken_apart(const urls::url_view_base& url, std::string_view text) {
  WebAddress out;
  if (url.scheme_id() != urls::scheme::http && url.scheme_id() != urls::scheme::https)
    refuse(text, "is neither http nor https");
  must_be_cut_well(url, text);
  if (url.has_userinfo()) refuse(text, "names a user; leave out what stands before the @");
  out.secure = url.scheme_id() == urls::scheme::https;
  out.host = checked_host(url, text);
  out.port = url.has_port() && !url.port().empty() ? url.port_number() : out.secure ? 443 : 80;
  if (out.port == 0) refuse(text, "has a port that is none");
  const auto path = url.encoded_path();
  out.target.assign(path.data(), path.size());
  if (!out.target.starts_with('/')) out.target.insert(0, 1, '/');
  if (url.has_query()) {
    const auto query = url.encoded_query();
    out.target += '?';
    out.target.append(query.data(), query.size());
  }
  return out;
}
}  // namespace

std::string WebAddress::authority() const {
  const auto name = host.contains(':') ? fmt::format("[{}]", host) : host;
  return port == (secure ? 443 : 80) ? name : fmt::format("{}:{}", name, port);
}

std::string WebAddress::text() const {
  return fmt::format("{}://{}{}", secure ? "https" : "http", authority(), target);
}

bool WebAddress::same_origin(const WebAddress& other) const {
  return secure == other.secure && host == other.host && port == other.port;
}

WebAddress parse_web_address(std::string_view text) {
  if (text.size() > address_bytes_max) refuse(text, "is too long");
  const auto url = urls::parse_uri({text.data(), text.size()});
  if (!url) refuse(text, "is not a well-formed URL");
  return taken_apart(*url, text);
}

WebAddress resolve_location(const WebAddress& base, std::string_view location) {
  if (location.size() > address_bytes_max) refuse(location, "is too long");
  const auto from = base.text();
  const auto reference = urls::parse_uri_reference({location.data(), location.size()});
  const auto origin = urls::parse_uri({from.data(), from.size()});
  urls::url out;
  if (!reference || !origin || !urls::resolve(*origin, *reference, out))
    refuse(location, "is not a well-formed URL");
  must_be_cut_well(*reference, location);
  return taken_apart(out, location);
}

}  // namespace welkin::net
