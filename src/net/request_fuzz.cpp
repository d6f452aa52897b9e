// Fuzzes the request parser: however a text is cut into pieces, it reads as the same requests.
#include <cstdint>
#include <cstdlib>

#include "net/request_parser.hpp"

namespace {
using namespace welkin::net;

/// All that is read from a text fed in pieces of this size, and how it ends.
std::string reading(std::string_view text, std::size_t piece) {
  RequestParser parser({.header_bytes_max = 600, .body_bytes_max = 300});
  std::string out, input;
  while (!text.empty() && parser.state() != RequestParser::State::failed) {
    input += text.substr(0, piece);
    text.remove_prefix(std::min(piece, text.size()));
    for (bool more = true; more;) {
      input.erase(0, parser.feed(input));
      more = parser.state() == RequestParser::State::complete;
      if (!more) break;
      const auto request = parser.take();
      out += request.method + " " + request.target + "\n" + request.body + "\n";
      for (std::size_t i = 0; i < request.headers.size(); ++i)
        out += std::string(request.headers.at(i).second) + "\n";
      if (request.body.size() > 300) std::abort();
      for (const char c : request.target)
        if (std::uint8_t(c) <= 0x20) std::abort();
    }
  }
  return out;
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), std::min<std::size_t>(size, 500));
  if (reading(text, 1) != reading(text, 500)) std::abort();
  return 0;
}
