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

template <class F>
auto with_noun(model::TaggedKind kind, F f) {
  using enum model::TaggedKind;
  switch (kind) {
    case instance: return f(Noun<model::Instance>());
    case image: return f(Noun<model::Template>());
    case volume: return f(Noun<model::Volume>());
    case network: return f(Noun<model::Network>());
    case port_forwarding_rule: return f(Noun<model::PortForwardingRule>());
    case firewall_rule: return f(Noun<model::FirewallRule>());
    case public_address: return f(Noun<model::PublicAddress>());
    case project: return f(Noun<model::Project>());
    case account: return f(Noun<model::Account>());
    case user: return f(Noun<model::User>());
    case domain: return f(Noun<model::Domain>());
  }
  std::unreachable();
}
template <class F>
auto with_noun(model::AnnotatedKind kind, F f) {
  using enum model::AnnotatedKind;
  switch (kind) {
    case instance: return f(Noun<model::Instance>());
    case volume: return f(Noun<model::Volume>());
    case instance_group: return f(Noun<model::InstanceGroup>());
    case ssh_key: return f(Noun<model::SshKey>());
    case user_data: return f(Noun<model::UserData>());
    case network: return f(Noun<model::Network>());
    case public_address: return f(Noun<model::PublicAddress>());
    case image: return f(Noun<model::Template>());
    case service_offering: return f(Noun<model::ServiceOffering>());
    case disk_offering: return f(Noun<model::DiskOffering>());
    case network_offering: return f(Noun<model::NetworkOffering>());
    case zone: return f(Noun<model::Zone>());
    case pod: return f(Noun<model::Pod>());
    case cluster: return f(Noun<model::Cluster>());
    case host: return f(Noun<model::Host>());
    case domain: return f(Noun<model::Domain>());
    case pool: return f(Noun<model::StoragePool>());
    case image_store: return f(Noun<model::ImageStore>());
    case router: return f(Noun<model::Router>());
  }
  std::unreachable();
}
template <class F>
auto with_noun(model::DetailedKind kind, F f) {
  using enum model::DetailedKind;
  switch (kind) {
    case instance: return f(Noun<model::Instance>());
    case image: return f(Noun<model::Template>());
    case volume: return f(Noun<model::Volume>());
    case network: return f(Noun<model::Network>());
    case nic: return f(Noun<model::Nic>());
    case port_forwarding_rule: return f(Noun<model::PortForwardingRule>());
    case firewall_rule: return f(Noun<model::FirewallRule>());
    case public_address: return f(Noun<model::PublicAddress>());
    case project: return f(Noun<model::Project>());
    case account: return f(Noun<model::Account>());
    case user: return f(Noun<model::User>());
    case domain: return f(Noun<model::Domain>());
    case zone: return f(Noun<model::Zone>());
    case service_offering: return f(Noun<model::ServiceOffering>());
    case disk_offering: return f(Noun<model::DiskOffering>());
    case network_offering: return f(Noun<model::NetworkOffering>());
    case pool: return f(Noun<model::StoragePool>());
    case os_type: return f(Noun<model::OsType>());
  }
  std::unreachable();
}
template <class F>
auto with_noun(model::IconKind kind, F f) {
  using enum model::IconKind;
  switch (kind) {
    case instance: return f(Noun<model::Instance>());
    case image: return f(Noun<model::Template>());
    case network: return f(Noun<model::Network>());
    case zone: return f(Noun<model::Zone>());
    case project: return f(Noun<model::Project>());
    case account: return f(Noun<model::Account>());
    case user: return f(Noun<model::User>());
    case domain: return f(Noun<model::Domain>());
    case os_category: return f(Noun<model::OsCategory>());
  }
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
