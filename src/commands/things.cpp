// From the word for a kind to its noun, and through the door.
#include "commands/things.hpp"

#include "model/cluster.hpp"
#include "model/firewall_rule.hpp"
#include "model/host.hpp"
#include "model/image_store.hpp"
#include "model/instance_group.hpp"
#include "model/nic.hpp"
#include "model/pod.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/public_address.hpp"
#include "model/router.hpp"
#include "model/ssh_key.hpp"
#include "model/storage_pool.hpp"
#include "model/volume.hpp"

namespace welkin::commands {

namespace {
/// Stands for a noun where a function is to be told one.
template <class Row>
struct Noun {
  using Type = Row;
};

// What each kind is, in whichever of the enumerations it is one.
#define ALL_KINDS(X) \
  X(instance, Instance) \
  X(image, Template) \
  X(volume, Volume) \
  X(network, Network) \
  X(nic, Nic) \
  X(port_forwarding_rule, PortForwardingRule) \
  X(firewall_rule, FirewallRule) \
  X(public_address, PublicAddress) \
  X(instance_group, InstanceGroup) \
  X(ssh_key, SshKey) \
  X(user_data, UserData) \
  X(router, Router) \
  X(project, Project) \
  X(account, Account) \
  X(user, User) \
  X(domain, Domain) \
  X(service_offering, ServiceOffering) \
  X(disk_offering, DiskOffering) \
  X(network_offering, NetworkOffering) \
  X(os_type, OsType) \
  X(os_category, OsCategory) \
  X(zone, Zone) \
  X(pod, Pod) \
  X(cluster, Cluster) \
  X(host, Host) \
  X(pool, StoragePool) \
  X(image_store, ImageStore)

/// How many of these the enumeration has.
template <class Kind>
constexpr std::size_t known_kinds() {
  std::size_t known = 0;
#define COUNT_KIND(kind, Row) known += requires { Kind::kind; };
  ALL_KINDS(COUNT_KIND)
#undef COUNT_KIND
  return known;
}

/// `f` is told the noun of the kind.
template <class Kind, class F>
auto with_noun(Kind kind, F f) {
  static_assert(known_kinds<Kind>() == choices_of(Kind{}).size(), "each kind has its noun");
#define TRY_KIND(name, Row) \
  if constexpr (requires { Kind::name; }) \
    if (kind == Kind::name) return f(Noun<model::Row>());
  ALL_KINDS(TRY_KIND)
#undef TRY_KIND
  std::unreachable();
}

access::Owner owner_in(const model::Account& row) { return {row.id, row.domain_id}; }
access::Owner owner_in(const model::Project& row) { return {model::account_of(row.id), row.domain_id}; }
access::Owner owner_in(const model::Domain& row) { return {{}, row.id}; }
template <class Row>
access::Owner owner_in(const Row& row) {
  if constexpr (requires { access::Owner{row.account_id, row.domain_id}; })
    return {row.account_id, row.domain_id};
  else
    return {};
}

template <class Row>
std::string name_in(const Row& row) {
  if constexpr (requires { row.name; }) return row.name;
  else if constexpr (requires { row.user_name; }) return row.user_name;
  else if constexpr (requires { row.address; }) return row.address;
  else return row.id.text();
}

template <class Row>
Thing find_thing(Call& call, sql::Transaction& tx, const std::string& text, access::Use use,
                 std::string_view parameter) {
  const auto id = Id<Row>::parse(text);
  if (!id) access::refuse_id(parameter, text);
  const auto row = access::find<Row>(tx, call.caller, *id, use, parameter);
  const auto owner = owner_in(row);
  // An address that nobody holds is nobody's to mark.
  if constexpr (std::is_same_v<Row, model::PublicAddress>)
    if (!owner.domain) access::refuse_id(parameter, text);
  return {row.id, name_in(row), owner};
}

template <class Kind>
Thing find_any(Call& call, sql::Transaction& tx, Kind kind, const std::string& id, access::Use use,
               std::string_view parameter) {
  return with_noun(kind, [&](auto noun) {
    return find_thing<typename decltype(noun)::Type>(call, tx, id, use, parameter);
  });
}
}  // namespace

Thing thing_of(Call& call, sql::Transaction& tx, model::TaggedKind kind, const std::string& id, access::Use use,
               std::string_view parameter) {
  return find_any(call, tx, kind, id, use, parameter);
}
Thing thing_of(Call& call, sql::Transaction& tx, model::AnnotatedKind kind, const std::string& id, access::Use use,
               std::string_view parameter) {
  return find_any(call, tx, kind, id, use, parameter);
}
Thing thing_of(Call& call, sql::Transaction& tx, model::DetailedKind kind, const std::string& id, access::Use use,
               std::string_view parameter) {
  return find_any(call, tx, kind, id, use, parameter);
}
Thing thing_of(Call& call, sql::Transaction& tx, model::IconKind kind, const std::string& id, access::Use use,
               std::string_view parameter) {
  return find_any(call, tx, kind, id, use, parameter);
}

std::string name_of_thing(sql::Transaction& tx, model::AnnotatedKind kind, const Uuid& id) {
  return with_noun(kind, [&](auto noun) {
    using Row = decltype(noun)::Type;
    const auto row = sql::get<Row>(tx, Id<Row>(id));
    return row ? name_in(*row) : std::string();
  });
}

bool in_own_row(model::DetailedKind kind) {
  return with_noun(kind, [](auto noun) {
    return requires(typename decltype(noun)::Type row) { row.details; };
  });
}

void with_details(sql::Transaction& tx, model::DetailedKind kind, const Uuid& id, const ChangeDetails& change) {
  with_noun(kind, [&](auto noun) {
    using Row = decltype(noun)::Type;
    if constexpr (requires(Row row) { row.details; }) {
      auto row = sql::need<Row>(tx, Id<Row>(id));
      if (change(row.details)) sql::update(tx, row);
    } else {
      must(false, "details of this kind lie in a table of their own");
    }
  });
}

}  // namespace welkin::commands
