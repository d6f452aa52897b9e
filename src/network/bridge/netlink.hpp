// One conversation with the kernel about links, addresses and routes (rtnetlink(7)).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

struct nl_msg;
struct nl_sock;
struct nlattr;
struct nlmsghdr;

namespace welkin::network {

/// A request under construction.
class NetlinkMessage {
 public:
  /// `header` is the family's own, such as ifinfomsg. `flags` beside NLM_F_REQUEST.
  template <class Header>
  NetlinkMessage(int type, int flags, const Header& header)
      : NetlinkMessage(type, flags, &header, sizeof header) {}
  ~NetlinkMessage();
  NetlinkMessage(const NetlinkMessage&) = delete;
  NetlinkMessage& operator=(const NetlinkMessage&) = delete;

  void text(int attribute, std::string_view value);
  void bytes(int attribute, const void* value, std::size_t length);
  template <class T>
    requires std::is_trivially_copyable_v<T>
  void value(int attribute, const T& value) {
    bytes(attribute, &value, sizeof value);
  }
  /// An IPv4 address that was checked before.
  void ipv4(int attribute, std::string_view address);
  /// `02:00:00:00:00:01`, checked before.
  void mac(int attribute, std::string_view address);
  /// What `inside` adds becomes the attribute's content.
  void nest(int attribute, const std::function<void()>& inside);
  /// Appends a header in the middle, as nested links need it.
  void append(const void* header, std::size_t length);

  nl_msg* raw() const { return message_; }

 private:
  NetlinkMessage(int type, int flags, const void* header, std::size_t length);
  nl_msg* message_;
};

/// A socket of the namespace in which it was opened, whatever thread uses it. One thread at a time.
class Netlink {
 public:
  Netlink();
  ~Netlink();
  Netlink(const Netlink&) = delete;
  Netlink& operator=(const Netlink&) = delete;

  using Receive = std::function<void(nlmsghdr*)>;
  /// Sends and waits for the kernel's answer, at most five seconds. Answers the error number, 0 for success.
  int try_ask(const NetlinkMessage& message, const Receive& receive = {});
  /// Throws `internal` with the kernel's words; `doing` completes "This host could not …".
  void ask(const NetlinkMessage& message, std::string_view doing, const Receive& receive = {});
  /// What the kernel said beside the last error number.
  const std::string& words() const { return words_; }

 private:
  nl_sock* socket_;
  std::string words_;
};

}  // namespace welkin::network
