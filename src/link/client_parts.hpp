// The insides of an agent's connection: its thread, its workers and what they share.
#pragma once

#include <fmt/format.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <thread>

#include "link/client.hpp"
#include "link/enrolment.hpp"
#include "link/memory.hpp"
#include "link/wire.hpp"

namespace welkin::link {

/// Members without a note belong to the connection's thread.
class LinkClient::Parts final {
 public:
  Parts(ClientOptions options, ClientEvents events, Clock& clock);

  /// From any thread, as are the following.
  void begin();
  void stop();
  bool connected() const { return welcome_; }
  bool report(const HostReport& said);
  void reconnect() { leaving_ = true; }

 private:
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;
  using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;

  Await<> live();
  Await<> connect_once();
  Await<Socket> dial(std::string server);
  Await<> converse(std::shared_ptr<Wire> wire);
  Await<> rest();
  Await<> watch();
  void look_after_connection();
  void send_hello(Wire& wire);
  void send_heartbeat();
  void renew_when_due();
  void take_certificate(const wire::Certificate& certificate);
  void take_request(const std::shared_ptr<Wire>& wire, wire::Request asked);
  void do_request(Request request, std::chrono::steady_clock::time_point until, Memory::Turn turn);

  const ClientOptions options_;
  const ClientEvents events_;
  Clock& clock_;
  AgentFiles files_;
  std::shared_ptr<Memory> memory_;
  asio::io_context io_{1};
  Timer resting_{io_};
  Timer watching_{io_};
  Resolver resolver_{io_};
  Socket dialling_{io_};
  std::shared_ptr<Wire> wire_;
  std::chrono::steady_clock::time_point dialled_{};
  std::chrono::steady_clock::time_point beat_{};
  std::atomic<bool> welcome_ = false;
  std::atomic<std::size_t> busy_ = 0;
  std::atomic<bool> briefing_ = false;
  std::atomic<bool> leaving_ = false;
  std::size_t next_server_ = 0;
  Duration pause_;
  Time renew_at_{};
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
  // WHY last: they are waited for while all that they use is still there.
  Workers workers_{options_.workers};
  Workers lookers_{options_.lookers};
};

}  // namespace welkin::link
