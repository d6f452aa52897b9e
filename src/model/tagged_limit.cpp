// What is held by tag, and what fits.
#include "model/tagged_limit.hpp"

#include <algorithm>

#include "model/disk_offering.hpp"
#include "model/limit.hpp"
#include "model/service_offering.hpp"
#include "model/settings.hpp"
#include "sql/like.hpp"

namespace welkin::model {

namespace {
constexpr Resource on_hosts[] = {Resource::instance, Resource::cpu, Resource::memory};
constexpr Resource on_pools[] = {Resource::volume, Resource::primary_storage};

bool is_on_hosts(Resource resource) { return std::ranges::find(on_hosts, resource) != std::end(on_hosts); }
bool is_on_pools(Resource resource) { return std::ranges::find(on_pools, resource) != std::end(on_pools); }

std::string figure_of(Resource resource) {
  switch (resource) {
    case Resource::cpu: return "sum(i.cpus)";
    case Resource::memory: return "sum(i.memory_mb)";
    case Resource::primary_storage: return "sum(i.bytes)";
    default: return "count(*)";
  }
}

/// From where, and which rows count: as holdings count them.
std::string_view rows_of(Resource resource) {
  if (is_on_hosts(resource))
    return "instances i join service_offerings o on o.id = i.service_offering_id where i.removed is null and "
           "i.state not in ('Destroyed', 'Expunging', 'Error') and o.host_tags like $2 escape '!'";
  return "volumes i left join disk_offerings d on d.id = i.disk_offering_id "
         "left join service_offerings s on s.id = i.service_offering_id where i.removed is null and "
         "i.state not in ('Destroy', 'Expunging', 'Expunged') and coalesce(d.tags, s.storage_tags) like $2 escape '!'";
}

/// The tags by which the row's offering places it, on hosts or on pools.
std::vector<std::string> tags_of(sql::Transaction& tx, const Share& row) {
  const bool on_host = row.figures[std::size_t(Resource::instance)] > 0;
  if (row.disk_offering && !on_host) return sql::need<DiskOffering>(tx, row.disk_offering).tags;
  const auto offering = sql::need<ServiceOffering>(tx, row.service_offering);
  return on_host ? offering.host_tags : offering.storage_tags;
}

struct Level {
  Uuid id;
  std::string name;
  TagHolder holder;
};
/// The account, unless it has no limits, and the domains above it.
std::vector<Level> levels_of(sql::Transaction& tx, const Share& row) {
  std::vector<Level> out;
  const auto account = sql::get<Account>(tx, row.account);
  if (account && account->type != AccountType::admin)
    out.push_back({account->id, fmt::format("The account {}", account->name), {account->id, {}}});
  for (auto id = row.domain; id;) {
    const auto domain = sql::need<Domain>(tx, id);
    out.push_back({id, fmt::format("The domain {}", printed_path(domain)), {{}, domain.path}});
    id = domain.parent_id;
  }
  return out;
}

void check(sql::Transaction& tx, const Level& level, const TaggedLimit& limit, const Share& row) {
  const auto unit = unit_of(limit.resource);
  const auto held = held_by_tag(tx, level.holder, limit.resource, limit.tag, row.row);
  const auto more = row.figures[std::size_t(limit.resource)];
  if (held + more <= limit.most * unit) return;
  const auto whole = [&](std::int64_t n) { return (n + unit - 1) / unit; };
  throw Error(Fault::limited,
              fmt::format("{0} may have {1} of {2} with the tag {3}; there are {4}, and this asks for {5} more. Remove some, or "
                          "ask an administrator for a higher limit of {2} by this tag.",
                          level.name, limit.most, name_of(limit.resource), limit.tag, whole(held), whole(more)),
              std::string(name_of(limit.resource)));
}
}  // namespace

bool is_limited_by_tag(Resource resource) { return is_on_hosts(resource) || is_on_pools(resource); }

std::vector<std::string> limited_tags(sql::Transaction& tx, Resource resource) {
  if (!is_limited_by_tag(resource)) return {};
  const auto text = value_of(tx, is_on_hosts(resource) ? settings::host_tags_limited : settings::pool_tags_limited);
  std::vector<std::string> out;
  type_of<std::vector<std::string>>().parse(&out, text);
  for (auto& tag : out) {
    tag.erase(0, tag.find_first_not_of(' '));
    tag.erase(tag.find_last_not_of(' ') + 1);
  }
  std::erase(out, "");
  return out;
}

std::int64_t held_by_tag(sql::Transaction& tx, const TagHolder& holder, Resource resource, std::string_view tag,
                         const Uuid& except) {
  const auto whose = holder.account ? std::string("i.account_id = $1")
                                    : fmt::format("i.domain_id in (select id from domains where {})",
                                                  lies_beneath("path", "cast($1 as text)"));
  return sql::count(tx,
                    fmt::format("select {} from {} and {} and i.id <> $3", figure_of(resource), rows_of(resource), whose),
                    holder.account ? holder.account.text() : holder.domain_path, sql::like_listing(tag), except.text());
}

std::optional<std::int64_t> tagged_limit(sql::Transaction& tx, const Uuid& holder, Resource resource, std::string_view tag) {
  const auto row = sql::first<TaggedLimit>(tx, "where holder_id = $1 and tag = $2 and resource = $3", holder, tag, resource);
  return row ? std::optional(row->most) : std::nullopt;
}

void set_tagged_limit(sql::Transaction& tx, const Uuid& holder, Resource resource, std::string_view tag, std::int64_t most,
                      Clock& clock, Random& random) {
  auto row = sql::first<TaggedLimit>(tx, "where holder_id = $1 and tag = $2 and resource = $3", holder, tag, resource);
  if (row) {
    row->most = most;
    return sql::update(tx, *row);
  }
  sql::insert(tx, TaggedLimit{new_id<TaggedLimit>(clock, random), holder, resource, std::string(tag), most});
}

void forget_limits(sql::Transaction& tx, const Uuid& holder) {
  for (const auto& limit : sql::all<Limit>(tx, "where holder_id = $1", holder)) sql::erase(tx, limit.id);
  for (const auto& limit : sql::all<TaggedLimit>(tx, "where holder_id = $1", holder)) sql::erase(tx, limit.id);
}

void must_fit_tags(sql::Transaction& tx, const Share& row, const Figures& grown) {
  if (!row.service_offering && !row.disk_offering) return;
  if (sql::count(tx, "select 1 from tagged_limits limit 1") == 0) return;
  const auto tags = tags_of(tx, row);
  if (tags.empty()) return;
  for (const auto& level : levels_of(tx, row))
    for (const auto& limit : sql::all<TaggedLimit>(tx, "where holder_id = $1", level.id)) {
      if (limit.most == unlimited || grown[std::size_t(limit.resource)] <= 0) continue;
      const auto limited = limited_tags(tx, limit.resource);
      const auto is_among = [&](const auto& list) { return std::ranges::find(list, limit.tag) != list.end(); };
      if (is_among(tags) && is_among(limited)) check(tx, level, limit, row);
    }
}

}  // namespace welkin::model
