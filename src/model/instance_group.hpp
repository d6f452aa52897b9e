// A group of instances: a name that its owner sorts by.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct InstanceGroup {
  static constexpr std::string_view table = "instance_groups";
  static constexpr std::string_view indexes[] = {
      "unique (account_id, name)", "(account_id, created, id)", "(domain_id, created, id)", "(created, id)"};
  FIELDS(InstanceGroup,
    (Id<InstanceGroup>, id, "The group."),
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::string, name, "Unique in the account."),
    (Time, created, "When it was made."))
};

/// The account's group of this name, made when there is none; nil for an empty name.
Id<InstanceGroup> group_named(sql::Transaction& tx, const Id<Account>& account, const Id<Domain>& domain,
                              std::string_view name, Clock& clock, Random& random);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::InstanceGroup)
