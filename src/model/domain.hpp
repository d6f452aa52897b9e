// A domain: a branch of the tree of organisations. Administrators of one rule all beneath it.
#pragma once

#include "model/nouns.hpp"
#include "sql/rows.hpp"

namespace welkin::model {

CHOICES(DomainState, (active, "Active"), (inactive, "Inactive"))

struct Domain {
  static constexpr std::string_view table = "domains";
  static constexpr std::string_view indexes[] = {"unique (path) where removed is null", "(path)", "(parent_id)"};
  FIELDS(Domain,
    (Id<Domain>, id, "The domain."),
    (std::int64_t, generation, "Grows with each change."),
    (std::string, name, "Unique among its siblings; the root's is ROOT."),
    (std::string, path, "Names from the root down, a slash after each: / is the root, /sales/ beneath it."),
    (int, level, "Steps from the root."),
    (Id<Domain>, parent_id, "The domain above; nil for the root."),
    (DomainState, state, "Inactive while it is being removed."),
    (std::string, network_domain, "DNS suffix of its networks; empty takes the zone's."),
    (TextMap, details, "Further facts, by name."),
    (Time, created, "When it was made."),
    (std::optional<Time>, removed, "When it was removed."))
};

/// The path as CloudStack's API prints it: ROOT, ROOT/sales.
std::string printed_path(const Domain& domain);
/// The path that is printed so.
std::string path_printed(std::string_view text);
/// An SQL condition: `column` is `path` or the path of a domain beneath it; both are expressions. An index on paths finds
/// these in one range; what the range holds is compared, for databases that sort otherwise than by bytes.
std::string lies_beneath(std::string_view column, std::string_view path);
/// The root domain; there is one since the first start.
Domain root_domain(sql::Transaction& tx);
/// The domain with this path among those that are not removed.
std::optional<Domain> domain_at(sql::Transaction& tx, std::string_view path);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::Domain)
