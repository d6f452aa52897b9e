// Lookup in headers, targets and cookies.
#include "net/http.hpp"

#include <algorithm>

#include "base/described.hpp"

namespace welkin::net {

namespace {
constexpr std::size_t cookies_max = 100;

/// Where the path begins: behind the authority of an absolute target (RFC 9112 §3.2.2).
std::size_t path_begin(std::string_view target) {
  if (target.starts_with('/')) return 0;
  const auto authority = target.find("://");
  if (authority == std::string_view::npos) return 0;
  return std::min(target.find_first_of("/?", authority + 3), target.size());
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

void read_cookies(TextPairs& out, std::string_view line) {
  while (!line.empty() && out.size() < cookies_max) {
    const auto end = std::min(line.find(';'), line.size());
    const auto pair = trimmed(line.substr(0, end));
    line.remove_prefix(std::min(end + 1, line.size()));
    const auto equals = pair.find('=');
    if (equals != std::string_view::npos)
      out.emplace_back(trimmed(pair.substr(0, equals)), trimmed(pair.substr(equals + 1)));
  }
}
}  // namespace

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (const auto& [name, value] : fields) add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) {
  entries_.push_back({std::uint32_t(text_.size()), std::uint32_t(name.size()), std::uint32_t(value.size())});
  text_ += name;
  text_ += value;
}

std::pair<std::string_view, std::string_view> Headers::at(std::size_t index) const {
  const auto& entry = entries_.at(index);
  const std::string_view text = text_;
  return {text.substr(entry.begin, entry.name), text.substr(entry.begin + entry.name, entry.value)};
}

std::string_view Headers::get(std::string_view name) const {
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].name == name.size() && same_text_ignoring_case(at(i).first, name)) return at(i).second;
  return {};
}

std::size_t Headers::count(std::string_view name) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i)
    if (entries_[i].name == name.size() && same_text_ignoring_case(at(i).first, name)) ++found;
  return found;
}

std::string_view HttpRequest::path() const {
  const std::string_view text = target;
  const auto path = text.substr(path_begin(text));
  const auto end = path.find('?');
  if (end == 0 || path.empty()) return "/";
  return path.substr(0, end);
}

std::string_view HttpRequest::query() const {
  const std::string_view text = target;
  const auto mark = text.find('?');
  return mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1);
}

TextPairs HttpRequest::cookies() const {
  TextPairs out;
  for (std::size_t i = 0; i < headers.size(); ++i)
    if (same_text_ignoring_case(headers.at(i).first, "Cookie")) read_cookies(out, headers.at(i).second);
  return out;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 206:
      return "Partial Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 416:
      return "Range Not Satisfiable";
    case 417:
      return "Expectation Failed";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Status";
  }
}

HttpResponse text_response(int status, std::string_view text) {
  HttpResponse out;
  out.status = status;
  out.body = std::string(text) + "\n";
  return out;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("!#$%&'*+-.^_`|~").contains(c);
  });
}

}  // namespace welkin::net
