// One TLS connection that carries frames, for both ends. Everything here happens in the thread of its
// io_context.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <deque>

#include "link/frame.hpp"
#include "link/tls.hpp"

namespace welkin::link {

namespace asio = boost::asio;
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<asio::ip::tcp, Executor>;
template <class T = void>
using Await = asio::awaitable<T, Executor>;

/// WHY SSL on the socket itself and not asio's stream: the latter keeps four buffers of 17 KB per connection.
class Wire final : public std::enable_shared_from_this<Wire> {
 public:
  /// Bytes that may wait to be sent; more means that the other end does not read, and ends the connection.
  static constexpr std::size_t waiting_bytes_max = 64u << 20;

  Wire(Socket socket, SSL_CTX& context, bool as_server);

  Await<> handshake();
  /// The next frame; throws `unreachable` at the end, `invalid` when it is no frame.
  Await<wire::Frame> read();
  /// Sends whole frames in order; after `close` nothing.
  void send(std::string frame);
  void send(const wire::Frame& frame) { send(encode(frame)); }
  /// Waits until all that was sent is on its way.
  Await<> drained();
  /// Ends the connection: `read` throws. May be called again.
  void close();
  bool closed() const { return closed_; }

  SSL& tls() { return *tls_; }
  void allow(std::size_t bytes_max) { reader_.allow(bytes_max); }
  std::string other_end() const { return other_end_; }
  std::chrono::steady_clock::time_point last_heard() const { return last_heard_; }
  void heard() { last_heard_ = std::chrono::steady_clock::now(); }
  /// Gives the connection away to be used with blocking calls. Nothing may wait for it.
  std::pair<Tls, int> release();

 private:
  int read_some();
  Await<> write_all();
  Await<bool> wait_after(int result);

  Socket socket_;
  Tls tls_;
  FrameReader reader_{greeting_bytes_max};
  std::deque<std::string> waiting_;
  std::size_t waiting_bytes_ = 0;
  bool writing_ = false;
  bool closed_ = false;
  std::string other_end_;
  std::chrono::steady_clock::time_point last_heard_ = std::chrono::steady_clock::now();
};

}  // namespace welkin::link
