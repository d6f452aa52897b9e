// Look-up of what hypervisors may carry.
#include "model/hypervisor_capabilities.hpp"

#include <algorithm>
#include <limits>

namespace welkin::model {

std::optional<HypervisorCapabilities> capabilities_of(sql::Transaction& tx, HypervisorType hypervisor) {
  return sql::first<HypervisorCapabilities>(tx, "where hypervisor = $1 and version = $2", hypervisor, any_version);
}

int data_disks_max(sql::Transaction& tx, HypervisorType hypervisor, const Id<Host>& host) {
  int most = std::numeric_limits<int>::max();
  if (const auto entry = capabilities_of(tx, hypervisor)) most = entry->data_disks_max;
  if (const auto row = sql::get<Host>(tx, host); row && row->disks_max > 0) most = std::min(most, row->disks_max);
  return most;
}

}  // namespace welkin::model
