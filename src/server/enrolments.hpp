// Places for agents: tokens given, certificates earned, hosts spoken for.
#pragma once

#include "flows/cloud.hpp"
#include "link/events.hpp"
#include "server/simulated_hosts.hpp"

namespace welkin::server {

class Enrolments final : public Enrolment {
 public:
  explicit Enrolments(SimulatedHosts& simulated) : simulated_(simulated) {}

  /// Set once the link listens.
  struct Link {
    std::string authority;             ///< fingerprint of the cloud's authority
    std::vector<std::string> servers;  ///< where agents dial
    std::function<void(const std::string& serial)> cut;  ///< ends connections that were begun with this certificate
  };
  void open(Cloud& cloud, Link link);

  Secret new_token(Uuid agent) override;
  void simulate(Uuid host, const std::string& name, int cpus, int cpu_mhz, std::int64_t memory_bytes) override;
  void forget(Uuid host) override;

  /// The link's questions; see link/events.hpp.
  std::optional<Uuid> enrol(const Secret& token, const std::string& key);
  link::Admission admit(const link::AgentHello& hello);

 private:
  /// Certificates are revoked on any of the cloud's servers; each ends its own connections.
  void hear(std::span<const sql::Change> news);

  SimulatedHosts& simulated_;
  Cloud* cloud_ = nullptr;
  Link link_;
};

}  // namespace welkin::server
