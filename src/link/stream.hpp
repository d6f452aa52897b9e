// A TLS connection used with blocking calls: enrolment, and the bytes of images.
#pragma once

#include <vector>

#include "link/frame.hpp"
#include "link/tls.hpp"

namespace welkin::link {

struct ServerAddress {
  std::string host;
  std::string port;
};
/// Reads `host:port`, `[v6]:port` or a bare host. Throws `invalid`.
ServerAddress server_address(std::string_view text, std::string_view default_port = "8250");

/// Owns its socket. One thread uses it at a time.
class Stream {
 public:
  static constexpr auto patience = std::chrono::seconds(30);

  /// Dials the first of the addresses that answers, and does the handshake. Throws `unreachable`;
  /// `unauthorized` when the other end is not a server of the cloud.
  static Stream dial(const std::vector<std::string>& addresses, SSL_CTX& context);
  /// Goes on with a connection that has been made.
  Stream(Tls tls, int socket);
  Stream(Stream&& other) noexcept;
  Stream& operator=(Stream&&) = delete;
  ~Stream();

  /// Throws `unreachable` at the end or when the other end keeps silent too long.
  wire::Frame read();
  void send(const wire::Frame& frame);
  SSL& tls() { return *tls_; }
  int socket() const { return socket_; }

 private:
  Tls tls_;
  int socket_ = -1;
  FrameReader reader_;
};

}  // namespace welkin::link
