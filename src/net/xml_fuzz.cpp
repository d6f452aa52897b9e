// Fuzzes the XML writer: whatever it is told, elements nest and text holds no markup.
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "net/utf8.hpp"
#include "net/xml.hpp"

namespace {
using namespace welkin;

/// Takes names and texts from the input, and tells the sink one value after another.
class Teller {
 public:
  explicit Teller(std::string_view input) : input_(input) {}

  void tell(net::XmlSink& sink, int depth) {
    switch (depth > 20 ? 3 : next() % 8) {
      case 0:
        return tell_list(sink, depth);
      case 1:
        return sink.null();
      case 2:
        return sink.integer(std::int64_t(next()) - 128);
      case 4:
        return sink.boolean(next() % 2 == 0);
      case 5:
        return sink.number(next() / 7.0);
      case 6:
      case 7:
        return tell_object(sink, depth);
      default:
        return sink.text(words());
    }
  }

 private:
  std::uint8_t next() {
    if (input_.empty()) return 3;
    const auto byte = std::uint8_t(input_[0]);
    input_.remove_prefix(1);
    return byte;
  }
  std::string_view words() {
    const auto length = std::min<std::size_t>(next() % 16, input_.size());
    const auto out = input_.substr(0, length);
    input_.remove_prefix(length);
    return out;
  }
  void tell_list(net::XmlSink& sink, int depth) {
    sink.begin_list();
    for (int i = next() % 4; i > 0; --i) tell(sink, depth + 1);
    sink.end_list();
  }
  void tell_object(net::XmlSink& sink, int depth) {
    sink.begin_object();
    for (int i = next() % 4; i > 0; --i) {
      const auto name = words();
      sink.key(name, name);
      tell(sink, depth + 1);
    }
    sink.end_object();
  }

  std::string_view input_;
};

void demand(bool holds) {
  if (!holds) std::abort();
}

bool is_name(std::string_view text) {
  for (const char c : text) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-' || c == '.';
    if (!good) return false;
  }
  return !text.empty() && !(text[0] >= '0' && text[0] <= '9') && text[0] != '-' && text[0] != '.';
}

/// Checks text between tags and answers where the next tag begins.
std::size_t check_text(std::string_view xml, std::size_t at) {
  while (at < xml.size() && xml[at] != '<') {
    const auto rest = xml.substr(at);
    const auto length = net::utf8_sequence(rest);
    demand(length != 0 && rest[0] != '>' && rest[0] != '"' && rest[0] != '\'');
    demand(std::uint8_t(rest[0]) >= 0x20 || rest[0] == '\t' || rest[0] == '\n');
    if (rest[0] == '&') {
      bool known = false;
      for (const auto* entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&apos;", "&#13;"})
        known = known || rest.starts_with(entity);
      demand(known);
    }
    at += length;
  }
  return at;
}

void check_nesting(std::string_view xml) {
  std::vector<std::string_view> open;
  for (std::size_t at = 0; (at = check_text(xml, at)) < xml.size();) {
    const auto end = xml.find('>', at);
    demand(end != std::string_view::npos);
    auto name = xml.substr(at + 1, end - at - 1);
    if (name.starts_with('/')) {
      demand(!open.empty() && open.back() == name.substr(1));
      open.pop_back();
    } else {
      demand(is_name(name));
      open.push_back(name);
    }
    at = end + 1;
  }
  demand(open.empty());
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string xml;
  net::XmlSink sink(xml);
  sink.open("root");
  Teller({reinterpret_cast<const char*>(data), size}).tell(sink, 0);
  sink.close("root");
  check_nesting(xml);
  return 0;
}
