// An SSH key: the public half of a pair that instances may be deployed with.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

struct SshKey {
  static constexpr std::string_view table = "ssh_keys";
  static constexpr std::string_view indexes[] = {"unique (account_id, name)", "(domain_id)"};
  FIELDS(SshKey,
    (Id<SshKey>, id, "The key."),
    (Id<Account>, account_id, "Its owner."),
    (Id<Domain>, domain_id, "The owner's domain."),
    (std::string, name, "Unique in the account."),
    (std::string, fingerprint, "MD5 of the public key, in pairs of hex digits with colons."),
    (std::string, public_key,
     "In OpenSSH's form; the private half is given out once and not kept.", .length = 16384),
    (Time, created, "When it was made."))
};

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::SshKey)
