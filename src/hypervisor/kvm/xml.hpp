// XML for libvirt: written with everything escaped, read back into a small tree.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace welkin::hypervisor::kvm {

/// Writes one document, element by element. Any text is safe as attribute or content; characters that XML has
/// no place for become U+FFFD.
class XmlWriter {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  XmlWriter& open(std::string_view element, Attributes attributes = {});
  XmlWriter& close();
  /// An element without children; an empty text makes it an empty element.
  XmlWriter& leaf(std::string_view element, Attributes attributes = {}, std::string_view text = {});
  /// The document; every element must have been closed.
  std::string take();

 private:
  void begin(std::string_view element, Attributes attributes);
  void append_escaped(std::string_view text);
  std::string out_;
  std::vector<std::string> open_;
};

/// An element with what is in it. Names keep their prefix.
struct XmlElement {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::string text;
  std::vector<XmlElement> children;

  /// Empty when there is no such attribute.
  std::string attribute(std::string_view name) const;
  /// The first element at a path such as `devices/graphics`; an empty element when there is none.
  const XmlElement& at(std::string_view path) const;
  /// The children of this name.
  std::vector<const XmlElement*> all(std::string_view name) const;
};

/// Reads what libvirt printed. Throws `internal` when it is no XML or larger than 4 MiB.
XmlElement read_xml(const std::string& text);

}  // namespace welkin::hypervisor::kvm
