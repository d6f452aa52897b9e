// A role: which commands its accounts may call. Rules are read in order; the first that fits decides.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

CHOICES(RoleType, (admin, "Admin"), (resource_admin, "ResourceAdmin"), (domain_admin, "DomainAdmin"),
        (user, "User"))
CHOICES(RoleState, (enabled, "enabled"), (disabled, "disabled"))
CHOICES(Permission, (allow, "allow"), (deny, "deny"))

struct Role {
  static constexpr std::string_view table = "roles";
  static constexpr std::string_view indexes[] = {"unique (name) where removed is null"};
  FIELDS(Role,
    (Id<Role>, id, "The role."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Unique among roles."),
    (RoleType, type, "Which accounts may have it."),
    (std::string, description, "Free text."),
    (RoleState, state, "A disabled role allows nothing."),
    (bool, is_default, "Comes with the cloud; its rules may not be changed."),
    (bool, is_public, "Domain administrators may give it."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

struct RoleRule {
  static constexpr std::string_view table = "role_rules";
  static constexpr std::string_view indexes[] = {"unique (role_id, rule)", "(role_id, place)"};
  FIELDS(RoleRule,
    (Id<RoleRule>, id, "The rule."),
    (Id<Role>, role_id, "Its role."),
    (int, place, "Its place among the role's rules."),
    (std::string, rule, "A command's name; * stands for any run of letters and digits."),
    (Permission, permission, "What it says of such commands."),
    (std::string, description, "Free text."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Role)
ROW_ELSEWHERE(welkin::model::RoleRule)
