// How much of hosts and pools may be promised: what they have, by the factors that the settings say.
#pragma once

#include "model/cluster.hpp"
#include "model/storage_pool.hpp"

namespace welkin::model {

/// Fills in the factors that hold for the cluster.
void take_overcommit(sql::Transaction& tx, Cluster& cluster);
/// Fills in what may be promised of the pool.
void take_overcommit(sql::Transaction& tx, StoragePool& pool);
/// Clusters, hosts and pools follow settings that have changed.
void settle_overcommit(sql::Transaction& tx);

}  // namespace welkin::model
