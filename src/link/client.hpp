// The agent's end of the link: dials out, serves requests, remembers answers, and comes back when a server
// has gone.
#pragma once

#include <memory>

#include "link/agents.hpp"
#include "link/events.hpp"

namespace welkin::link {

struct ClientOptions {
  std::vector<std::string> servers;  ///< host:port
  std::string directory;             ///< the agent's files; its answers are kept here too
  std::string version = {};
  std::string machine = {};
  std::vector<Uuid> hosts;
  unsigned workers = 16;        ///< effects at once
  unsigned lookers = 4;         ///< mere looks at once, so that they need not wait for effects
  std::size_t queue_max = 1024;  ///< requests that wait or run
  Duration heartbeat = 3s;
  Duration silence_max = 15s;
  Duration retry_min = 200ms;  ///< pause before dialling again; doubles, and varies by chance
  Duration retry_max = 15s;
};

/// Called in threads of the client, several at a time.
struct ClientEvents {
  std::function<std::string(Uuid host, std::string_view verb, std::string_view body)> serve;
  /// What each heartbeat says of the hosts; may block.
  std::function<std::vector<HostBrief>()> briefs = {};
  /// With the hosts for which the server lets this agent speak.
  std::function<void(const std::vector<Uuid>& hosts)> connected = {};
  std::function<void()> disconnected = {};  ///< not after `stop`
};

/// An agent that has no certificate must enrol first (enrolment.hpp).
class LinkClient final {
 public:
  LinkClient(ClientOptions options, ClientEvents events, Clock& clock = machine_clock());
  /// Ends the connection and waits for requests that are being served.
  ~LinkClient();
  LinkClient(const LinkClient&) = delete;
  LinkClient& operator=(const LinkClient&) = delete;

  /// Dials, from now on until the end.
  void begin();
  bool connected() const;
  /// Sends what has been seen; false when there is no connection, and the news is lost.
  bool report(const HostReport& report);
  /// Ends the connection within a second, and dials anew.
  void reconnect();
  /// Ends the connection at once without waiting for requests that are being served; no other follows.
  void stop();

 private:
  class Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace welkin::link
