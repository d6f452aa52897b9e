// Heads without formatting machinery: this runs for every request.
#include "net/response_head.hpp"

#include <algorithm>
#include <charconv>

#include "base/described.hpp"

namespace welkin::net {

namespace {
bool is_control(char c) { return std::uint8_t(c) < 0x20 || c == 0x7f; }

void append_number(std::string& out, std::size_t value) {
  char digits[20];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, end);
}

void append_value(std::string& out, std::string_view value) {
  const auto at = out.size();
  out += value;
  std::replace_if(out.begin() + std::ptrdiff_t(at), out.end(), is_control, ' ');
}

bool is_ours(std::string_view name) {
  for (const std::string_view own :
       {"Content-Length", "Transfer-Encoding", "Connection", "Date", "Content-Type"})
    if (same_text_ignoring_case(own, name)) return true;
  return false;
}
}  // namespace

bool may_have_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (!is_token(name)) return;
  out += name;
  out += ": ";
  append_value(out, value);
  out += "\r\n";
}

void append_response_head(std::string& out, const HttpResponse& response, const HeadFacts& facts) {
  out += "HTTP/1.1 ";
  append_number(out, std::size_t(response.status));
  out += ' ';
  append_value(out, response.reason.empty() ? reason_of(response.status) : std::string_view(response.reason));
  out += "\r\nDate: ";
  out += facts.date;
  out += "\r\n";
  if (!response.content_type.empty() && may_have_body(response.status))
    append_field(out, "Content-Type", response.content_type);
  for (std::size_t i = 0; i < response.headers.size(); ++i) {
    const auto [name, value] = response.headers.at(i);
    if (!is_ours(name)) append_field(out, name, value);
  }
  if (may_have_body(response.status)) {
    out += "Content-Length: ";
    append_number(out, facts.body_bytes);
    out += "\r\n";
  }
  if (facts.close)
    out += "Connection: close\r\n";
  else if (facts.http_1_0)
    out += "Connection: keep-alive\r\n";
  out += "\r\n";
}

}  // namespace welkin::net
