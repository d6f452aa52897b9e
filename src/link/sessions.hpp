// The connections of agents: accepted, made known, listened to, and ended when they fall silent.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <set>
#include <thread>

#include "base/log.hpp"
#include "link/authority.hpp"
#include "link/routes.hpp"
#include "link/wire.hpp"

namespace welkin::link {

struct SessionParts {
  Loop& loop;
  Authority authority;
  std::shared_ptr<const LinkEvents> events;
  LinkOptions options;
  Routes& routes;
  Workers& image_readers;
};

/// One thread serves all connections. Members without a note belong to it.
class Sessions final : public std::enable_shared_from_this<Sessions> {
 public:
  explicit Sessions(SessionParts parts);
  ~Sessions();

  /// From any thread, as are the following.
  void begin();
  void end();
  std::uint16_t port() const { return port_; }
  void send(std::shared_ptr<Peer> peer, std::string frame);
  void disconnect(Uuid agent);
  void disconnect_certificate(std::string serial);

 private:
  using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                           asio::wait_traits<std::chrono::steady_clock>, Executor>;
  struct Session {
    std::shared_ptr<Wire> wire;
    std::chrono::steady_clock::time_point begun = std::chrono::steady_clock::now();
    bool known = false;
    std::string serial = {};  ///< of the certificate at the other end
    std::optional<Time> expires = {};
  };

  Await<> accept();
  Await<> sweep_for_ever();
  void sweep();
  void renew_certificate();

  Await<> serve(std::shared_ptr<Session> session);
  Await<> greet(std::shared_ptr<Session> session);
  Await<> enrol(Wire& wire, wire::Enrol enrol);
  Await<> serve_agent(std::shared_ptr<Session> session, Uuid agent, wire::Hello hello);
  Await<> admit(std::shared_ptr<Wire> wire, std::shared_ptr<Peer> peer, wire::Hello hello);
  Await<> listen(std::shared_ptr<Wire> wire, std::shared_ptr<Peer> peer);
  Await<> hear_beat(Wire& wire, const Peer& peer, wire::Heartbeat beat);
  Await<> hear_report(Wire& wire, const Peer& peer, wire::Report report);
  void hear_answer(Peer& peer, wire::Answer answer);
  void renew(Wire& wire, Uuid agent, const wire::Enrol& enrol);
  Await<> serve_image(std::shared_ptr<Session> session, Uuid agent, std::string image);
  void retire(const std::shared_ptr<Peer>& peer);
  void dismiss(const std::shared_ptr<Peer>& peer);

  template <class T, class Make>
  Await<T> on_loop(Make make);

  SessionParts parts_;
  asio::io_context io_{1};
  asio::basic_socket_acceptor<asio::ip::tcp, Executor> acceptor_{io_};
  Timer sweeping_{io_};
  TlsContext context_;
  Time renew_certificate_at_{};
  std::uint16_t port_ = 0;
  std::set<std::shared_ptr<Session>> sessions_;
  std::size_t strangers_ = 0;
  std::set<Timer*> alarms_;  ///< of those who wait for the loop
  std::atomic<std::size_t> readers_ = 0;
  std::mutex fetching_mutex_;
  std::set<int> fetching_;  ///< sockets in the hands of image readers; guarded by the mutex
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace welkin::link
