// What may be promised follows the settings.
#include "model/overcommit.hpp"

#include "model/host.hpp"
#include "model/settings.hpp"

namespace welkin::model {

void take_overcommit(sql::Transaction& tx, Cluster& cluster) {
  const SettingPlaces here = {{SettingScope::cluster, cluster.id}};
  cluster.cpu_overcommit = value_of(tx, settings::cpu_overcommit, here);
  cluster.memory_overcommit = value_of(tx, settings::memory_overcommit, here);
}

void take_overcommit(sql::Transaction& tx, StoragePool& pool) {
  const auto factor = value_of(tx, settings::storage_overcommit,
                               {{SettingScope::storage_pool, pool.id}, {SettingScope::zone, pool.zone_id}});
  pool.allocatable_bytes = std::int64_t(double(pool.capacity_bytes) * factor);
}

void settle_overcommit(sql::Transaction& tx) {
  for (auto& cluster : sql::all<Cluster>(tx, "where removed is null")) {
    const auto former = cluster;
    take_overcommit(tx, cluster);
    if (cluster == former) continue;
    sql::update(tx, cluster);
    for (auto& host : sql::all<Host>(tx, "where cluster_id = $1 and removed is null", cluster.id)) {
      set_capacity(host, cluster.cpu_overcommit, cluster.memory_overcommit);
      sql::update(tx, host);
    }
  }
  for (auto& pool : sql::all<StoragePool>(tx, "where removed is null")) {
    const auto former = pool.allocatable_bytes;
    take_overcommit(tx, pool);
    if (pool.allocatable_bytes != former) sql::update(tx, pool);
  }
}

}  // namespace welkin::model
