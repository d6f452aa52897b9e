// XML, written straight into a string.
#include "net/xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "net/utf8.hpp"

namespace welkin::net {

namespace {
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_char(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.'; }

std::string xml_name(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(out, [](char c) { return !is_name_char(c); }, '_');
  if (out.empty() || !is_letter(out[0])) out.insert(0, 1, '_');
  return out;
}

/// XML 1.0 §2.2 allows neither U+FFFE nor U+FFFF.
bool is_forbidden(std::string_view sequence) {
  return sequence == "\xef\xbf\xbe" || sequence == "\xef\xbf\xbf";
}

void append_ascii(std::string& out, char c) {
  switch (c) {
    case '&':
      out += "&amp;";
      return;
    case '<':
      out += "&lt;";
      return;
    case '>':
      out += "&gt;";
      return;
    case '"':
      out += "&quot;";
      return;
    case '\'':
      out += "&apos;";
      return;
    case '\r':
      out += "&#13;";
      return;  // readers turn a bare one into a line feed
    default:
      if (std::uint8_t(c) >= 0x20 || c == '\t' || c == '\n') out += c;
  }
}

void append_tag(std::string& out, std::string_view open, std::string_view name) {
  out += open;
  out += name;
  out += '>';
}
}  // namespace

void append_xml_text(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto length = utf8_sequence(text);
    if (length == 1)
      append_ascii(out, text[0]);
    else if (length == 0 || is_forbidden(text.substr(0, length)))
      out += replacement_character;
    else
      out += text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
}

void XmlSink::open(std::string_view name,
                   std::initializer_list<std::pair<std::string_view, std::string_view>> attributes) {
  out_ += '<';
  out_ += xml_name(name);
  for (const auto& [key, value] : attributes) {
    out_ += ' ';
    out_ += xml_name(key);
    out_ += "=\"";
    append_xml_text(out_, value);
    out_ += '"';
  }
  out_ += '>';
}

void XmlSink::close(std::string_view name) { append_tag(out_, "</", xml_name(name)); }

std::string XmlSink::take_name() {
  if (!pending_.empty()) return std::exchange(pending_, {});
  if (!frames_.empty() && frames_.back().is_list) return frames_.back().element;
  return {};
}

void XmlSink::key(std::string_view, std::string_view wire) { pending_ = xml_name(wire); }

void XmlSink::begin_object() {
  auto name = take_name();
  if (!name.empty()) append_tag(out_, "<", name);
  frames_.push_back({false, std::move(name)});
}

void XmlSink::end_object() {
  if (!frames_.back().element.empty()) append_tag(out_, "</", frames_.back().element);
  frames_.pop_back();
}

void XmlSink::begin_list() {
  auto name = take_name();
  frames_.push_back({true, name.empty() ? "item" : std::move(name)});
}

void XmlSink::end_list() { frames_.pop_back(); }

void XmlSink::leaf(std::string_view markup) {
  const auto name = take_name();
  if (!name.empty()) append_tag(out_, "<", name);
  out_ += markup;
  if (!name.empty()) append_tag(out_, "</", name);
}

void XmlSink::text(std::string_view value) {
  std::string markup;
  append_xml_text(markup, value);
  leaf(markup);
}

void XmlSink::integer(std::int64_t value) { leaf(fmt::format("{}", value)); }
void XmlSink::boolean(bool value) { leaf(value ? "true" : "false"); }
void XmlSink::time(Time value) { leaf(wire_time(value)); }
void XmlSink::null() { take_name(); }

void XmlSink::number(double value) {
  if (std::isfinite(value))
    leaf(fmt::format("{}", value));
  else
    null();
}

}  // namespace welkin::net
