// Bytes over a non-blocking socket, with or without TLS. It never waits: it says what to wait for.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "net/tls.hpp"

namespace welkin::net {

class Transport final {
 public:
  enum class Outcome {
    done,          ///< it moved bytes, or the handshake is complete
    needs_input,   ///< call again when the socket is readable
    needs_output,  ///< call again when it is writable
    ended,         ///< the other end has finished sending
    failed,        ///< the connection is of no more use
  };
  struct Progress {
    Outcome outcome;
    std::size_t bytes = 0;
  };

  /// Plain bytes. The socket stays the caller's and must outlive this.
  explicit Transport(int fd) : fd_(fd) {}
  /// TLS as a server.
  static Transport accepting(int fd, const TlsContext& context);
  /// TLS as a client of `host`, a name or an address, which the certificate must bear. Throws `internal`.
  static Transport connecting(int fd, const TlsContext& context, const std::string& host);

  bool secure() const { return tls_ != nullptr; }
  Progress handshake();
  Progress read(std::span<char> space);
  /// Sends what it can of one piece after the other.
  Progress write(std::string_view first, std::string_view second);
  /// Says that nothing more will be sent.
  void finish();
  /// Reads and forgets what the other end still sends; `done` means there may be more.
  Progress discard();
  /// Why TLS failed, in words; empty without a reason.
  std::string trouble() const { return trouble_; }

 private:
  Transport(int fd, TlsConnection tls) : fd_(fd), tls_(std::move(tls)) {}
  Progress tls_outcome(int result);
  Progress write_tls(std::string_view first, std::string_view second);

  int fd_;
  TlsConnection tls_;
  std::string trouble_;
};

}  // namespace welkin::net
