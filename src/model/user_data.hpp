// User data: text kept under a name, for the first start of instances.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

/// What holds when both template and instance bring user data.
CHOICES(UserDataPolicy, (allow_override, "ALLOWOVERRIDE"), (append, "APPEND"),
        (deny_override, "DENYOVERRIDE"))

struct UserData {
  static constexpr std::string_view table = "user_data";
  static constexpr std::string_view indexes[] = {"unique (account_id, name)", "(domain_id)"};
  FIELDS(UserData,
    (Id<UserData>, id, "The entry."),
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::string, name, "Unique in the account."),
    (std::string, content, "As given, base64.", .length = 1048576),
    (std::string, params, "Names it expects values for, between commas."),
    (Time, created, "When it was registered."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::UserData)
