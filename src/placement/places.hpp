// What placement knows of zones, kept from one deployment to the next.
#pragma once

#include <map>
#include <mutex>
#include <set>

#include "model/nouns.hpp"
#include "placement/place.hpp"
#include "sql/feed.hpp"

namespace welkin::placement {

/// What is kept of these places, or of all in a zone.
KeptPlaces kept_among(sql::Transaction& tx, std::span<const Uuid> places);
KeptPlaces kept_in_zone(sql::Transaction& tx, const Uuid& zone);

/// Places instances by snapshots that follow the change feed: a deployment reads the hosts and pools that have changed since
/// the last one, and not all there are. What it knows may be a commit old, and includes neither its own transaction's
/// changes nor a failed neighbour's certainly: whoever chooses then reserves, and reserving decides.
class Places {
 public:
  explicit Places(sql::Follower& changes);

  /// Ranks the hosts of the wish's zone. For use in a transaction that then reserves.
  Verdict place(sql::Transaction& tx, const Wish& wish);
  /// Reads the zone anew next time: what was ranked could not be reserved.
  void forget(const Uuid& zone);

 private:
  /// What holds for all hosts of a cluster.
  struct Common {
    std::string closed;  ///< why they take no new work; empty when they do
    std::int64_t instances_max = 0;  ///< that each may have; 0 is no limit
  };
  struct Known {
    Snapshot snapshot;
    std::map<Uuid, Common> clusters;
    std::set<Uuid> old_hosts, old_pools;
  };

  void hear(std::span<const sql::Change> news);
  static Known read(sql::Transaction& tx, const Uuid& zone);
  static void refresh(sql::Transaction& tx, Known& known, const Uuid& zone);

  std::mutex mutex_;
  sql::Position heard_ = 0;  ///< a transaction that sees less of the feed neither uses nor feeds what is known
  std::map<Uuid, Known> known_;
};

}  // namespace welkin::placement
