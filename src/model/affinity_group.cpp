// Ends of groups and memberships.
#include "model/affinity_group.hpp"

namespace welkin::model {

namespace {
void drop_members(sql::Transaction& tx, std::string_view column, const Uuid& id) {
  for (const auto& member : sql::all<AffinityMember>(tx, fmt::format("where {} = $1", column), id))
    sql::erase(tx, member.id);
}
}  // namespace

void leave_affinity_groups(sql::Transaction& tx, const Id<Instance>& instance) {
  drop_members(tx, "instance_id", instance);
}

void forget_affinity_group(sql::Transaction& tx, const Id<AffinityGroup>& group) {
  drop_members(tx, "group_id", group);
  sql::erase(tx, group);
}

}  // namespace welkin::model
