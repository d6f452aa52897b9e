// JSON in: a view of a parsed document. Wraps the library so that its headers stay out of ours.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace welkin {

/// One value inside a parsed document; valid as long as the document lives. The default value is null.
class Json {
 public:
  Json() = default;
  explicit Json(const void* node) : node_(node) {}

  bool is_null() const;
  bool is_text() const;
  bool is_number() const;
  bool is_object() const;
  bool is_list() const;
  bool is_bool() const;

  /// These answer a zero value when the node is of another kind; numbers convert among themselves.
  bool boolean() const;
  std::int64_t integer() const;
  double number() const;
  std::string_view text() const;

  std::size_t size() const;           ///< members of an object or list, else 0
  Json at(std::size_t index) const;   ///< null beyond the end
  Json operator[](std::string_view key) const;  ///< null when absent
  void each_member(const std::function<void(std::string_view, Json)>& visit) const;

 private:
  const void* node_ = nullptr;
};

/// Owns a parsed text.
class JsonDocument {
 public:
  /// Throws `invalid` with the place of the fault. Depth is limited to 64.
  explicit JsonDocument(std::string_view text);
  ~JsonDocument();
  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;

  Json root() const;

 private:
  struct Tree;
  std::unique_ptr<Tree> tree_;
};

}  // namespace welkin
