// Text that must not be seen: it cannot be logged or serialised by accident, and its memory is wiped.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace welkin {

/// A password, key or token in the clear. Sinks refuse it unless they are trusted.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) = default;
  ~Secret();

  /// The clear text; every use of it is worth a second look.
  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }
  /// Compares in a time that does not depend on where the texts differ.
  bool same_as(std::string_view other) const;
  bool operator==(const Secret& other) const { return same_as(other.text_); }

 private:
  std::string text_;
};

}  // namespace welkin
