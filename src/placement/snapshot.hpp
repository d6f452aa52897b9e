// What placement knows of the hosts and pools of a zone.
#pragma once

#include "model/host.hpp"
#include "model/storage_pool.hpp"
#include "placement/place.hpp"

namespace welkin::placement {

/// Reads the zone's hosts and pools as they are in this transaction.
Snapshot read_snapshot(sql::Transaction& tx, const Id<model::Zone>& zone);

}  // namespace welkin::placement
