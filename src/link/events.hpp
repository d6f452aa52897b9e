// What the server's end of the link tells, and asks, the rest of the server.
#pragma once

#include <functional>
#include <optional>

#include "base/loop.hpp"
#include "base/secret.hpp"
#include "link/agents.hpp"

namespace welkin::link {

/// An agent as it presents itself. `agent` and `serial` are proven by its certificate, the rest is its word.
struct AgentHello {
  Uuid agent;
  std::string serial;       ///< of the certificate: hexadecimal, in upper case
  std::string version;
  std::string machine;      ///< its machine's name
  std::vector<Uuid> hosts;  ///< it claims to speak for
};

struct Admission {
  bool admitted = false;
  std::vector<Uuid> hosts;  ///< for which it may speak; anything else it says of others is dropped
};

/// How a host does, told with each heartbeat.
struct HostPulse {
  FIELDS(HostPulse,
    (bool, hypervisor_answers, "The last look at the hypervisor succeeded."),
    (int, instances, "Instances that ran at the last look."),
    (double, load, "The machine's load average over one minute."),
    (std::int64_t, memory_bytes_free, "Memory that could be given to guests now."))
};

/// What an agent was told of its host when it was installed; reported as `place` at each connection.
struct HostPlace {
  FIELDS(HostPlace,
    (std::string, pool, "Directory for volumes and templates; empty when none is kept here."),
    (std::string, outside_bridge, "Bridge of the public network; empty when none was named."),
    (std::string, tunnel_address, "Address other hosts send guest traffic to; empty when none was named."))
};

struct HostBrief {
  Uuid host;
  std::string facts;  ///< JSON: a HostPulse
};

/// Kinds: `sightings` (hypervisor::Sightings, at each connection and change) and `place` (HostPlace).
struct HostReport {
  Uuid host;
  std::string kind;
  std::string body;  ///< JSON
};

/// All but `read_image` are called in the loop's thread. Hosts of heartbeats and reports are admitted ones.
struct LinkEvents {
  /// Spends a token and says which agent it makes; nothing refuses it. `key` is the fingerprint of the
  /// newcomer's public key: the same token may be honoured again for the same key, since the first answer may
  /// have been lost.
  std::function<Task<std::optional<Uuid>>(Secret token, std::string key)> enrol = {};
  /// At each connection, and when an agent's hosts change. Without version, machine and hosts when an agent
  /// that talks with another server wants an image of this one.
  std::function<Task<Admission>(AgentHello)> admit = {};
  std::function<void(const AgentHello&, const Admission&)> connected = {};
  std::function<void(Uuid agent)> disconnected = {};
  std::function<void(Uuid agent, const std::vector<HostBrief>&)> heartbeat = {};
  std::function<void(Uuid agent, const HostReport&)> report = {};
  /// Runs in a thread of its own; `chunk` blocks while the agent cannot take more. Throws `missing` for an
  /// image that is not there or that this agent may not have.
  std::function<void(Uuid agent, const std::string& image,
                     const std::function<void(std::string_view)>& chunk)>
      read_image = {};
};

struct LinkOptions {
  std::string address = "0.0.0.0";
  std::uint16_t port = 0;  ///< 0: any free one
  std::string version = {};
  std::size_t connections_max = 20'000;
  std::size_t strangers_max = 1'000;  ///< connections that have not said who they are
  std::size_t outstanding_max = 1'024;  ///< requests to one agent without an answer
  unsigned image_readers = 8;
  std::size_t image_readers_waiting_max = 256;
  Duration greeting_max = 10s;  ///< from connection to first frame
  Duration silence_max = 15s;
};

}  // namespace welkin::link
