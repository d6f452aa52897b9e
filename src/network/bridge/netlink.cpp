// libnl's sockets and messages.
#include "network/bridge/netlink.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/error.hpp"

namespace welkin::network {
namespace {

constexpr timeval patience{5, 0};
constexpr std::size_t message_bytes_max = 32768;
constexpr int receive_buffer_bytes = 1 << 20;

struct Answer {
  const Netlink::Receive* receive;
  bool ended = false;
  int error = 0;
  std::string words;
};

int on_message(nl_msg* message, void* answer) {
  const auto& receive = *static_cast<Answer*>(answer)->receive;
  if (receive) receive(nlmsg_hdr(message));
  return NL_OK;
}

int on_end(nl_msg*, void* answer) {
  static_cast<Answer*>(answer)->ended = true;
  return NL_STOP;
}

/// The kernel's own sentence follows the error when the socket asked for it (NETLINK_EXT_ACK).
std::string words_of(nlmsghdr* header) {
  if (!(header->nlmsg_flags & NLM_F_ACK_TLVS)) return {};
  const int fixed = int(sizeof(nlmsgerr));
  if (const auto* text = nlmsg_find_attr(header, fixed, NLMSGERR_ATTR_MSG))
    return {static_cast<const char*>(nla_data(text)), std::size_t(std::max(nla_len(text) - 1, 0))};
  return {};
}

int on_error(sockaddr_nl*, nlmsgerr* error, void* answer) {
  auto& out = *static_cast<Answer*>(answer);
  out.ended = true;
  out.error = -error->error;
  out.words = words_of(reinterpret_cast<nlmsghdr*>(reinterpret_cast<char*>(error) - NLMSG_HDRLEN));
  return NL_STOP;
}

}  // namespace

NetlinkMessage::NetlinkMessage(int type, int flags, const void* header, std::size_t length)
    : message_(nlmsg_alloc_size(message_bytes_max)) {
  must(message_ != nullptr, "there is memory for a message");
  nlmsg_put(message_, NL_AUTO_PORT, NL_AUTO_SEQ, type, 0, NLM_F_REQUEST | flags);
  append(header, length);
}

NetlinkMessage::~NetlinkMessage() { nlmsg_free(message_); }

void NetlinkMessage::append(const void* header, std::size_t length) {
  must(nlmsg_append(message_, const_cast<void*>(header), length, NLMSG_ALIGNTO) == 0,
       "a header fits its message");
}

void NetlinkMessage::bytes(int attribute, const void* value, std::size_t length) {
  must(nla_put(message_, attribute, int(length), value) == 0, "an attribute fits its message");
}

void NetlinkMessage::text(int attribute, std::string_view value) {
  bytes(attribute, std::string(value).c_str(), value.size() + 1);
}

void NetlinkMessage::ipv4(int attribute, std::string_view address) {
  in_addr raw{};
  must(::inet_pton(AF_INET, std::string(address).c_str(), &raw) == 1,
       "addresses are checked before they get here");
  value(attribute, raw);
}

void NetlinkMessage::mac(int attribute, std::string_view address) {
  std::array<unsigned char, 6> raw{};
  const auto read = std::sscanf(std::string(address).c_str(), "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &raw[0],
                                &raw[1], &raw[2], &raw[3], &raw[4], &raw[5]);
  must(read == 6, "MAC addresses are checked before they get here");
  value(attribute, raw);
}

void NetlinkMessage::nest(int attribute, const std::function<void()>& inside) {
  auto* start = nla_nest_start(message_, attribute);
  must(start != nullptr, "a nest fits its message");
  inside();
  nla_nest_end_keep_empty(message_, start);
}

Netlink::Netlink() : socket_(nl_socket_alloc()) {
  must(socket_ != nullptr, "there is memory for a socket");
  if (const int failed = nl_connect(socket_, NETLINK_ROUTE); failed < 0) {
    nl_socket_free(socket_);
    throw Error(Fault::internal, "This host's kernel cannot be asked about its network.", {},
                nl_geterror(failed));
  }
  nl_socket_set_buffer_size(socket_, receive_buffer_bytes, 0);
  nl_socket_disable_seq_check(socket_);
  const int fd = nl_socket_get_fd(socket_), on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &on, sizeof on);
  ::setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &on, sizeof on);
}

Netlink::~Netlink() { nl_socket_free(socket_); }

int Netlink::try_ask(const NetlinkMessage& message, const Receive& receive) {
  Answer answer{&receive};
  nl_socket_modify_cb(socket_, NL_CB_VALID, NL_CB_CUSTOM, on_message, &answer);
  nl_socket_modify_cb(socket_, NL_CB_ACK, NL_CB_CUSTOM, on_end, &answer);
  nl_socket_modify_cb(socket_, NL_CB_FINISH, NL_CB_CUSTOM, on_end, &answer);
  nl_socket_modify_err_cb(socket_, NL_CB_CUSTOM, on_error, &answer);
  if (nl_send_auto(socket_, message.raw()) < 0) return EIO;
  while (!answer.ended)
    if (const int failed = nl_recvmsgs_default(socket_); failed < 0 && !answer.ended) {
      words_ = nl_geterror(failed);
      return failed == -NLE_AGAIN ? ETIMEDOUT : EIO;
    }
  words_ = answer.words;
  return answer.error;
}

void Netlink::ask(const NetlinkMessage& message, std::string_view doing, const Receive& receive) {
  const int code = try_ask(message, receive);
  if (code == 0) return;
  throw Error(code == ETIMEDOUT ? Fault::timeout : Fault::internal,
              fmt::format("This host could not {}.", doing), {},
              words_.empty() ? std::strerror(code) : fmt::format("{}: {}", std::strerror(code), words_));
}

}  // namespace welkin::network
