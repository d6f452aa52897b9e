// Dedications: places that are kept for one domain, or for one account of it.
#pragma once

#include "model/affinity_group.hpp"

namespace welkin::model {

CHOICES(DedicatedKind, (zone, "Zone"), (pod, "Pod"), (cluster, "Cluster"), (host, "Host"))

struct Dedication {
  static constexpr std::string_view table = "dedications";
  static constexpr std::string_view indexes[] = {"unique (place_id)", "(zone_id)", "(affinity_group_id)",
                                                 "(account_id)", "(domain_id)"};
  FIELDS(Dedication,
    (Id<Dedication>, id, "The dedication."),
    (DedicatedKind, kind, "What is kept."),
    (Uuid, place_id, "Which of these."),
    (Id<Zone>, zone_id, "The zone that it is or lies in."),
    (Id<Domain>, domain_id, "For whom, and those beneath it."),
    (Id<Account>, account_id, "For this account of the domain alone; nil for all."),
    (Id<AffinityGroup>, affinity_group_id, "Instances that shall run there are in this group."),
    (Time, created, "Since when."))
};

/// Ends it; the group goes with the last of its places. Instances stay where they run.
void release_dedication(sql::Transaction& tx, const Dedication& dedication);
/// Ends the place's dedication, if there is one: the place itself goes.
void release_dedication_of(sql::Transaction& tx, const Uuid& place);
/// Ends all that is kept for the account, or for the domain itself.
void release_dedications_for(sql::Transaction& tx, const Id<Account>& account);
void release_dedications_for(sql::Transaction& tx, const Id<Domain>& domain);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Dedication)
