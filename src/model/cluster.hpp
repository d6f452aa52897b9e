// A cluster: hosts alike enough that instances may move among them.
#pragma once

#include "model/machine.hpp"
#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

CHOICES(ClusterType, (cloud_managed, "CloudManaged"), (external_managed, "ExternalManaged"))
CHOICES(ManagedState, (managed, "Managed"), (unmanaged, "Unmanaged"))

struct Cluster {
  static constexpr std::string_view table = "clusters";
  static constexpr std::string_view indexes[] = {"unique (pod_id, name) where removed is null", "(zone_id)"};
  FIELDS(Cluster,
    (Id<Cluster>, id, "The cluster."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Unique in its pod."),
    (Id<Zone>, zone_id, "Its zone."),
    (Id<Pod>, pod_id, "Its pod."),
    (HypervisorType, hypervisor, "Of all its hosts."),
    (Arch, arch, "Of all its hosts."),
    (ClusterType, cluster_type, "Who keeps it together."),
    (AllocationState, allocation_state, "Whether it takes new work."),
    (ManagedState, managed_state, "Whether its hosts are under our care."),
    (double, cpu_overcommit, "Promised processor speed per real one; 1 promises nothing twice."),
    (double, memory_overcommit, "Promised memory per real one."),
    (TextMap, details, "Further facts, by name."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Cluster)
