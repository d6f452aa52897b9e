// What each account holds: figures kept in the transactions of the rows that they count, and never by hand.
#pragma once

#include <span>
#include <unordered_map>

#include "model/resource.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct Holding {
  static constexpr std::string_view table = "holdings";
  static constexpr std::string_view indexes[] = {"(domain_id)"};
  FIELDS(Holding,
    (Id<Account>, id, "The account."),
    (Id<Domain>, domain_id, "Its domain."),
    (std::int64_t, instances, "Instances that are not destroyed."),
    (std::int64_t, addresses, "Public addresses."),
    (std::int64_t, volumes, "Volumes that are not destroyed."),
    (std::int64_t, snapshots, "Snapshots."),
    (std::int64_t, templates, "Templates and ISOs."),
    (std::int64_t, projects, "Projects."),
    (std::int64_t, networks, "Guest networks."),
    (std::int64_t, vpcs, "VPCs."),
    (std::int64_t, cpus, "Processors of its instances."),
    (std::int64_t, memory_mb, "Memory of its instances in MiB."),
    (std::int64_t, primary_bytes, "Sizes of its volumes."),
    (std::int64_t, secondary_bytes, "Lengths of its templates on image stores."),
    (std::int64_t, backups, "Backups."),
    (std::int64_t, backup_bytes, "Sizes of its backups."),
    (std::int64_t, buckets, "Buckets."),
    (std::int64_t, object_bytes, "Sizes of its buckets."),
    (std::int64_t, gpus, "Graphics processors of its instances."),
    (std::int64_t, running, "Instances that run."),
    (std::int64_t, stopped, "Instances that are stopped."),
    (std::int64_t, accounts, "Itself, unless it is a project's: so that branches count theirs."),
    (std::int64_t, users, "Its users."))

  Figures figures() const;
};

/// What an account holds; nothing when it never held anything.
Holding held_by_account(sql::Transaction& tx, const Id<Account>& account);
/// What the accounts of each of these domains, and of those beneath it, hold together.
std::unordered_map<Uuid, Holding> held_beneath(sql::Transaction& tx, std::span<const Uuid> domains);
/// The change of each figure from one to the other, and adding such a change.
std::vector<std::int64_t> difference(const Holding& from, const Holding& to);
void add_to(Holding& holding, std::span<const std::int64_t> change);
/// The figures of an account, counted anew from the rows. Finds what `held_by_account` answers, unless somebody has
/// changed rows behind our back.
Holding counted_anew(sql::Transaction& tx, const Id<Account>& account);
/// Sets what an account holds to what was counted anew.
void set_holding(sql::Transaction& tx, const Holding& holding);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Holding)
