// What accounts and domains have, and how much more they may have: counted for a page at once.
#pragma once

#include <unordered_map>

#include "commands/listing.hpp"
#include "model/holding.hpp"
#include "model/limit.hpp"
#include "model/tagged_limit.hpp"

namespace welkin::commands {

/// Of what goes to hosts or pools with a tag.
struct TaggedResource {
  FIELDS(TaggedResource,
    (int, resource_type, "What of, by number."),
    (std::string, resource_type_name, "What of: user_vm, cpu, volume …"),
    (std::string, tag, "The tag."),
    (std::int64_t, limit, "At most so many: pieces, MiB of memory, GiB of storage; -1 is unlimited."),
    (std::int64_t, total, "There are, in the same units; of storage in bytes."),
    (std::int64_t, available, "There may still be, in units of limit; -1 is unlimited."))
};

/// Limits and what is left of them are texts, since they may be Unlimited.
struct Holdings {
  FIELDS(Holdings,
    (std::string, vm_limit, "Instances, at most."),
    (std::int64_t, vm_total, "Instances."),
    (std::string, vm_available, "Instances, still."),
    (std::string, ip_limit, "Public addresses, at most."),
    (std::int64_t, ip_total, "Public addresses."),
    (std::string, ip_available, "Public addresses, still."),
    (std::string, volume_limit, "Volumes, at most."),
    (std::int64_t, volume_total, "Volumes."),
    (std::string, volume_available, "Volumes, still."),
    (std::string, snapshot_limit, "Snapshots, at most."),
    (std::int64_t, snapshot_total, "Snapshots."),
    (std::string, snapshot_available, "Snapshots, still."),
    (std::string, backup_limit, "Backups, at most."),
    (std::int64_t, backup_total, "Backups."),
    (std::string, backup_available, "Backups, still."),
    (std::string, backup_storage_limit, "GiB of backups, at most."),
    (std::int64_t, backup_storage_total, "GiB of backups."),
    (std::string, backup_storage_available, "GiB of backups, still."),
    (std::string, template_limit, "Templates, at most."),
    (std::int64_t, template_total, "Templates."),
    (std::string, template_available, "Templates, still."),
    (std::string, network_limit, "Networks, at most."),
    (std::int64_t, network_total, "Networks."),
    (std::string, network_available, "Networks, still."),
    (std::string, vpc_limit, "VPCs, at most."),
    (std::int64_t, vpc_total, "VPCs."),
    (std::string, vpc_available, "VPCs, still."),
    (std::string, cpu_limit, "Processors of instances, at most."),
    (std::int64_t, cpu_total, "Processors of instances."),
    (std::string, cpu_available, "Processors of instances, still."),
    (std::string, memory_limit, "MiB of instances, at most."),
    (std::int64_t, memory_total, "MiB of instances."),
    (std::string, memory_available, "MiB of instances, still."),
    (std::string, gpu_limit, "Graphics processors, at most."),
    (std::int64_t, gpu_total, "Graphics processors."),
    (std::string, gpu_available, "Graphics processors, still."),
    (std::string, primary_storage_limit, "GiB of volumes, at most."),
    (std::int64_t, primary_storage_total, "GiB of volumes."),
    (std::string, primary_storage_available, "GiB of volumes, still."),
    (std::string, secondary_storage_limit, "GiB of templates, at most."),
    (double, secondary_storage_total, "GiB of templates."),
    (std::string, secondary_storage_available, "GiB of templates, still."),
    (std::string, bucket_limit, "Buckets, at most."),
    (std::int64_t, bucket_total, "Buckets."),
    (std::string, bucket_available, "Buckets, still."),
    (std::string, object_storage_limit, "GiB of buckets, at most."),
    (std::int64_t, object_storage_total, "GiB of buckets."),
    (std::string, object_storage_available, "GiB of buckets, still."),
    (std::vector<TaggedResource>, tagged_resources, "Of what goes to hosts or pools with a tag by which it can be limited."))
};
/// Of those who may have projects.
struct TenantHoldings : Holdings {
  using Base = Holdings;
  FIELDS(TenantHoldings,
    (std::string, project_limit, "Projects, at most."),
    (std::int64_t, project_total, "Projects."),
    (std::string, project_available, "Projects, still."))
};

/// What is held, against what may be.
TenantHoldings holdings_of(const model::Figures& held, const model::Limits& limits);

/// What an account answers of itself beside its own columns.
struct Held {
  TenantHoldings holdings;
  int running = 0, stopped = 0;
};
struct Holder {
  Id<model::Account> account;
  model::AccountType type;
};
/// By the account's id; a handful of queries for a page.
std::unordered_map<Uuid, Held> held_by_accounts(sql::Transaction& tx, std::span<const Holder> accounts);
/// By the domain's id: what it and those beneath it hold, against what may be.
std::unordered_map<Uuid, TenantHoldings> against_limits(sql::Transaction& tx,
                                                 const std::unordered_map<Uuid, model::Holding>& domains);

/// An answer about a holder.
struct TaggedHoldings {
  model::TagHolder holder;
  Uuid id;  ///< whose limits hold
  Holdings* answer;
};
/// What each has by the tags that things can be limited by, or by the one that is asked for. Where there are none, which is
/// the rule, it costs the reading of five settings; else a query for each figure.
void show_tagged(sql::Transaction& tx, std::span<const TaggedHoldings> answers, const std::optional<std::string>& tag = {});

}  // namespace welkin::commands
