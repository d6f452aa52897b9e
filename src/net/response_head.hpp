// Writes the head of a response.
#pragma once

#include "net/http.hpp"

namespace welkin::net {

struct HeadFacts {
  std::string_view date;
  bool http_1_0 = false;
  bool close = false;
  std::size_t body_bytes = 0;
};

/// Appends status line and fields. Control characters in values become blanks, and fields whose name is none,
/// or is the server's own to write, are left out: text from outside cannot forge a line.
void append_response_head(std::string& out, const HttpResponse& response, const HeadFacts& facts);
/// Whether a response of this status has a body at all (RFC 9110 §6.4.1).
bool may_have_body(int status);
/// Appends `name: value` and a line's end under the same rules.
void append_field(std::string& out, std::string_view name, std::string_view value);

}  // namespace welkin::net
