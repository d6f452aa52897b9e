// Requests and responses as plain values, whatever carries them.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace welkin::net {

/// Header fields in the order they came. Names compare without case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  void add(std::string_view name, std::string_view value);
  /// The first field of this name; empty when there is none. Valid until the next `add`.
  std::string_view get(std::string_view name) const;
  std::size_t count(std::string_view name) const;
  bool has(std::string_view name) const { return count(name) != 0; }
  std::size_t size() const { return entries_.size(); }
  /// Name and value of a field.
  std::pair<std::string_view, std::string_view> at(std::size_t index) const;
  bool operator==(const Headers&) const = default;

 private:
  // One text for all fields: a request costs two allocations, not two for each field.
  struct Entry {
    std::uint32_t begin;
    std::uint32_t name;
    std::uint32_t value;
    bool operator==(const Entry&) const = default;
  };
  std::string text_;
  std::vector<Entry> entries_;
};

using TextPairs = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
  std::string method;
  std::string target;  ///< as sent
  Headers headers;     ///< values without surrounding blanks and without control characters
  std::string body;
  std::string peer;     ///< the other end's address without port; IPv4 never in its IPv6 form
  bool secure = false;  ///< came over TLS

  /// The target's path as sent: starts with `/`, or is `*`.
  std::string_view path() const;
  /// What follows the first `?`, as sent.
  std::string_view query() const;
  /// The cookies, at most 100.
  TextPairs cookies() const;
};

struct HttpResponse {
  int status = 200;
  std::string reason{};                                    ///< of the status line; the usual one when empty
  std::string content_type = "text/plain; charset=UTF-8";  ///< none is sent when empty
  Headers headers{};  ///< beside Content-Type, Content-Length, Connection and Date, which the server writes
  std::string body{};
  std::shared_ptr<const std::string> shared_body{};  ///< sent in place of `body` when there is one
};

/// The usual words for a status, such as "Not Found".
std::string_view reason_of(int status);
/// A response of one line.
HttpResponse text_response(int status, std::string_view text);

/// Whether this may be a header's name (RFC 9110 §5.6.2, token).
bool is_token(std::string_view text);

}  // namespace welkin::net
