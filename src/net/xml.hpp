// Writes described values as XML in CloudStack's manner.
#pragma once

#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/sink.hpp"

namespace welkin::net {

/// Members become elements named by their wire name, a list one element for each item named by the list's
/// field; an empty list and null leave nothing. The root element is the caller's: `open`, one value, `close`.
/// Names that XML does not allow, as maps may hold, get `_` for each bad character.
class XmlSink final : public Sink {
 public:
  explicit XmlSink(std::string& out) : out_(out) {}

  void open(std::string_view name,
            std::initializer_list<std::pair<std::string_view, std::string_view>> attributes = {});
  void close(std::string_view name);

  void begin_object() override;
  void end_object() override;
  void begin_list() override;
  void end_list() override;
  void key(std::string_view member, std::string_view wire) override;
  void text(std::string_view value) override;
  void integer(std::int64_t value) override;
  void number(double value) override;
  void boolean(bool value) override;
  void time(Time value) override;
  void null() override;

 private:
  struct Frame {
    bool is_list = false;
    std::string element{};  ///< opened for an object, or to be opened for each item of a list; empty for the
                            ///< root's value
  };
  /// The element the next value stands in; empty where it stands directly in the root.
  std::string take_name();
  /// `markup` is escaped already.
  void leaf(std::string_view markup);

  std::string& out_;
  std::string pending_;
  std::vector<Frame> frames_;
};

/// Appends text for an element or attribute: the five special characters escaped, what XML 1.0 forbids left
/// out, bytes that are not UTF-8 as U+FFFD.
void append_xml_text(std::string& out, std::string_view text);

}  // namespace welkin::net
