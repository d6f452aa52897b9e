// How much the operator lets a kind of hypervisor carry.
#pragma once

#include "model/host.hpp"
#include "model/machine.hpp"
#include "model/nouns.hpp"

namespace welkin::model {

struct HypervisorCapabilities {
  static constexpr std::string_view table = "hypervisor_capabilities";
  static constexpr std::string_view indexes[] = {"unique (hypervisor, version)"};
  FIELDS(HypervisorCapabilities,
    (Id<HypervisorCapabilities>, id, "The entry."),
    (HypervisorType, hypervisor, "Which."),
    (std::string, version, "default: of any version."),
    (std::int64_t, guests_max, "Instances one host may run."),
    (int, data_disks_max, "Data disks an instance may have."),
    (int, hosts_per_cluster_max, "Hosts a cluster may have; 0 is no limit."),
    (Time, created, "When it was made."))
};

/// The version whose entry holds for hosts of any version.
inline constexpr std::string_view any_version = "default";

/// A data disk's place in an instance is 1 to 25, but for 3, which is the CD drive's.
inline constexpr int last_disk_place = 25;
inline constexpr int data_disk_places = last_disk_place - 1;

/// What the hypervisor may carry; nothing is said of one that has no entry.
std::optional<HypervisorCapabilities> capabilities_of(sql::Transaction& tx, HypervisorType hypervisor);
/// How many data disks an instance of this hypervisor may have, on this host when it is not nil.
int data_disks_max(sql::Transaction& tx, HypervisorType hypervisor, const Id<Host>& host);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::HypervisorCapabilities)
