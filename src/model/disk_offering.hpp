// A disk offering: size and speed of a volume, as sold.
#pragma once

#include "model/service_offering.hpp"

namespace welkin::model {

struct DiskOffering {
  static constexpr std::string_view table = "disk_offerings";
  static constexpr std::string_view indexes[] = {"(name)"};
  FIELDS(DiskOffering,
    (Id<DiskOffering>, id, "The offering."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "As users choose it."),
    (std::string, display_text, "What it is, for users."),
    (OfferingState, state, "Whether it can still be chosen."),
    (bool, customized, "The user chooses the size."),
    (std::int64_t, disk_bytes, "Size; 0 when the user chooses."),
    (bool, size_strict, "The size cannot be changed afterwards."),
    (bool, display, "Users see it."),
    (bool, encrypt, "Its volumes are encrypted."),
    (std::vector<std::string>, tags, "Only pools with all of these."),
    (StorageType, storage_type, "Where its volumes lie."),
    (Provisioning, provisioning, "How they are made."),
    (CacheMode, cache_mode, "How they are cached."),
    (bool, customized_iops, "The user chooses the promised operations per second."),
    (std::optional<std::int64_t>, iops_min, "Promised operations per second."),
    (std::optional<std::int64_t>, iops_max, "Allowed operations per second."),
    (std::optional<int>, snapshot_reserve, "Percent kept for the hypervisor's snapshots."),
    (DiskLimits, limits, "How fast its volumes may be."),
    (bool, compute_only, "It stands for the root disk of a service offering and is not listed."),
    (std::vector<Id<Domain>>, domain_ids, "Only these domains and those beneath may choose it; none is all."),
    (std::vector<Id<Zone>>, zone_ids, "Only these zones have it; none is all."),
    (int, sort_key, "Place in lists, smaller first."),
    (TextMap, details, "Further facts, by name."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::DiskOffering)
