// From the word for a kind to its noun, and through the door.
#include "commands/things.hpp"

#include "model/firewall_rule.hpp"
#include "model/port_forwarding_rule.hpp"
#include "model/public_address.hpp"
#include "model/volume.hpp"

namespace welkin::commands {

namespace {
access::Owner owner_in(const model::Account& row) { return {row.id, row.domain_id}; }
access::Owner owner_in(const model::Project& row) { return {model::account_of(row.id), row.domain_id}; }
access::Owner owner_in(const model::Domain& row) { return {{}, row.id}; }
template <class Row>
access::Owner owner_in(const Row& row) {
  return {row.account_id, row.domain_id};
}

template <class Row>
Thing find_thing(Call& call, sql::Transaction& tx, model::TaggedKind kind, const std::string& text, access::Use use,
                 std::string_view parameter) {
  const auto id = Id<Row>::parse(text);
  if (!id) access::refuse_id(parameter, text);
  const auto row = access::find<Row>(tx, call.caller, *id, use, parameter);
  const auto owner = owner_in(row);
  // An address that nobody holds is nobody's to mark.
  if (!owner.domain) access::refuse_id(parameter, text);
  return {kind, row.id, owner};
}
}  // namespace

Thing thing_of(Call& call, sql::Transaction& tx, model::TaggedKind kind, const std::string& id, access::Use use,
               std::string_view parameter) {
  using Kind = model::TaggedKind;
  const auto as = [&]<class Row>(const Row*) { return find_thing<Row>(call, tx, kind, id, use, parameter); };
  switch (kind) {
    case Kind::instance: return as((const model::Instance*)nullptr);
    case Kind::image: return as((const model::Template*)nullptr);
    case Kind::volume: return as((const model::Volume*)nullptr);
    case Kind::network: return as((const model::Network*)nullptr);
    case Kind::port_forwarding_rule: return as((const model::PortForwardingRule*)nullptr);
    case Kind::firewall_rule: return as((const model::FirewallRule*)nullptr);
    case Kind::public_address: return as((const model::PublicAddress*)nullptr);
    case Kind::project: return as((const model::Project*)nullptr);
    case Kind::account: return as((const model::Account*)nullptr);
    case Kind::user: return as((const model::User*)nullptr);
    case Kind::domain: return as((const model::Domain*)nullptr);
  }
  std::unreachable();
}

}  // namespace welkin::commands
