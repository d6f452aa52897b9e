// Limits, and what fits them.
#include "model/limit.hpp"

#include "model/holding.hpp"
#include "model/settings.hpp"
#include "sql/many.hpp"

namespace welkin::model {

namespace {
using Handle = const KnownSetting<std::int64_t>*;
/// The settings of the resources that Welkin has, in the order of `Resource`.
#define WELKIN_HANDLES(whom, projects)                                                                                 \
  {&settings::most_instances_of_##whom, &settings::most_addresses_of_##whom, &settings::most_volumes_of_##whom,        \
   nullptr, &settings::most_templates_of_##whom, projects, &settings::most_networks_of_##whom, nullptr,                \
   &settings::most_cpus_of_##whom, &settings::most_memory_of_##whom, &settings::most_primary_of_##whom,                \
   &settings::most_secondary_of_##whom}
constexpr Handle of_accounts[resource_kinds] = WELKIN_HANDLES(account, &settings::most_projects_of_account);
constexpr Handle of_domains[resource_kinds] = WELKIN_HANDLES(domain, &settings::most_projects_of_domain);
constexpr Handle of_projects[resource_kinds] = WELKIN_HANDLES(project, nullptr);
#undef WELKIN_HANDLES

/// The values that hold for the whole cloud; what somebody has set is read in one query.
Limits settings_for(sql::Transaction& tx, std::span<const Handle, resource_kinds> handles) {
  Limits out;
  out.fill(unlimited);
  const auto set = sql::all<Setting>(tx, "where name >= 'max.' and name < 'max/' and scope_id is null");
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (!handles[i]) continue;
    const auto row = std::ranges::find(set, handles[i]->name, &Setting::name);
    welkin::detail::parse_integer(out[i], row == set.end() ? declared_setting(handles[i]->name)->value : row->value);
  }
  return out;
}

std::string printed(Resource resource, std::int64_t amount) {
  switch (resource) {
    case Resource::instance: return fmt::format("{} instances", amount);
    case Resource::address: return fmt::format("{} public addresses", amount);
    case Resource::cpu: return fmt::format("{} processors", amount);
    case Resource::memory: return fmt::format("{} MiB of memory", amount);
    case Resource::primary_storage: return fmt::format("{} GiB of primary storage", amount);
    case Resource::secondary_storage: return fmt::format("{} GiB of secondary storage", amount);
    case Resource::backup_storage: return fmt::format("{} GiB of backups", amount);
    case Resource::object_storage: return fmt::format("{} GiB of objects", amount);
    case Resource::vpc: return fmt::format("{} VPCs", amount);
    case Resource::gpu: return fmt::format("{} graphics processors", amount);
    default: return fmt::format("{} {}s", amount, name_of(resource));
  }
}

/// The first resource of which there would be too much.
std::optional<Resource> first_beyond(const Limits& limits, const Figures& held, const Figures& more) {
  for (std::size_t i = 0; i < more.size(); ++i) {
    if (more[i] == 0 || limits[i] < 0) continue;
    const auto unit = unit_of(Resource(i));
    if (held[i] + more[i] > limits[i] * unit) return Resource(i);
  }
  return std::nullopt;
}

bool bounds(const Limits& limits, const Figures& more) {
  for (std::size_t i = 0; i < more.size(); ++i)
    if (more[i] > 0 && limits[i] >= 0) return true;
  return false;
}

void check(const std::string& holder, const Limits& limits, const Figures& held, const Figures& more) {
  const auto resource = first_beyond(limits, held, more);
  if (!resource) return;
  const auto at = std::size_t(*resource);
  const auto whole = [&](std::int64_t n) { return (n + unit_of(*resource) - 1) / unit_of(*resource); };
  throw Error(Fault::limited,
              fmt::format("{} may have {}; there are {}, and this asks for {} more. Remove some, or ask an administrator "
                          "for a higher limit of {}.",
                          holder, printed(*resource, limits[at]), whole(held[at]), whole(more[at]), name_of(*resource)),
              std::string(name_of(*resource)));
}
}  // namespace

void LimitReader::expect(std::span<const Uuid> holders) {
  for (const auto& holder : holders) set_[holder];
  for (auto& limit : sql::all_in<Limit>(tx_, "holder_id", holders)) set_[limit.holder_id].push_back(limit);
}

void LimitReader::take_over(Limits& limits, const Uuid& holder) {
  auto at = set_.find(holder);
  if (at == set_.end()) at = set_.emplace(holder, sql::all<Limit>(tx_, "where holder_id = $1", holder)).first;
  for (const auto& limit : at->second) limits[std::size_t(limit.resource)] = limit.most;
}

Limits LimitReader::of_all_accounts() {
  if (!accounts_) accounts_ = settings_for(tx_, of_accounts);
  return *accounts_;
}

Limits LimitReader::of_all_projects() {
  if (!projects_) projects_ = settings_for(tx_, of_projects);
  return *projects_;
}

Limits LimitReader::of_all_domains() {
  if (!all_domains_) all_domains_ = settings_for(tx_, of_domains);
  return *all_domains_;
}

Limits LimitReader::of_account(const Id<Account>& account, AccountType type) {
  Limits out;
  out.fill(unlimited);
  if (type == AccountType::admin) return out;
  out = type == AccountType::project ? of_all_projects() : of_all_accounts();
  take_over(out, account);
  return out;
}

Limits LimitReader::of_domain(const Id<Domain>& id) {
  if (const auto at = domains_.find(id); at != domains_.end()) return at->second;
  const auto parent = sql::need<Domain>(tx_, id).parent_id;
  Limits out;
  out.fill(unlimited);
  if (parent) {
    out = sql::need<Domain>(tx_, parent).parent_id ? of_domain(parent) : of_all_domains();
    take_over(out, id);
  }
  return domains_.emplace(id, out).first->second;
}

void set_limit(sql::Transaction& tx, const Uuid& holder, Resource resource, std::int64_t most, Clock& clock,
               Random& random) {
  auto row = sql::first<Limit>(tx, "where holder_id = $1 and resource = $2", holder, resource);
  if (row) {
    row->most = most;
    return sql::update(tx, *row);
  }
  sql::insert(tx, Limit{new_id<Limit>(clock, random), holder, resource, most});
}

void must_fit(sql::Transaction& tx, const Id<Account>& account, const Id<Domain>& domain, const Figures& more) {
  const auto holder = sql::get<Account>(tx, account);
  if (!holder) return;  // an owner whom nobody has recorded has no limits either
  LimitReader reader(tx);
  const auto limits = reader.of_account(account, holder->type);
  if (bounds(limits, more))
    check(fmt::format("The {} {}", holder->type == AccountType::project ? "project's account" : "account", holder->name), limits, held_by_account(tx, account).figures(), more);
  for (auto id = domain; id;) {
    const auto level = sql::need<Domain>(tx, id);
    const auto most = reader.of_domain(id);
    if (bounds(most, more))
      check(fmt::format("The domain {}", printed_path(level)), most, held_beneath(tx, std::span(&static_cast<const Uuid&>(id), 1)).at(id).figures(), more);
    id = level.parent_id;
  }
}

}  // namespace welkin::model
