// Namespaces with a veth, and sockets that are opened in them.
#include "network/router/machine_test.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <array>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/error.hpp"
#include "network/bridge/addresses.hpp"
#include "network/bridge/namespaces.hpp"
#include "network/bridge/state.hpp"

namespace welkin::network {
namespace {

using namespace std::chrono_literals;

sockaddr_in place(const std::string& address, int port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(std::uint16_t(port));
  ::inet_pton(AF_INET, address.c_str(), &out.sin_addr);
  return out;
}

const sockaddr* raw(const sockaddr_in& address) { return reinterpret_cast<const sockaddr*>(&address); }

bool ready(const Descriptor& socket, short events, std::chrono::milliseconds patience) {
  pollfd wait{socket.fd(), events, 0};
  return ::poll(&wait, 1, int(patience.count())) == 1;
}

std::string read_all(const Descriptor& socket, std::chrono::milliseconds patience) {
  std::string out;
  std::array<char, 4096> piece;
  while (ready(socket, POLLIN, patience)) {
    const auto got = ::recv(socket.fd(), piece.data(), piece.size(), 0);
    if (got <= 0) break;
    out.append(piece.data(), std::size_t(got));
  }
  return out;
}

std::string converse(const Talk& talk) {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!talk.source.empty()) {
    const int on = 1;
    ::setsockopt(socket.fd(), IPPROTO_IP, IP_FREEBIND, &on, sizeof on);
    const auto from = place(talk.source, 0);
    ::bind(socket.fd(), raw(from), sizeof from);
  }
  const auto to = place(talk.address, talk.port);
  ::connect(socket.fd(), raw(to), sizeof to);
  int error = 0;
  socklen_t length = sizeof error;
  if (!ready(socket, POLLOUT, talk.patience)) return {};
  ::getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) return {};
  ::send(socket.fd(), talk.say.data(), talk.say.size(), MSG_NOSIGNAL);
  return read_all(socket, talk.patience);
}

/// A query for A records (RFC 1035 §4).
std::string dns_query(const std::string& name) {
  std::string out("\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00", 12);
  std::istringstream labels(name);
  for (std::string label; std::getline(labels, label, '.');) out += char(label.size()) + label;
  return out + std::string("\x00\x00\x01\x00\x01", 5);
}

std::string addresses_in(const std::string& answer, std::size_t question_bytes) {
  if (answer.size() < question_bytes) return {};
  const int count = static_cast<unsigned char>(answer[7]);
  std::string out;
  auto rest = answer.substr(question_bytes);
  for (int i = 0; i < count && rest.size() >= 16; ++i) {  // names of answers are pointers: two bytes
    char text[INET_ADDRSTRLEN];
    out += (out.empty() ? "" : " ") + std::string(::inet_ntop(AF_INET, rest.data() + 12, text, sizeof text));
    rest.erase(0, 16);
  }
  return out;
}

int run(const std::vector<std::string>& arguments) {
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, argv[0], &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  int status = 0;
  if (failed != 0 || ::waitpid(child, &status, 0) != child) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

bool comes_true(const std::function<bool()>& check) {
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (!check()) {
    if (std::chrono::steady_clock::now() > end) return false;
    ::poll(nullptr, 0, 20);
  }
  return true;
}

Machine::Machine(std::string name, std::string tap, const std::string& bridge, const std::string& mac)
    : name_(std::move(name)), tap_(std::move(tap)) {
  make_namespace(name_);
  const auto space = open_namespace(name_);
  Netlink netlink;
  add_veth(netlink, {tap_, {}, {}, 1450}, {"eth0", {}, mac, 1450}, space.fd());
  const auto link = need_link(netlink, tap_);
  change_link(netlink, link, {.master = need_link(netlink, bridge).index, .up = true});
  inside([] {
    Netlink own;
    change_link(own, need_link(own, "lo"), {.up = true});
    change_link(own, need_link(own, "eth0"), {.up = true});
  });
}

Descriptor Machine::raw_socket() const {
  Descriptor socket;
  inside([&] {
    socket = Descriptor(::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL)));
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = htons(ETH_P_ALL);
    at.sll_ifindex = int(::if_nametoindex("eth0"));
    must(::bind(socket.fd(), reinterpret_cast<sockaddr*>(&at), sizeof at) == 0, "a test can see frames");
  });
  return socket;
}

bool frame_arrives(const Machine& from, const Machine& at, const std::string& frame) {
  const auto receiver = at.raw_socket(), sender = from.raw_socket();
  must(::send(sender.fd(), frame.data(), frame.size(), 0) == ssize_t(frame.size()), "a test can send frames");
  const auto end = std::chrono::steady_clock::now() + 300ms;
  while (std::chrono::steady_clock::now() < end) {
    std::array<char, 2048> seen;
    if (!ready(receiver, POLLIN, 50ms)) continue;
    const auto got = ::recv(receiver.fd(), seen.data(), seen.size(), 0);
    if (got > 0 && std::string_view(seen.data(), std::size_t(got)).starts_with(frame)) return true;
  }
  return false;
}

Machine::~Machine() {
  Netlink netlink;
  remove_link(netlink, tap_);
  remove_namespace(name_);
}

