// A client's connection: blocking reads and writes with a deadline.
#pragma once

#include <chrono>
#include <optional>
#include <span>

#include "net/address.hpp"
#include "net/socket.hpp"
#include "net/transport.hpp"
#include "net/web_address.hpp"

namespace welkin::net {

class Dialled final {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  /// Connects to the first of `addresses` that answers, and to no other. Throws `unreachable` or `timeout`.
  Dialled(const WebAddress& url, const std::vector<IpAddress>& addresses, const TlsContext& tls,
          Instant deadline);

  /// Both throw `unreachable` or `timeout`.
  void write(std::string_view bytes, Instant deadline);
  /// Nothing when the other end has finished.
  std::string_view read(std::span<char> space, Instant deadline);

 private:
  bool connect(const IpAddress& address, std::uint16_t port, Instant deadline);
  void wait(Transport::Outcome outcome, Instant deadline);

  std::string name_;  // for messages
  std::string reason_;
  Socket socket_;
  std::optional<Transport> transport_;
};

}  // namespace welkin::net
