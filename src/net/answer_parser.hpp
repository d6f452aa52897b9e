// Reads one HTTP/1.x response from the bytes of a connection.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "net/http.hpp"

namespace welkin::net {

struct AnswerHead {
  int status = 0;
  Headers headers;
  std::optional<std::uint64_t> length;  ///< of the body, when announced
};

class AnswerParser final {
 public:
  struct Target {
    std::function<void(const AnswerHead&)> head;  ///< the final response's, not those of 1xx
    std::function<void(std::string_view)> body;   ///< piece after piece; may throw
  };

  /// `head_only`: the request was a HEAD, so no body follows.
  AnswerParser(Target target, bool head_only);
  ~AnswerParser();

  /// Takes bytes and answers how many it used; the rest comes again with the next call. Throws `unreachable`
  /// when they are not a response, and passes on what the target throws.
  std::size_t feed(std::string_view bytes);
  /// The other end has finished sending. Throws `unreachable` when the response is not complete.
  void end();
  bool complete() const { return complete_; }

 private:
  class Reader;
  std::size_t put(std::string_view bytes);

  Target target_;
  bool head_only_;
  bool complete_ = false;
  int interim_ = 0;
  std::unique_ptr<Reader> reader_;
};

}  // namespace welkin::net
