// The HTTP/1.1 server: a few threads, many connections, handlers that answer at once or later.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "net/http.hpp"
#include "net/tls.hpp"

namespace welkin::net {

/// Where a response is delivered. Implemented by the server; a test of a handler may have its own.
struct ResponseSlot {
  virtual ~ResponseSlot() = default;
  virtual void answer(HttpResponse response) = 0;
};

/// The right to answer one request, once, from any thread. Dropped unused, it answers 500. Called before the
/// handler returns it costs no hop between threads. It may outlive the connection and the server: the answer
/// is then lost.
class Responder final {
 public:
  explicit Responder(std::shared_ptr<ResponseSlot> slot) : slot_(std::move(slot)) {}
  Responder(Responder&&) noexcept = default;
  Responder& operator=(Responder&& other) noexcept;
  ~Responder();

  void operator()(HttpResponse response);

 private:
  std::shared_ptr<ResponseSlot> slot_;
};

/// Called in a thread of the server, which serves other connections too: it must not block.
using HttpHandler = std::function<void(HttpRequest, Responder)>;

struct HttpServerOptions {
  std::string address = "127.0.0.1";  ///< IPv4 or IPv6, in digits
  std::uint16_t port = 0;             ///< 0: the kernel chooses, `port()` tells
  unsigned threads = 1;
  TlsContext tls{};  ///< plain HTTP when null

  std::size_t header_bytes_max = 16 << 10;   ///< 431 beyond it
  std::size_t body_bytes_max = 1 << 20;      ///< 413 beyond it
  std::size_t bodies_bytes_max = 256 << 20;  ///< of all requests still arriving; 503 beyond it
  std::size_t connections_max = 10'000;      ///< 503 beyond it

  // Deadlines are looked at once in `sweep_every`, so they are late by up to that.
  std::chrono::milliseconds idle_max{60'000};     ///< between requests
  std::chrono::milliseconds request_max{30'000};  ///< from a request's first byte to its last; 408 beyond it
  std::chrono::milliseconds answer_max{600'000};  ///< for the handler; 503 beyond it
  std::chrono::milliseconds sweep_every{1'000};
};

class HttpServer final {
 public:
  /// Listens and begins to serve. Throws `invalid` for an address that cannot be listened on.
  HttpServer(HttpServerOptions options, HttpHandler handler);
  /// Stops at once.
  ~HttpServer();

  std::uint16_t port() const;
  /// Connections accepted from now on show another certificate.
  void renew(TlsContext tls);
  /// Takes no more connections, closes idle ones, lets requests under way finish within `grace`, and cuts the
  /// rest. Safe to call twice. Not from a handler.
  void stop(std::chrono::milliseconds grace);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace welkin::net
