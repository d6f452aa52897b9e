// Writing by hand, since libvirt's dialect is small; reading by Boost's property tree.
#include "hypervisor/kvm/xml.hpp"

#include <boost/property_tree/xml_parser.hpp>
#include <sstream>

#include "base/error.hpp"

namespace welkin::hypervisor::kvm {

void XmlWriter::append_escaped(std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out_ += "&amp;";
        break;
      case '<':
        out_ += "&lt;";
        break;
      case '>':
        out_ += "&gt;";
        break;
      case '"':
        out_ += "&quot;";
        break;
      case '\'':
        out_ += "&apos;";
        break;
      case '\t':
        out_ += "&#9;";
        break;
      case '\n':
        out_ += "&#10;";
        break;
      case '\r':
        out_ += "&#13;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20)
          out_ += "\xEF\xBF\xBD";
        else
          out_ += c;
    }
  }
}

void XmlWriter::begin(std::string_view element, Attributes attributes) {
  out_.append("<").append(element);
  for (const auto& [name, value] : attributes) {
    out_.append(" ").append(name).append("='");
    append_escaped(value);
    out_ += '\'';
  }
}

XmlWriter& XmlWriter::open(std::string_view element, Attributes attributes) {
  begin(element, attributes);
  out_ += '>';
  open_.emplace_back(element);
  return *this;
}

XmlWriter& XmlWriter::close() {
  must(!open_.empty(), "an element is open");
  out_.append("</").append(open_.back()).append(">\n");
  open_.pop_back();
  return *this;
}

XmlWriter& XmlWriter::leaf(std::string_view element, Attributes attributes, std::string_view text) {
  begin(element, attributes);
  if (text.empty()) {
    out_ += "/>\n";
    return *this;
  }
  out_ += '>';
  append_escaped(text);
  out_.append("</").append(element).append(">\n");
  return *this;
}

std::string XmlWriter::take() {
  must(open_.empty(), "every element is closed");
  return std::move(out_);
}

namespace {

using Tree = boost::property_tree::ptree;

XmlElement element_of(const std::string& name, const Tree& tree) {
  XmlElement element{name, {}, tree.data(), {}};
  for (const auto& [key, child] : tree) {
    if (key == "<xmlattr>")
      for (const auto& [attribute, value] : child) element.attributes.emplace_back(attribute, value.data());
    else if (key != "<xmlcomment>")
      element.children.push_back(element_of(key, child));
  }
  return element;
}

}  // namespace

XmlElement read_xml(const std::string& text) {
  if (text.size() > 4 << 20) throw Error(Fault::internal, "libvirt printed more XML than can be read.");
  Tree tree;
  try {
    std::istringstream in(text);
    boost::property_tree::read_xml(in, tree, boost::property_tree::xml_parser::trim_whitespace);
  } catch (const boost::property_tree::xml_parser_error& error) {
    throw Error(Fault::internal, "libvirt printed XML that cannot be read.", {}, error.what());
  }
  for (const auto& [key, child] : tree)
    if (key != "<xmlcomment>") return element_of(key, child);
  throw Error(Fault::internal, "libvirt printed no XML.");
}

std::string XmlElement::attribute(std::string_view wanted) const {
  for (const auto& [key, value] : attributes)
    if (key == wanted) return value;
  return {};
}

const XmlElement& XmlElement::at(std::string_view path) const {
  static const XmlElement none;
  const auto end = path.find('/');
  for (const auto& child : children) {
    if (child.name != path.substr(0, end)) continue;
    if (end == std::string_view::npos) return child;
    if (const auto& found = child.at(path.substr(end + 1)); !found.name.empty()) return found;
  }
  return none;
}

std::vector<const XmlElement*> XmlElement::all(std::string_view wanted) const {
  std::vector<const XmlElement*> found;
  for (const auto& child : children)
    if (child.name == wanted) found.push_back(&child);
  return found;
}

}  // namespace welkin::hypervisor::kvm
