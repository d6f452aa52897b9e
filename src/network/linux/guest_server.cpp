// The guests' small HTTP server.
#include "network/linux/guest_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sodium.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/log.hpp"
#include "net/base64.hpp"

namespace welkin::network {

namespace {
constexpr std::size_t head_bytes_max = 8192;

int listen_on(const std::string& address, std::uint16_t port) {
  const int out = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  ::setsockopt(out, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  ::inet_pton(AF_INET, address.c_str(), &at.sin_addr);
  if (out < 0 || ::bind(out, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0 || ::listen(out, 64) != 0) {
    if (out >= 0) ::close(out);
    throw Error(Fault::internal, fmt::format("The metadata server cannot listen on {}:{}.", address, port), {}, std::to_string(errno));
  }
  return out;
}

std::string header_of(std::string_view head, std::string_view name) {
  std::size_t at = 0;
  while ((at = head.find("\r\n", at)) != std::string_view::npos) {
    at += 2;
    const auto line = head.substr(at, head.find("\r\n", at) - at);
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !same_text_ignoring_case(line.substr(0, colon), name)) continue;
    auto value = line.substr(colon + 1);
    while (value.starts_with(' ')) value.remove_prefix(1);
    return std::string(value);
  }
  return {};
}
}  // namespace

GuestServer::GuestServer(std::string directory) : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
  must(::pipe2(wake_, O_CLOEXEC | O_NONBLOCK) == 0, "a pipe can be made");
  thread_ = std::thread([this] { run(); });
}

GuestServer::~GuestServer() {
  [[maybe_unused]] const auto written = ::write(wake_[1], "x", 1);
  thread_.join();
  for (auto& [name, router] : routers_)
    for (auto* list : {&router.metadata_sockets, &router.password_sockets})
      for (const int socket : *list) ::close(socket);
  ::close(wake_[0]);
  ::close(wake_[1]);
}

void GuestServer::serve(const std::string& name, const std::string& gateway, std::vector<GuestData> guests) {
  const std::lock_guard lock(mutex_);
  auto& router = routers_[name];
  if (router.metadata_sockets.empty()) {
    for (const auto& address : {gateway, std::string("169.254.169.254")}) {
      router.metadata_sockets.push_back(listen_on(address, 80));
      router.password_sockets.push_back(listen_on(address, 8080));
    }
  }
  router.guests.clear();
  for (auto& guest : guests) router.guests.emplace(guest.address, std::move(guest));
  [[maybe_unused]] const auto written = ::write(wake_[1], "n", 1);
}

void GuestServer::forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto at = routers_.find(name);
  if (at == routers_.end()) return;
  for (auto* list : {&at->second.metadata_sockets, &at->second.password_sockets})
    for (const int socket : *list) ::close(socket);
  routers_.erase(at);
  [[maybe_unused]] const auto written = ::write(wake_[1], "n", 1);
}

bool GuestServer::serves(const std::string& name) {
  const std::lock_guard lock(mutex_);
  return routers_.contains(name);
}

void GuestServer::run() {
  while (true) {
    std::vector<pollfd> watched = {{wake_[0], POLLIN, 0}};
    std::vector<std::pair<std::string, bool>> names = {{}};
    {
      const std::lock_guard lock(mutex_);
      for (const auto& [name, router] : routers_) {
        for (const int socket : router.metadata_sockets) watched.push_back({socket, POLLIN, 0}), names.emplace_back(name, false);
        for (const int socket : router.password_sockets) watched.push_back({socket, POLLIN, 0}), names.emplace_back(name, true);
      }
    }
    if (::poll(watched.data(), watched.size(), -1) < 0) continue;
    char word = 0;
    while (::read(wake_[0], &word, 1) == 1)
      if (word == 'x') return;
    for (std::size_t i = 1; i < watched.size(); ++i) {
      if (!(watched[i].revents & POLLIN)) continue;
      sockaddr_in from{};
      socklen_t length = sizeof from;
      const int connection = ::accept4(watched[i].fd, reinterpret_cast<sockaddr*>(&from), &length, SOCK_CLOEXEC);
      if (connection < 0) continue;
      char peer[INET_ADDRSTRLEN];
      ::inet_ntop(AF_INET, &from.sin_addr, peer, sizeof peer);
      workers_.post([this, connection, name = names[i].first, from_guest = std::string(peer), port = names[i].second] { converse(connection, name, from_guest, port); });
    }
  }
}

void GuestServer::converse(int connection, std::string router, std::string peer, bool password_port) {
  const timeval patience{2, 0};
  ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  std::string head;
  char buffer[2048];
  while (head.size() < head_bytes_max && head.find("\r\n\r\n") == std::string::npos && head.find("\n\n") == std::string::npos) {
    const auto got = ::recv(connection, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    head.append(buffer, std::size_t(got));
  }
  const auto first = head.find(' ');
  const auto second = first == std::string::npos ? first : head.find_first_of(" \r\n", first + 1);
  GuestAnswer reply{400, "bad request"};
  if (head.starts_with("GET ") && second != std::string::npos)
    reply = answer(router, peer, head.substr(first + 1, second - first - 1), header_of(head, "DomU_Request"), password_port);
  const auto text = fmt::format("HTTP/1.0 {} {}\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", reply.status, reply.status == 200 ? "OK" : "Not Found", reply.body.size(), reply.body);
  for (std::size_t sent = 0; sent < text.size();) {
    const auto some = ::send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (some <= 0) break;
    sent += std::size_t(some);
  }
  ::close(connection);
}

GuestAnswer GuestServer::answer(const std::string& router, const std::string& peer, const std::string& path, const std::string& wish, bool password_port) {
  GuestData guest;
  {
    const std::lock_guard lock(mutex_);
    const auto at = routers_.find(router);
    if (at == routers_.end()) return {404, ""};
    const auto found = at->second.guests.find(peer);
    if (found == at->second.guests.end()) return {404, ""};
    guest = found->second;
  }
  if (password_port) return password(guest, wish);
  std::string_view rest = path;
  if (!rest.starts_with("/latest/")) return {404, ""};
  rest.remove_prefix(8);
  if (rest == "user-data") return {200, net::from_base64(guest.user_data).value_or(guest.user_data)};
  if (rest.starts_with("meta-data")) rest.remove_prefix(9);
  if (rest.starts_with("/")) rest.remove_prefix(1);
  if (rest.empty()) {
    std::string keys;
    for (const auto& [key, value] : guest.metadata) keys += key + "\n";
    return {200, keys};
  }
  const auto value = guest.metadata.find(std::string(rest));
  if (value == guest.metadata.end()) return {404, ""};
  auto text = value->second;
  while (text.ends_with('\n')) text.pop_back();
  return {200, text};
}

std::string GuestServer::handed_out_file(const GuestData& guest) const {
  unsigned char hash[16];
  const auto text = guest.address + "\n" + guest.password.reveal();
  crypto_generichash(hash, sizeof hash, reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr, 0);
  std::string name;
  for (const auto byte : hash) name += fmt::format("{:02x}", byte);
  return directory_ + "/" + name;
}

GuestAnswer GuestServer::password(const GuestData& guest, const std::string& wish) {
  const auto file = handed_out_file(guest);
  const bool known = !guest.password.empty() && !std::filesystem::exists(file);
  if (wish == "send_my_password") return {200, known ? guest.password.reveal() : "saved_password"};
  if (wish == "saved_password") {
    if (known) std::ofstream(file) << "handed out\n";
    return {200, "saved_password"};
  }
  return {200, "bad_request"};
}

}  // namespace welkin::network
