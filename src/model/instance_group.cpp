// Groups that come to be by being named.
#include "model/instance_group.hpp"

namespace welkin::model {

Id<InstanceGroup> group_named(sql::Transaction& tx, const Id<Account>& account, const Id<Domain>& domain,
                              std::string_view name, Clock& clock, Random& random) {
  if (name.empty()) return {};
  if (const auto there = sql::first<InstanceGroup>(tx, "where account_id = $1 and name = $2", account, name))
    return there->id;
  InstanceGroup group;
  group.id = new_id<InstanceGroup>(clock, random);
  group.account_id = account;
  group.domain_id = domain;
  group.name = name;
  group.created = clock.now();
  sql::insert(tx, group);
  return group.id;
}

}  // namespace welkin::model
