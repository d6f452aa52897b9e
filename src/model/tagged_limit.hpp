// Limits by tag: how much of what goes to hosts or pools with a tag an account or a domain may hold.
//
// They are few and looked at seldom: what is held by tag is counted from the rows when a limit asks for it, in the
// transaction that adds to it, so nothing has to follow when an offering's tags change.
#pragma once

#include <optional>

#include "model/account.hpp"
#include "model/domain.hpp"
#include "model/resource.hpp"

namespace welkin::model {

struct TaggedLimit {
  static constexpr std::string_view table = "tagged_limits";
  static constexpr std::string_view indexes[] = {"unique (holder_id, tag, resource)"};
  FIELDS(TaggedLimit,
    (Id<TaggedLimit>, id, "The limit."),
    (Uuid, holder_id, "The account or domain that is limited."),
    (Resource, resource, "What of."),
    (std::string, tag, "Of hosts, or of pools."),
    (std::int64_t, most, "At most so many, in units of unit_of; -1 is as many as it likes."))
};

/// Where offerings with this tag count: instances, processors and memory on hosts, volumes and their sizes on pools.
bool is_limited_by_tag(Resource resource);
/// The tags by which it can be limited, as `resource.limit.host.tags` and `resource.limit.storage.tags` name them.
std::vector<std::string> limited_tags(sql::Transaction& tx, Resource resource);

/// Whose things are counted: an account's, or all in a domain and beneath it.
struct TagHolder {
  Id<Account> account;
  std::string domain_path;  ///< where account is nil
};
/// How much of it the holder has by this tag, counted as holdings are; the row `except` is left out.
std::int64_t held_by_tag(sql::Transaction& tx, const TagHolder& holder, Resource resource, std::string_view tag,
                         const Uuid& except = {});

/// What is set for the account or domain; nothing when nobody has set one.
std::optional<std::int64_t> tagged_limit(sql::Transaction& tx, const Uuid& holder, Resource resource, std::string_view tag);
void set_tagged_limit(sql::Transaction& tx, const Uuid& holder, Resource resource, std::string_view tag, std::int64_t most,
                      Clock& clock, Random& random);
/// The holder goes, and all its limits with it, by tag or not.
void forget_limits(sql::Transaction& tx, const Uuid& holder);

/// What the row counts, where it grows, fits the limits by its offering's tags of the account and of all domains above it.
/// Throws `limited`, with the resource's name as subject.
void must_fit_tags(sql::Transaction& tx, const Share& row, const Figures& grown);

}  // namespace welkin::model

ROW_ELSEWHERE(welkin::model::TaggedLimit)
