// Reads one HTTP/1.x request after another from the bytes of a connection, strictly and within limits.
#pragma once

#include <memory>

#include "net/http.hpp"

namespace welkin::net {

/// Takes what RFC 9112 allows and refuses what proxies and servers are known to read differently: a length
/// beside chunks, two lengths, folded lines, blanks before a colon, bare line feeds, more than one Host.
class RequestParser final {
 public:
  struct Limits {
    std::size_t header_bytes_max = 16 << 10;  ///< of request line and header fields together
    std::size_t body_bytes_max = 1 << 20;
  };
  enum class State { empty, head, body, complete, failed };

  explicit RequestParser(const Limits& limits);
  ~RequestParser();

  /// Takes bytes and answers how many it used; the rest comes again with the next call, before newer bytes.
  /// Uses nothing once the state is `complete` or `failed`.
  std::size_t feed(std::string_view bytes);
  State state() const { return state_; }
  /// The status to refuse with, when failed.
  int refusal() const { return refusal_; }
  /// True when the client waits for "100 Continue" before it sends the body.
  bool wants_continue() const;
  /// Whether the connection may serve another request after this one. Only when complete.
  bool keeps_alive() const;
  bool is_http_1_0() const;
  /// Length of the body so far.
  std::size_t body_bytes() const;
  /// The complete request; the parser begins anew.
  HttpRequest take();

 private:
  class Reader;
  void settle(std::size_t left_over, int refusal);

  Limits limits_;
  std::unique_ptr<Reader> reader_;
  State state_ = State::empty;
  int refusal_ = 0;
};

}  // namespace welkin::net
