// The kinds of resources that are counted and limited, and what one row counts of them.
#pragma once

#include <array>

#include "model/nouns.hpp"
#include "sql/database.hpp"

namespace welkin::model {

/// In the order of CloudStack's API, whose numbers are these.
CHOICES(Resource, (instance, "user_vm"), (address, "public_ip"), (volume, "volume"), (snapshot, "snapshot"),
        (template_, "template"), (project, "project"), (network, "network"), (vpc, "vpc"), (cpu, "cpu"),
        (memory, "memory"), (primary_storage, "primary_storage"), (secondary_storage, "secondary_storage"),
        (backup, "backup"), (backup_storage, "backup_storage"), (bucket, "bucket"),
        (object_storage, "object_storage"), (gpu, "gpu"))
inline constexpr std::size_t resource_kinds = 17;

/// A figure for each resource: pieces, MiB of memory, bytes of storage.
using Figures = std::array<std::int64_t, resource_kinds>;

/// What limits are counted in: storage is limited by the GiB and counted by the byte, all else is limited as it is counted.
constexpr std::int64_t unit_of(Resource resource) {
  switch (resource) {
    case Resource::primary_storage:
    case Resource::secondary_storage:
    case Resource::backup_storage:
    case Resource::object_storage: return std::int64_t(1) << 30;
    default: return 1;
  }
}

/// What one row counts, and for whom.
struct Share {
  Id<Account> account;  ///< nil counts for nobody
  Id<Domain> domain;    ///< the account's
  Figures figures{};
  int running = 0, stopped = 0;  ///< instances in these states; known, not limited
  int accounts = 0, users = 0;   ///< known, not limited
  // Of what hosts and pools take: limits by tag look at the offering.
  Uuid row{};
  Id<ServiceOffering> service_offering{};
  Id<DiskOffering> disk_offering{};

  Share& with(Resource resource, std::int64_t amount) {
    figures[std::size_t(resource)] = amount;
    return *this;
  }
  bool operator==(const Share&) const = default;
};

/// Puts the change from one to the other into the holdings of their accounts; what grows must fit the limits of the account
/// and of the domains above it, unless the transaction takes back. Throws `limited`.
void count(sql::Transaction& tx, const Share& before, const Share& after);

}  // namespace welkin::model

// Said in a row struct whose rows count; sql/rows.hpp then tells `count` of every change of a row, so that no writer can
// forget it. Defined in shares.cpp.
#define WELKIN_COUNTED                                                         \
  /** What this row counts as it stands here. */                              \
  ::welkin::model::Share share(::welkin::sql::Transaction& tx) const;          \
  /** What the row of this id counts as it stands in the records. */          \
  static ::welkin::model::Share share_in_records(::welkin::sql::Transaction& tx, const ::welkin::Uuid& id);
