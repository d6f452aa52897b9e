// A whole cloud in one thread on virtual time: the real commands, journeys, records and duties; hosts are simulators.
// The server may die and live again; its database and its hosts outlive it.
#pragma once

#include <gtest/gtest.h>

#include "commands/dispatcher.hpp"
#include "hypervisor/simulator/simulator.hpp"
#include "link/local.hpp"
#include "network/simulator/fabric.hpp"
#include "sql/trial_postgres.hpp"
#include "storage/simulator/pools.hpp"

namespace welkin::link {
class Authority;
}

namespace welkin::simulation {

/// How likely what goes wrong. All zero is a world without faults.
struct Faults {
  double lost_request = 0;  ///< of a call to a host: it never arrives
  double lost_answer = 0;   ///< of a call to a host: it is done, and nobody hears of it
  double death = 0;         ///< of the server, at each moment that the engine shows
  int slowest_ms = 0;       ///< calls take up to this
};

/// A simulated machine.
struct Host {
  Host(const std::string& name, Clock& clock);
  hypervisor::simulator::Hypervisor hypervisor;
  storage::simulator::Pools pools;
  network::simulator::Fabric fabric;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// What a command has answered.
struct Heard {
  std::string text;    ///< the answer as JSON; an array of a list's rows
  Id<model::Job> job;  ///< nil when it answered at once
  std::string id;      ///< of what it makes; empty for none
};

class World final : public Enrolment {
 public:
  /// A formed cloud of so many hosts with a template, ready to deploy; its records in a file in memory, or where it is told.
  World(std::uint64_t seed, int hosts, std::unique_ptr<sql::Database> records = {});
  ~World() override;

  /// As `caller`. Throws what the command refuses.
  Heard call(std::string_view command, Pairs parameters);
  /// The command, and its job to the end. Answers the id of what it made; throws the job's failure.
  std::string done(std::string_view command, Pairs parameters);
  /// The member `id` of the object `object` in an answer.
  std::string made(std::string_view command, Pairs parameters);
  model::Job job(const Id<model::Job>& id);

  /// The server ends at once, and begins anew: journeys are taken up.
  void die_and_live();
  /// What the engine shows to its probe goes here, too.
  durable::Probe probe = {};
  bool dead() const { return !engine_ || engine_->dead(); }
  /// Works until nothing is left to do; revives a dead server.
  void rest();
  /// No more faults; all hosts are reached; what is owed is settled; duties are done. Nothing is under way after that.
  void heal();
  /// Hosts tell what they see, as agents do from time to time.
  void look_round();

  Cloud& cloud() { return *cloud_; }
  std::span<const commands::Command> commands() const { return commands_; }
  commands::Dispatcher& dispatcher() { return *dispatcher_; }
  template <class F>
  auto read(F body) {
    return sql::read(*database, body);
  }

  // Enrolment: hosts that addHost wants simulated.
  Secret new_token(Uuid) override { return {}; }
  void simulate(Uuid host, const std::string& name, int cpus, int cpu_mhz, std::int64_t memory_bytes) override;
  void forget(Uuid host) override;

  const sql::TrialDirectory directory;  ///< of its records, unless they came from outside
  std::unique_ptr<sql::Database> database;
  VirtualLoop loop;
  SeededRandom random;
  Faults faults;
  std::map<Uuid, std::unique_ptr<Host>> hosts;
  link::LocalAgents agents;
  Id<model::User> root, caller;  ///< the root administrator, who is who calls unless a trial says otherwise
  // What trials need again and again.
  std::string zone, pod, cluster, physical, image, offering, network_offering, disk_offering;

 private:
  void live();
  void form(int count);
  void form_hosts(int count);
  void form_offerings();
  bool chance(double likely) { return likely > 0 && double(random.below(1'000'000)) < likely * 1e6; }
  link::LocalHabits habits();

  struct KeptImages;
  std::unique_ptr<KeptImages> images_;
  std::unique_ptr<link::Authority> authority_;
  Workers workers_{0};
  Vault vault_;
  std::vector<commands::Command> commands_;
  std::unique_ptr<sql::Follower> changes_;
  std::unique_ptr<placement::Places> places_;
  std::unique_ptr<model::DomainTotals> totals_;
  std::unique_ptr<Cloud> cloud_;
  std::unique_ptr<commands::Dispatcher> dispatcher_;
  std::unique_ptr<durable::Engine> engine_;
  int requests_ = 0;
};

/// What is wrong in a world at rest: records against hosts, counters against rows, states that should have passed.
std::vector<std::string> ailments(World& world);

/// What stands: records that count and everything on hosts, as one text per thing. Times and revisions are left out.
std::vector<std::string> standing(World& world);

}  // namespace welkin::simulation
