// recv and sendmsg, or OpenSSL on a BIO whose writes raise no SIGPIPE.
#include "net/transport.hpp"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace welkin::net {

namespace {
using Outcome = Transport::Outcome;

int fd_of(BIO* bio) { return int(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

int bio_write(BIO* bio, const char* bytes, std::size_t size, std::size_t* written) {
  BIO_clear_retry_flags(bio);
  const auto sent = ::send(fd_of(bio), bytes, size, MSG_NOSIGNAL);
  if (sent < 0 && would_wait()) BIO_set_retry_write(bio);
  *written = sent > 0 ? std::size_t(sent) : 0;
  return sent > 0;
}

int bio_read(BIO* bio, char* bytes, std::size_t size, std::size_t* taken) {
  BIO_clear_retry_flags(bio);
  const auto got = ::recv(fd_of(bio), bytes, size, 0);
  if (got < 0 && would_wait()) BIO_set_retry_read(bio);
  if (got == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  *taken = got > 0 ? std::size_t(got) : 0;
  return got > 0;
}

long bio_control(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP;
}

const BIO_METHOD* socket_method() {
  static const auto* method = [] {
    auto* made =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK | BIO_TYPE_DESCRIPTOR, "quiet socket");
    BIO_meth_set_write_ex(made, bio_write);
    BIO_meth_set_read_ex(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    return made;
  }();
  return method;
}

TlsConnection tls_on(int fd, const TlsContext& context) {
  TlsConnection tls(SSL_new(context.get()));
  auto* bio = BIO_new(socket_method());
  if (!tls || !bio) throw Error(Fault::internal, "A TLS connection cannot be made.", {}, tls_errors());
  BIO_set_data(bio, reinterpret_cast<void*>(std::intptr_t(fd)));
  BIO_set_init(bio, 1);
  SSL_set_bio(tls.get(), bio, bio);
  return tls;
}

bool is_address(const std::string& host) {
  unsigned char space[16];
  return ::inet_pton(AF_INET, host.c_str(), space) == 1 || ::inet_pton(AF_INET6, host.c_str(), space) == 1;
}

Transport::Progress moved(ssize_t result, Outcome wait) {
  if (result >= 0) return {Outcome::done, std::size_t(result)};
  return {would_wait() ? wait : Outcome::failed};
}
}  // namespace

Transport Transport::accepting(int fd, const TlsContext& context) {
  auto tls = tls_on(fd, context);
  SSL_set_accept_state(tls.get());
  return Transport(fd, std::move(tls));
}

Transport Transport::connecting(int fd, const TlsContext& context, const std::string& host) {
  auto tls = tls_on(fd, context);
  const bool named = is_address(host)
                         ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls.get()), host.c_str()) == 1
                         : SSL_set1_host(tls.get(), host.c_str()) == 1 &&
                               SSL_set_tlsext_host_name(tls.get(), host.c_str()) == 1;
  if (!named) throw Error(Fault::internal, "A TLS connection cannot be made.", {}, tls_errors());
  SSL_set_connect_state(tls.get());
  return Transport(fd, std::move(tls));
}

Transport::Progress Transport::tls_outcome(int result) {
  switch (SSL_get_error(tls_.get(), result)) {
    case SSL_ERROR_WANT_READ:
      return {Outcome::needs_input};
    case SSL_ERROR_WANT_WRITE:
      return {Outcome::needs_output};
    case SSL_ERROR_ZERO_RETURN:
      return {Outcome::ended};
    default:
      trouble_ = tls_errors();
      if (const auto code = SSL_get_verify_result(tls_.get()); code != X509_V_OK)
        trouble_ += std::string(" (") + X509_verify_cert_error_string(code) + ")";
      return {Outcome::failed};
  }
}

Transport::Progress Transport::handshake() {
  if (!tls_) return {Outcome::done};
  ERR_clear_error();
  const int result = SSL_do_handshake(tls_.get());
  return result == 1 ? Progress{Outcome::done} : tls_outcome(result);
}

Transport::Progress Transport::read(std::span<char> space) {
  if (tls_) {
    ERR_clear_error();
    std::size_t got = 0;
    const int result = SSL_read_ex(tls_.get(), space.data(), space.size(), &got);
    return result == 1 ? Progress{Outcome::done, got} : tls_outcome(result);
  }
  const auto got = ::recv(fd_, space.data(), space.size(), 0);
  return got == 0 ? Progress{Outcome::ended} : moved(got, Outcome::needs_input);
}

Transport::Progress Transport::write(std::string_view first, std::string_view second) {
  if (tls_) return write_tls(first, second);
  iovec pieces[] = {{const_cast<char*>(first.data()), first.size()},
                    {const_cast<char*>(second.data()), second.size()}};
  msghdr message{};
  message.msg_iov = first.empty() ? pieces + 1 : pieces;
  message.msg_iovlen = first.empty() || second.empty() ? 1 : 2;
  return moved(::sendmsg(fd_, &message, MSG_NOSIGNAL), Outcome::needs_output);
}

Transport::Progress Transport::write_tls(std::string_view first, std::string_view second) {
  ERR_clear_error();
  const auto piece = first.empty() ? second : first;
  std::size_t sent = 0;
  const int result = SSL_write_ex(tls_.get(), piece.data(), piece.size(), &sent);
  return result == 1 ? Progress{Outcome::done, sent} : tls_outcome(result);
}

void Transport::finish() {
  if (tls_ && SSL_is_init_finished(tls_.get())) {
    ERR_clear_error();
    SSL_shutdown(tls_.get());
    ERR_clear_error();
  }
  ::shutdown(fd_, SHUT_WR);
}

Transport::Progress Transport::discard() {
  char space[4096];
  const auto got = ::recv(fd_, space, sizeof space, 0);
  return got == 0 ? Progress{Outcome::ended} : moved(got, Outcome::needs_input);
}

}  // namespace welkin::net
