// A bare client for tests of the server: it says exactly the bytes it is told, and hears what comes.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <chrono>
#include <string>
#include <thread>

#include "net/server.hpp"
#include "net/socket.hpp"

namespace welkin::net {

class Talk {
 public:
  explicit Talk(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket_.fd(), reinterpret_cast<sockaddr*>(&where), sizeof where), 0);
  }

  Talk& say(std::string_view text) {
    while (!text.empty()) {
      const auto sent = ::send(socket_.fd(), text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;  // the server may have had enough
      text.remove_prefix(std::size_t(sent));
    }
    return *this;
  }

  /// One response; empty when the connection ends without one. `head_only`: after a HEAD.
  std::string hear(bool head_only = false) {
    std::size_t end = 0;
    while ((end = heard_.find("\r\n\r\n")) == std::string::npos)
      if (!more()) return std::exchange(heard_, {});
    std::size_t size = end + 4;
    const auto length = heard_.find("Content-Length: ");
    if (!head_only && length < end) size += std::stoul(heard_.substr(length + 16));
    while (heard_.size() < size)
      if (!more()) break;
    auto out = heard_.substr(0, size);
    heard_.erase(0, out.size());
    return out;
  }

  /// True when the server closes within ten seconds; what it says until then is forgotten.
  bool hears_the_end() {
    while (more()) {
    }
    return ended_;
  }

  int status(bool head_only = false) {
    const auto text = hear(head_only);
    return text.size() > 12 ? std::stoi(text.substr(9, 3)) : 0;
  }

 private:
  bool more() {
    pollfd one{socket_.fd(), POLLIN, 0};
    char space[8192];
    if (::poll(&one, 1, 10'000) != 1) return false;
    const auto got = ::recv(socket_.fd(), space, sizeof space, 0);
    ended_ = got <= 0;
    if (got > 0) heard_.append(space, std::size_t(got));
    return got > 0;
  }

  Socket socket_;
  std::string heard_;
  bool ended_ = false;
};

/// Answers with the method, the target and the body.
inline void echo(HttpRequest request, Responder respond) {
  respond(text_response(200, request.method + " " + request.target + " " + request.body));
}

/// Waits until it holds, ten seconds at most.
template <class Condition>
bool eventually(Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!holds()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

inline const std::string get_root = "GET / HTTP/1.1\r\nHost: here\r\n\r\n";

}  // namespace welkin::net
