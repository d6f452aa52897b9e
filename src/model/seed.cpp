// Seeding. A thing that was ever there, removed or not, is known by its name and left alone.
#include "model/seed.hpp"

#include "model/disk_offering.hpp"
#include "model/domain.hpp"
#include "model/hypervisor_capabilities.hpp"
#include "model/network_offering.hpp"
#include "model/os_type.hpp"
#include "model/region.hpp"
#include "model/role.hpp"
#include "model/service_offering.hpp"

namespace welkin::embedded {
extern const std::string_view seed_json;
}

namespace welkin::model {

namespace {
/// A family of operating systems and its members' names.
struct SeedCategory {
  FIELDS(SeedCategory,
    (std::string, name, "The family."),
    (bool, is_featured, "Shown first."),
    (std::vector<std::string>, types, "Names of its members."))
};

struct SeedRole {
  FIELDS(SeedRole,
    (std::string, name, "The role."),
    (RoleType, type, "Which accounts may have it."),
    (std::string, description, "What it is for."),
    (std::vector<std::string>, denied, "Patterns of commands, asked first."),
    (std::vector<std::string>, allowed, "Patterns of commands."),
    (bool, closed, "All else is denied, whatever a command's audience is."))
};

struct Seeding {
  sql::Transaction& tx;
  Clock& clock;
  Random& random;

  template <class T>
  bool had(std::string_view name) {
    return sql::count(tx, fmt::format("select count(*) from {} where name = $1", T::table), name) != 0;
  }

  /// Gives the row its id and its birth, and inserts it.
  template <class T>
  void add(T& row) {
    row.id = new_id<T>(clock, random);
    if constexpr (requires { row.created; }) row.created = clock.now();
    sql::insert(tx, row);
  }
};

void seed_root(Seeding& s) {
  if (domain_at(s.tx, "/")) return;
  Domain root;
  root.name = "ROOT";
  root.path = "/";
  s.add(root);
}

void seed_category(Seeding& s, const SeedCategory& from, int place) {
  auto category = sql::first<OsCategory>(s.tx, "where name = $1", from.name);
  if (!category) {
    category.emplace();
    category->name = from.name;
    category->is_featured = from.is_featured;
    category->sort_key = place;
    s.add(*category);
  }
  for (const auto& name : from.types) {
    if (s.had<OsType>(name)) continue;
    OsType type;
    type.os_category_id = category->id;
    type.name = name;
    type.description = name;
    type.display = true;
    s.add(type);
  }
}

void seed_rules(Seeding& s, const Id<Role>& role, const std::vector<std::string>& rules,
    Permission permission,
                int& place) {
  for (const auto& pattern : rules) {
    RoleRule rule;
    rule.role_id = role;
    rule.place = place++;
    rule.rule = pattern;
    rule.permission = permission;
    s.add(rule);
  }
}

void seed_role(Seeding& s, const SeedRole& from, int) {
  if (s.had<Role>(from.name)) return;
  Role role;
  role.name = from.name;
  role.type = from.type;
  role.description = from.description;
  role.is_default = true;
  role.is_public = true;
  s.add(role);
  int place = 0;
  seed_rules(s, role.id, from.denied, Permission::deny, place);
  seed_rules(s, role.id, from.allowed, Permission::allow, place);
  if (from.closed) seed_rules(s, role.id, {"*"}, Permission::deny, place);
}

/// Offerings stand in the seed as rows, by their members' names.
template <class Offering>
void seed_offering(Seeding& s, const Offering& from, int place) {
  if (s.had<Offering>(from.name)) return;
  auto offering = from;
  offering.sort_key = place;
  s.add(offering);
}

void seed_capabilities(Seeding& s, const HypervisorCapabilities& from, int) {
  if (capabilities_of(s.tx, from.hypervisor)) return;
  auto entry = from;
  s.add(entry);
}

void seed_region(Seeding& s, const Region& from, int) {
  if (sql::first<Region>(s.tx, "where number = $1", from.number)) return;
  auto region = from;
  s.add(region);
}

template <class T>
void each(Seeding& s, const Json& list, void (*plant)(Seeding&, const T&, int)) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    T item;
    type_of<T>().read(&item, list.at(i));
    plant(s, item, int(i));
  }
}
}  // namespace

std::string_view seed_json() { return embedded::seed_json; }

void seed(sql::Transaction& tx, Clock& clock, Random& random, const Json& seed) {
  Seeding s{tx, clock, random};
  seed_root(s);
  each<SeedCategory>(s, seed["os_categories"], seed_category);
  each<SeedRole>(s, seed["roles"], seed_role);
  each<ServiceOffering>(s, seed["service_offerings"], seed_offering);
  each<DiskOffering>(s, seed["disk_offerings"], seed_offering);
  each<NetworkOffering>(s, seed["network_offerings"], seed_offering);
  each<HypervisorCapabilities>(s, seed["hypervisor_capabilities"], seed_capabilities);
  each<Region>(s, seed["regions"], seed_region);
}

}  // namespace welkin::model