void Machine::inside(const std::function<void()>& work) const { in_namespace(open_namespace(name_), work); }

void Machine::use(const std::string& address, const std::string& gateway) const {
  inside([&] {
    Netlink netlink;
    const auto link = need_link(netlink, "eth0");
    add_address(netlink, link, address);
    if (!gateway.empty()) set_default_route(netlink, link, gateway);
  });
}

std::map<std::string, std::string> Machine::lease() const {
  const auto file = "/run/lease-" + name_, script = file + ".script";
  std::ofstream(script) << "#!/bin/busybox sh\n[ \"$1\" = bound ] && /bin/busybox env > " << file
                        << "\nexit 0\n";
  ::chmod(script.c_str(), 0755);
  remove_state(file);
  inside([&] {
    run({"busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-f", "-t", "4", "-T", "1", "-A", "1", "-O", "mtu",
         "-s", script});
  });
  std::map<std::string, std::string> out;
  std::istringstream lines(read_state(file));
  for (std::string line; std::getline(lines, line);)
    if (const auto at = line.find('='); at != std::string::npos)
      out[line.substr(0, at)] = line.substr(at + 1);
  return out;
}

std::string Machine::talk(const Talk& what) const {
  std::string out;
  inside([&] { out = converse(what); });
  return out;
}

std::string Machine::get(const std::string& address, const std::string& path, const std::string& header,
                         int port) const {
  const auto request = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n{}\r\n", path, address,
                                   header.empty() ? "" : header + "\r\n");
  const auto answer = talk({address, port, request});
  const auto head = answer.find("\r\n\r\n");
  if (head == std::string::npos) return {};
  return answer.starts_with("HTTP/1.1 200 ") ? answer.substr(head + 4) : answer.substr(9, 3);
}

std::string Machine::look_up(const std::string& server, const std::string& name) const {
  std::string out;
  inside([&] {
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto to = place(server, 53);
    const auto query = dns_query(name);
    ::sendto(socket.fd(), query.data(), query.size(), 0, raw(to), sizeof to);
    std::string answer(512, '\0');
    if (!ready(socket, POLLIN, 2s)) return;
    answer.resize(std::size_t(std::max<ssize_t>(::recv(socket.fd(), answer.data(), answer.size(), 0), 0)));
    out = addresses_in(answer, query.size());
  });
  return out;
}

bool Machine::pings(const std::string& address) const {
  bool answered = false;
  inside([&] {
    set_kernel("ipv4/ping_group_range", "0 0");
    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_ICMP));
    icmphdr echo{};
    echo.type = ICMP_ECHO;
    const auto to = place(address, 0);
    ::sendto(socket.fd(), &echo, sizeof echo, 0, raw(to), sizeof to);
    answered = ready(socket, POLLIN, 700ms) && ::recv(socket.fd(), &echo, sizeof echo, 0) > 0 &&
               echo.type == ICMP_ECHOREPLY;
  });
  return answered;
}

Conversation::Conversation(const Machine& from, const Machine& at, const std::string& address, int port) {
  Descriptor listener;
  at.inside([&] {
    listener = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const auto here = place("0.0.0.0", port);
    must(::bind(listener.fd(), raw(here), sizeof here) == 0 && ::listen(listener.fd(), 1) == 0,
         "a test can listen");
  });
  from.inside([&] {
    client_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval patience{3, 0};
    ::setsockopt(client_.fd(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    const auto there = place(address, port);
    if (::connect(client_.fd(), raw(there), sizeof there) != 0) client_ = Descriptor();
  });
  if (client_ && ready(listener, POLLIN, 3s))
    server_ = Descriptor(::accept4(listener.fd(), nullptr, nullptr, SOCK_CLOEXEC));
}

bool Conversation::carries(const std::string& word) const {
  std::string heard(word.size(), '\0');
  return server_ && ::send(client_.fd(), word.data(), word.size(), MSG_NOSIGNAL) == ssize_t(word.size()) &&
         ready(server_, POLLIN, 2s) && ::recv(server_.fd(), heard.data(), heard.size(), 0) > 0 &&
         heard == word;
}

Answering::Answering(const Machine& machine, int port) {
  machine.inside([&] {
    socket_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(socket_.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const auto at = place("0.0.0.0", port);
    must(::bind(socket_.fd(), raw(at), sizeof at) == 0 && ::listen(socket_.fd(), 16) == 0,
         "a test can listen");
  });
  thread_ = std::thread([this] {
    while (!stopping_) {
      if (!ready(socket_, POLLIN, 20ms)) continue;
      sockaddr_in from{};
      socklen_t length = sizeof from;
      const Descriptor connection(
          ::accept4(socket_.fd(), reinterpret_cast<sockaddr*>(&from), &length, SOCK_CLOEXEC));
      char text[INET_ADDRSTRLEN] = "";
      const std::string peer = ::inet_ntop(AF_INET, &from.sin_addr, text, sizeof text);
      ::send(connection.fd(), peer.data(), peer.size(), MSG_NOSIGNAL);
    }
  });
}

Answering::~Answering() {
  stopping_ = true;
  thread_.join();
}

}  // namespace welkin::network
