// Affinity groups: instances that want to be together on a host, or apart.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// What a group asks for, as clients name it. Dedicating a place makes the groups of the last kind.
CHOICES(AffinityKind, (together, "host affinity"), (apart, "host anti-affinity"),
        (rather_together, "non-strict host affinity"), (rather_apart, "non-strict host anti-affinity"),
        (dedicated, "ExplicitDedication"))

struct AffinityGroup {
  static constexpr std::string_view table = "affinity_groups";
  static constexpr std::string_view indexes[] = {"unique (account_id, name)", "(account_id, created, id)",
                                                 "(domain_id, created, id)", "(created, id)"};
  FIELDS(AffinityGroup,
    (Id<AffinityGroup>, id, "The group."),
    (Id<Account>, account_id, "Its owner; nil when it is for a whole domain."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::string, name, "Unique in the account."),
    (std::string, description, "What it is for."),
    (AffinityKind, kind, "What it asks for."),
    (Time, created, "When it was made."))
};

struct AffinityMember {
  static constexpr std::string_view table = "affinity_members";
  static constexpr std::string_view indexes[] = {"unique (instance_id, group_id)", "(group_id)"};
  FIELDS(AffinityMember,
    (Id<AffinityMember>, id, "The membership."),
    (Id<AffinityGroup>, group_id, "The group."),
    (Id<Instance>, instance_id, "The instance in it."))
};

/// Takes the instance out of all its groups.
void leave_affinity_groups(sql::Transaction& tx, const Id<Instance>& instance);
/// The group and all memberships in it.
void forget_affinity_group(sql::Transaction& tx, const Id<AffinityGroup>& group);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::AffinityGroup)
ROW_ELSEWHERE(welkin::model::AffinityMember)
