// How much accounts and domains may hold.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>

#include "model/account.hpp"
#include "model/domain.hpp"
#include "model/resource.hpp"

namespace welkin::model {

inline constexpr std::int64_t unlimited = -1;

/// A limit that somebody has set. Where nobody has, settings say: max.account.…, max.domain.…
struct Limit {
  static constexpr std::string_view table = "limits";
  static constexpr std::string_view indexes[] = {"unique (holder_id, resource)"};
  FIELDS(Limit,
    (Id<Limit>, id, "The limit."),
    (Uuid, holder_id, "The account or domain that is limited."),
    (Resource, resource, "What of."),
    (std::int64_t, most, "At most so many, in units of unit_of; -1 is as many as it likes."))
};

/// Limits in the units of `unit_of`, or `unlimited`; one for each resource.
using Limits = std::array<std::int64_t, resource_kinds>;

/// Reads limits, and remembers what many holders have in common: settings, and the domains above them.
class LimitReader {
 public:
  explicit LimitReader(sql::Transaction& tx) : tx_(tx) {}
  /// Reads what is set for these accounts or domains in one query for a hundred.
  void expect(std::span<const Uuid> holders);
  /// An account's own limits; those of the domains above are not in them. Root administrators have none.
  Limits of_account(const Id<Account>& account, AccountType type);
  /// A domain's: its own, else those of the nearest domain above that has one. The root domain has none.
  Limits of_domain(const Id<Domain>& domain);

 private:
  void take_over(Limits& limits, const Uuid& holder);
  Limits of_all_accounts();
  Limits of_all_projects();
  Limits of_all_domains();

  sql::Transaction& tx_;
  std::unordered_map<Uuid, std::vector<Limit>> set_;
  std::unordered_map<Uuid, Limits> domains_;
  std::optional<Limits> accounts_, projects_, all_domains_;  ///< by settings
};

/// Sets one; `unlimited` too is a limit that somebody has set.
void set_limit(sql::Transaction& tx, const Uuid& holder, Resource resource, std::int64_t most, Clock& clock, Random& random);

/// That much more (counted as holdings are) fits the account and all domains above it. Throws `limited`, with the resource's
/// name as subject.
void must_fit(sql::Transaction& tx, const Id<Account>& account, const Id<Domain>& domain, const Figures& more);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Limit)
