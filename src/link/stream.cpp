// Dialling, and frames by blocking reads and writes with a deadline in the kernel.
#include "link/stream.hpp"

#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace welkin::link {

namespace {

struct Addresses {
  addrinfo* first = nullptr;
  ~Addresses() {
    if (first) ::freeaddrinfo(first);
  }
};

void be_patient(int socket, std::chrono::seconds span) {
  const timeval wait{span.count(), 0};
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
  ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);  // also bounds connect(2)
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

/// A connected socket, or -1 with the reason.
int connect_to(const std::string& text, std::string& reason) {
  const auto address = server_address(text);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  Addresses found;
  if (const int code = ::getaddrinfo(address.host.c_str(), address.port.c_str(), &hints, &found.first);
      code != 0) {
    reason = fmt::format("{}: {}", text, ::gai_strerror(code));
    return -1;
  }
  for (auto* at = found.first; at; at = at->ai_next) {
    const int socket = ::socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol);
    if (socket < 0) continue;
    be_patient(socket, std::chrono::seconds(10));
    if (::connect(socket, at->ai_addr, at->ai_addrlen) == 0) return socket;
    reason = fmt::format("{}: {}", text, std::strerror(errno));
    ::close(socket);
  }
  return -1;
}

Error ended(std::string why) {
  return Error(Fault::unreachable, "The connection with the server has ended.", {}, std::move(why));
}

}  // namespace

ServerAddress server_address(std::string_view text, std::string_view default_port) {
  ServerAddress out{std::string(text), std::string(default_port)};
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos)
      throw Error(Fault::invalid, fmt::format("The address '{}' lacks a ].", text));
    out.host = text.substr(1, end - 1);
    if (text.substr(end + 1).starts_with(':')) out.port = text.substr(end + 2);
  } else if (const auto colon = text.find(':'); colon != std::string_view::npos && text.rfind(':') == colon) {
    out = {std::string(text.substr(0, colon)), std::string(text.substr(colon + 1))};
  }
  const bool numeric = !out.port.empty() && out.port.size() <= 5 &&
                       out.port.find_first_not_of("0123456789") == std::string::npos &&
                       std::stoi(out.port) < 65536;
  if (out.host.empty() || !numeric)
    throw Error(Fault::invalid, fmt::format("The server's address '{}' is not of the form host:port.", text));
  return out;
}

Stream Stream::dial(const std::vector<std::string>& addresses, SSL_CTX& context) {
  std::string reason = "no address is known";
  for (const auto& address : addresses) {
    const int socket = connect_to(address, reason);
    if (socket < 0) continue;
    Stream stream(tls_on(context, socket, false), socket);
    ERR_clear_error();
    if (SSL_do_handshake(stream.tls_.get()) == 1) {
      must_be_a_server(*stream.tls_);
      return stream;
    }
    reason = fmt::format("{}: handshake: {}", address, tls_failure(*stream.tls_));
  }
  throw Error(Fault::unreachable, fmt::format("No server can be reached: {}.", reason), {}, reason);
}

Stream::Stream(Tls tls, int socket) : tls_(std::move(tls)), socket_(socket) { be_patient(socket_, patience); }

Stream::Stream(Stream&& other) noexcept
    : tls_(std::move(other.tls_)),
      socket_(std::exchange(other.socket_, -1)),
      reader_(std::move(other.reader_)) {}

Stream::~Stream() {
  tls_.reset();
  if (socket_ >= 0) ::close(socket_);
}

wire::Frame Stream::read() {
  while (true) {
    if (auto frame = reader_.next()) return std::move(*frame);
    char piece[16384];
    ERR_clear_error();
    const int result = SSL_read(tls_.get(), piece, sizeof piece);
    if (result <= 0) throw ended(tls_failure(*tls_));
    reader_.feed(std::string_view(piece, std::size_t(result)));
  }
}

void Stream::send(const wire::Frame& frame) {
  const auto bytes = encode(frame);
  std::size_t done = 0;
  while (done < bytes.size()) {
    ERR_clear_error();
    const int result = SSL_write(tls_.get(), bytes.data() + done, int(bytes.size() - done));
    if (result <= 0) throw ended(tls_failure(*tls_));
    done += std::size_t(result);
  }
}

}  // namespace welkin::link
