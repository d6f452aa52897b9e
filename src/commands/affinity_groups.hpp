// Affinity groups as answers show them, and how instances come into them.
#pragma once

#include <unordered_map>

#include "commands/command.hpp"
#include "model/affinity_group.hpp"

namespace welkin::commands {

/// A place that is kept for those in a group.
struct DedicatedPlaceAnswer {
  FIELDS(DedicatedPlaceAnswer,
    (Uuid, resource_id, "The place."),
    (std::string, resource_name, "By name."),
    (std::string, resource_type, "Zone, Pod, Cluster or Host."))
};
struct AffinityGroupAnswer {
  FIELDS(AffinityGroupAnswer,
    (Id<model::AffinityGroup>, id, "The group."),
    (std::string, name, "Unique in the account."),
    (std::optional<std::string>, description, "What it is for."),
    (std::optional<std::string>, account, "Its owner."),
    (Id<model::Project>, project_id, "The project it is, in place of account."),
    (std::optional<std::string>, project, "By name."),
    (Id<model::Domain>, domain_id, "The owner's domain."),
    (std::string, domain, "By name."),
    (std::string, domain_path, "By path."),
    (std::string, type, "What it asks for: host affinity, host anti-affinity …"),
    (std::vector<Id<model::Instance>>, virtual_machine_ids, "Its instances.", .wire = "virtualmachineIds"),
    (std::vector<DedicatedPlaceAnswer>, dedicated_resources, "Places that are kept for it.", .admin = true))
};
/// Without its instances and places.
AffinityGroupAnswer answer_affinity_group(Call& call, sql::Transaction& tx, const model::AffinityGroup& group);

/// The groups of these instances, by instance: two queries for a hundred.
std::unordered_map<Uuid, std::vector<AffinityGroupAnswer>> affinity_groups_of(Call& call, sql::Transaction& tx,
                                                                              std::span<const Uuid> instances);

/// Groups that a request names, by ids or by names of the owner's: each its own or kept for it. Throws `invalid` for both,
/// and for groups that are another's.
std::vector<model::AffinityGroup> affinity_groups_named(
    sql::Transaction& tx, const std::vector<access::Using<model::AffinityGroup>>& ids,
    const std::vector<std::string>& names, const access::Owner& owner);

/// The instance is in these groups, and in no others.
void join_affinity_groups(Call& call, sql::Transaction& tx, const Id<model::Instance>& instance,
                          const std::vector<model::AffinityGroup>& groups);

}  // namespace welkin::commands
