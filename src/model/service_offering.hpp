// A service offering: processors, memory and manners of an instance, as sold.
#pragma once

#include "model/disk_limits.hpp"
#include "model/machine.hpp"
#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// Of service and disk offerings.
CHOICES(OfferingState, (active, "Active"), (inactive, "Inactive"))

struct ServiceOffering {
  static constexpr std::string_view table = "service_offerings";
  static constexpr std::string_view indexes[] = {"(name)"};
  FIELDS(ServiceOffering,
    (Id<ServiceOffering>, id, "The offering."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "As users choose it."),
    (std::string, display_text, "What it is, for users."),
    (OfferingState, state, "Whether it can still be chosen."),
    (bool, customized, "The user chooses what is absent here, within the bounds."),
    (std::optional<int>, cpus, "Processors."),
    (std::optional<int>, cpu_mhz, "Promised speed of each."),
    (std::optional<int>, memory_mb, "Memory in MiB."),
    (std::optional<int>, cpus_min, "Fewest the user may choose."),
    (std::optional<int>, cpus_max, "Most the user may choose."),
    (std::optional<int>, memory_mb_min, "Least the user may choose."),
    (std::optional<int>, memory_mb_max, "Most the user may choose."),
    (bool, offer_ha, "Instances are started again elsewhere when their host dies."),
    (bool, limit_cpu, "The promised speed is also the limit."),
    (bool, volatile_disk, "The root disk is made anew at each reboot."),
    (bool, dynamic_scaling, "Running instances may grow."),
    (int, network_rate, "Megabits per second of each nic; 0 takes the network's."),
    (std::string, deployment_planner, "How a host is chosen; empty takes the cloud's way."),
    (std::vector<std::string>, host_tags, "Only hosts with all of these."),
    (std::vector<std::string>, storage_tags, "Only pools with all of these, for the root disk."),
    (StorageType, storage_type, "Where the root disk lies."),
    (Provisioning, provisioning, "How the root disk is made."),
    (CacheMode, cache_mode, "How the root disk is cached."),
    (std::int64_t, root_disk_bytes, "Size of the root disk; 0 takes the template's."),
    (bool, encrypt_root, "The root disk is encrypted."),
    (bool, customized_iops, "The user chooses the promised operations per second."),
    (std::optional<std::int64_t>, iops_min, "Promised operations per second."),
    (std::optional<std::int64_t>, iops_max, "Allowed operations per second."),
    (std::optional<int>, snapshot_reserve, "Percent kept for the hypervisor's snapshots."),
    (DiskLimits, limits, "How fast the root disk may be."),
    (Id<DiskOffering>, disk_offering_id, "Disk offering of the root disk; may be nil."),
    (bool, disk_offering_strict, "The root disk may have no other offering."),
    (bool, is_system, "For the cloud's own machines, not for users."),
    (std::string, system_type, "Which of the cloud's machines; empty for users' offerings."),
    (bool, default_use, "The one taken when nobody says."),
    (bool, purge_resources, "Records of expunged instances are removed as well."),
    (std::vector<Id<Domain>>, domain_ids, "Only these domains and those beneath may choose it; none is all."),
    (std::vector<Id<Zone>>, zone_ids, "Only these zones have it; none is all."),
    (int, sort_key, "Place in lists, smaller first."),
    (TextMap, details, "Further facts, by name."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::ServiceOffering)
