// Everything a verb or a journey can reach, built in main and handed down.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "base/loop.hpp"
#include "base/vault.hpp"
#include "durable/engine.hpp"
#include "flows/measured.hpp"
#include "link/agents.hpp"
#include "model/domain_totals.hpp"
#include "placement/places.hpp"
#include "sql/feed.hpp"
#include "storage/images.hpp"

namespace welkin {

namespace link {
class Authority;
}

/// How the server hands out places for agents: what a new agent must know to enrol.
struct Enrolment {
  virtual ~Enrolment() = default;
  /// The whole text an agent needs for its first connection; good for one use.
  virtual Secret new_token(Uuid agent) = 0;
  /// Speaks for simulated hosts from this process on.
  virtual void simulate(Uuid host, const std::string& name, int cpus, int cpu_mhz, std::int64_t memory_bytes) = 0;
  /// Forgets a simulated host; others are none of its business.
  virtual void forget(Uuid host) = 0;
};

struct Cloud {
  sql::Database& database;
  sql::Follower& changes;     ///< for what is kept in memory beside the database
  placement::Places& places;  ///< where instances may run
  model::DomainTotals& totals;  ///< what branches of the domain tree hold
  link::Agents& agents;
  storage::Images& images;
  Enrolment& enrolment;
  Loop& loop;        ///< where journeys run
  Workers& workers;  ///< for calls that block
  Random& random;
  Vault& vault;
  Uuid server;
  std::string tag;   ///< up to four characters that name this cloud's links on its hosts
  std::string version;
  durable::Engine* journeys = nullptr;
  std::atomic<std::int64_t> last_revision = 0;
  flows::Measured measured = {};
  const link::Authority* authority = nullptr;  ///< says who is an agent of this cloud

  Clock& clock() { return loop.clock(); }
  Time now() { return loop.clock().now(); }
  /// Grows with each call, with the time: orders what hands are told of one thing by several journeys.
  std::int64_t revision() {
    auto last = last_revision.load();
    std::int64_t next;
    do next = std::max(last + 1, std::int64_t(now().time_since_epoch().count()));
    while (!last_revision.compare_exchange_weak(last, next));
    return next;
  }
  template <class T>
  Id<T> new_id() {
    return welkin::new_id<T>(loop.clock(), random);
  }
};

}  // namespace welkin
