// Which agent speaks for which host, and what it has been asked.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "base/loop.hpp"
#include "link/events.hpp"
#include "link/memory.hpp"

namespace welkin::link {

class Wire;

/// A connected agent, and the requests to it that have no answer yet. Calls may come from any thread.
class Peer {
 public:
  Peer(Uuid agent, std::shared_ptr<Wire> wire) : agent(agent), wire(std::move(wire)) {}

  const Uuid agent;
  std::shared_ptr<Wire> wire;  ///< of the connections' thread only, which takes it away at the end

  /// The number under which the answer will come. Throws `unreachable` when the agent has gone or has too
  /// much to do.
  std::uint64_t begin(const Arrival<std::string>& arrival, std::size_t outstanding_max);
  /// Nothing when nobody waits for this answer any more.
  std::optional<Arrival<std::string>> end(std::uint64_t sequence);
  /// Lets no further request in, and hands out those who wait.
  std::vector<Arrival<std::string>> close();

 private:
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Arrival<std::string>> outstanding_;
  std::uint64_t next_ = 1;
  bool closed_ = false;
};

/// The table of hosts. Calls may come from any thread.
class Routes {
 public:
  std::shared_ptr<Peer> to(Uuid host) const;
  /// The connection of an agent, if it has one.
  std::shared_ptr<Peer> of(Uuid agent) const;
  /// From now on, `peer` alone speaks for its agent and these hosts. Answers the agent's earlier connection.
  std::shared_ptr<Peer> put(const std::shared_ptr<Peer>& peer, const std::vector<Uuid>& hosts);
  /// False when another connection has taken its place already.
  bool remove(const std::shared_ptr<Peer>& peer);
  std::vector<std::shared_ptr<Peer>> all() const;

 private:
  void forget_hosts_of(const Peer& peer);

  struct Entry {
    std::shared_ptr<Peer> peer;
    std::vector<Uuid> hosts;
  };
  mutable std::mutex mutex_;
  std::unordered_map<Uuid, Entry> agents_;
  std::unordered_map<Uuid, std::shared_ptr<Peer>> hosts_;
};

}  // namespace welkin::link
