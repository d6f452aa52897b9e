// Handshake, reading and writing by readiness of the socket.
#include "link/wire.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>

#include "base/log.hpp"

namespace welkin::link {

namespace {
constexpr asio::use_awaitable_t<Executor> awaiting;

Error ended(const std::string& other_end, std::string why) {
  return Error(Fault::unreachable, fmt::format("The connection with {} has ended.", other_end), other_end,
               std::move(why));
}

std::string name_of(const Socket& socket) {
  boost::system::error_code code;
  const auto end = socket.remote_endpoint(code);
  return code ? "somebody" : fmt::format("{} port {}", end.address().to_string(), end.port());
}
}  // namespace

Wire::Wire(Socket socket, SSL_CTX& context, bool as_server)
    : socket_(std::move(socket)), other_end_(name_of(socket_)) {
  socket_.non_blocking(true);
  boost::system::error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  tls_ = tls_on(context, socket_.native_handle(), as_server);
}

/// True when the same call is worth another try.
Await<bool> Wire::wait_after(int result) {
  const int reason = SSL_get_error(tls_.get(), result);
  if (closed_ || (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE)) co_return false;
  const auto readiness = reason == SSL_ERROR_WANT_READ ? Socket::wait_read : Socket::wait_write;
  boost::system::error_code code;
  co_await socket_.async_wait(readiness, asio::redirect_error(awaiting, code));
  co_return !code && !closed_;
}

Await<> Wire::handshake() {
  const auto self = shared_from_this();
  while (true) {
    ERR_clear_error();
    const int result = SSL_do_handshake(tls_.get());
    if (result == 1) break;
    const bool again = co_await wait_after(result);
    if (!again) throw ended(other_end_, "handshake: " + tls_failure(*tls_));
  }
  heard();
}

/// WHY a function of its own: inside the coroutine the buffer would live as long as the connection.
int Wire::read_some() {
  char piece[16384];
  ERR_clear_error();
  const int result = SSL_read(tls_.get(), piece, sizeof piece);
  if (result > 0) reader_.feed(std::string_view(piece, std::size_t(result)));
  return result;
}

Await<wire::Frame> Wire::read() {
  const auto self = shared_from_this();
  while (true) {
    if (closed_) throw ended(other_end_, "closed here");
    if (auto frame = reader_.next()) {
      heard();
      co_return std::move(*frame);
    }
    const int result = read_some();
    if (result > 0) continue;
    const bool again = co_await wait_after(result);
    if (!again) throw ended(other_end_, tls_failure(*tls_));
  }
}

void Wire::send(std::string frame) {
  if (closed_) return;
  if (waiting_bytes_ + frame.size() > waiting_bytes_max) {
    log::warning("{} does not read: {} bytes wait for it; the connection is closed", other_end_,
                 waiting_bytes_);
    return close();
  }
  waiting_bytes_ += frame.size();
  waiting_.push_back(std::move(frame));
  if (std::exchange(writing_, true)) return;
  asio::co_spawn(socket_.get_executor(), write_all(), asio::detached);
}

Await<> Wire::write_all() {
  const auto self = shared_from_this();
  while (!waiting_.empty() && !closed_) {
    std::size_t done = 0;
    while (!closed_ && done < waiting_.front().size()) {
      const auto& frame = waiting_.front();
      ERR_clear_error();
      const int result = SSL_write(tls_.get(), frame.data() + done, int(frame.size() - done));
      if (result > 0) {
        done += std::size_t(result);
        continue;
      }
      const bool again = co_await wait_after(result);
      if (!again) close();
    }
    if (closed_) break;
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
  }
  writing_ = false;
}

Await<> Wire::drained() {
  const auto self = shared_from_this();
  while (writing_ && !closed_) {
    boost::system::error_code code;
    co_await socket_.async_wait(Socket::wait_write, asio::redirect_error(awaiting, code));
    if (code) co_return;
  }
}

void Wire::close() {
  if (std::exchange(closed_, true)) return;
  waiting_.clear();
  waiting_bytes_ = 0;
  boost::system::error_code ignored;
  // WHY not closed yet: the descriptor's number must not be reused while TLS still knows it.
  socket_.cancel(ignored);
  socket_.shutdown(Socket::shutdown_both, ignored);
}

std::pair<Tls, int> Wire::release() {
  closed_ = true;
  boost::system::error_code code;
  const int socket = socket_.release(code);
  if (code) throw ended(other_end_, code.message());
  ::fcntl(socket, F_SETFL, ::fcntl(socket, F_GETFL) & ~O_NONBLOCK);
  return {std::move(tls_), socket};
}

}  // namespace welkin::link
