// JSON in, on Boost.JSON.
#include "base/json.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/error.hpp"

namespace welkin {

namespace json = boost::json;

/// A document is read and thrown away as a whole: its parts come from one run of memory and are not freed one by one.
struct JsonDocument::Tree {
  Tree(std::string_view text, json::error_code& error, const json::parse_options& options)
      : value(json::parse(text, error, &memory, options)) {}

  unsigned char first[2048];  ///< enough for most; more is taken as needed
  json::monotonic_resource memory{first, sizeof first};
  json::value value;
};

namespace {
const json::value* value_of(const void* node) { return static_cast<const json::value*>(node); }
}  // namespace

bool Json::is_null() const { return !node_ || value_of(node_)->is_null(); }
bool Json::is_text() const { return node_ && value_of(node_)->is_string(); }
bool Json::is_number() const { return node_ && value_of(node_)->is_number(); }
bool Json::is_object() const { return node_ && value_of(node_)->is_object(); }
bool Json::is_list() const { return node_ && value_of(node_)->is_array(); }
bool Json::is_bool() const { return node_ && value_of(node_)->is_bool(); }

bool Json::boolean() const { return is_bool() && value_of(node_)->get_bool(); }

std::int64_t Json::integer() const {
  if (!is_number()) return 0;
  const auto& value = *value_of(node_);
  if (value.is_int64()) return value.get_int64();
  if (value.is_uint64()) return std::int64_t(value.get_uint64());
  return std::int64_t(value.get_double());
}

double Json::number() const {
  if (!is_number()) return 0;
  const auto& value = *value_of(node_);
  return value.is_double() ? value.get_double() : double(integer());
}

std::string_view Json::text() const {
  if (!is_text()) return {};
  const auto& text = value_of(node_)->get_string();
  return {text.data(), text.size()};
}

std::size_t Json::size() const {
  if (is_list()) return value_of(node_)->get_array().size();
  return is_object() ? value_of(node_)->get_object().size() : 0;
}

Json Json::at(std::size_t index) const {
  return is_list() && index < size() ? Json(&value_of(node_)->get_array()[index]) : Json();
}

Json Json::operator[](std::string_view key) const {
  return is_object() ? Json(value_of(node_)->get_object().if_contains(key)) : Json();
}

void Json::each_member(const std::function<void(std::string_view, Json)>& visit) const {
  if (!is_object()) return;
  for (const auto& member : value_of(node_)->get_object()) visit(member.key(), Json(&member.value()));
}

JsonDocument::JsonDocument(std::string_view text) {
  json::parse_options options;
  options.max_depth = 64;
  json::error_code error;
  tree_ = std::make_unique<Tree>(text, error, options);
  if (error) throw Error(Fault::invalid, fmt::format("This is not valid JSON: {}.", error.message()));
}
JsonDocument::~JsonDocument() = default;
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
Json JsonDocument::root() const { return Json(&tree_->value); }

}  // namespace welkin
