// Machines that stand in for guests and for the world outside, with the small clients and servers they run.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <thread>

#include "network/bridge/descriptor.hpp"

namespace welkin::network {

/// Until `check` holds, at most five seconds.
bool comes_true(const std::function<bool()>& check);

/// A process's answer to a connection, or nothing when none came in time.
struct Talk {
  std::string address;
  int port = 0;
  std::string say{};
  std::chrono::milliseconds patience{3000};
  std::string source{};  ///< sends from it, though it may not be its own
};

/// A stand-in for a machine: a namespace with one link, `eth0`, whose other end is a tap of the host.
class Machine {
 public:
  Machine(std::string name, std::string tap, const std::string& bridge, const std::string& mac);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  void inside(const std::function<void()>& work) const;
  void use(const std::string& address_and_prefix, const std::string& gateway = {}) const;
  /// What a DHCP client was told, by the names busybox's udhcpc gives it; empty when nobody answered.
  std::map<std::string, std::string> lease() const;
  /// What the other end answered; empty when it did not.
  std::string talk(const Talk& talk) const;
  std::string get(const std::string& address, const std::string& path, const std::string& header = {},
                  int port = 80) const;
  /// The addresses of a name, joined by blanks; empty when there is none or nobody answered.
  std::string look_up(const std::string& server, const std::string& name) const;
  /// Whether an ICMP echo is answered.
  bool pings(const std::string& address) const;
  /// Sees and sends whole frames.
  Descriptor raw_socket() const;
  const std::string& name() const { return name_; }

 private:
  const std::string name_, tap_;
};

/// Whether a frame that one machine sends is seen by the other.
bool frame_arrives(const Machine& from, const Machine& at, const std::string& frame);

/// A TCP connection that stays open.
class Conversation {
 public:
  Conversation(const Machine& from, const Machine& at, const std::string& address, int port);
  bool carries(const std::string& word) const;

 private:
  Descriptor client_, server_;
};

/// Answers each connection at a port of a machine with the address it came from.
class Answering {
 public:
  Answering(const Machine& machine, int port);
  ~Answering();

 private:
  Descriptor socket_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace welkin::network
