// Commands of those who serve networks, and of their elements.
#include "commands/checks.hpp"
#include "commands/listing.hpp"
#include "model/physical_network.hpp"

namespace welkin::commands {

namespace {
using access::Operate;
using access::See;

struct ProviderAnswer {
  FIELDS(ProviderAnswer,
    (std::string, name, "VirtualRouter, InternalLbVm …"),
    (Id<model::PhysicalNetwork>, physical_network_id, "Where it serves."),
    (std::string, state, "Enabled, Disabled or Shutdown."),
    (Id<model::NetworkProvider>, id, "The provider."),
    (std::vector<std::string>, service_list, "What it serves."),
    (bool, can_enable_individual_service, "Services can be chosen one by one."),
    (Id<model::PhysicalNetwork>, destination_physical_network_id, "Where it reaches to."))
};
ProviderAnswer answer_provider(const model::NetworkProvider& row) {
  return {row.name,
          row.physical_network_id,
          std::string(name_of(row.state)),
          row.id,
          row.services,
          true,
          row.destination_physical_network_id};
}
struct ListProviders : Listing {
  using Base = Listing;
  FIELDS(ListProviders,
    (std::optional<See<model::PhysicalNetwork>>, physical_network_id, "Only those there."),
    (std::optional<std::string>, name, "Only those with this name."),
    (std::optional<model::ProviderState>, state, "Only those in this state."))
};
Page<ProviderAnswer> list_providers(Call&, sql::Transaction& tx, const ListProviders& r) {
  Where where;
  where.equal("physical_network_id", r.physical_network_id)
      .equal("name", r.name)
      .equal("state", r.state)
      .keyword({"name"}, r.keyword)
      .that("removed is null");
  return answers_of<model::NetworkProvider>(tx, where, r, "created, id", answer_provider);
}
struct AddProvider {
  FIELDS(AddProvider,
    (Operate<model::PhysicalNetwork>, physical_network_id, "Where it serves."),
    (std::string, name, "VirtualRouter or InternalLbVm."),
    (std::vector<std::string>, service_list, "What it serves."),
    (std::optional<Operate<model::PhysicalNetwork>>, destination_physical_network_id, "Where it reaches to; in the same zone."))
};
ProviderAnswer add_provider(Call& call, sql::Transaction& tx, const AddProvider& r) {
  check_free_name<model::NetworkProvider>(tx, "where name = $1 and physical_network_id = $2 and removed is null",
                                          r.name, {}, r.physical_network_id.id());
  model::NetworkProvider row;
  row.id = call.cloud.new_id<model::NetworkProvider>();
  row.name = r.name;
  row.physical_network_id = r.physical_network_id.id();
  row.services = r.service_list;
  if (r.destination_physical_network_id) {
    if ((*r.destination_physical_network_id)->zone_id != r.physical_network_id->zone_id)
      throw Error(Fault::invalid, "The physical networks are in different zones.", "destinationphysicalnetworkid");
    row.destination_physical_network_id = r.destination_physical_network_id->id();
  }
  row.created = call.cloud.now();
  sql::insert(tx, row);
  call.touched = row.id;
  return answer_provider(row);
}
struct UpdateProvider {
  FIELDS(UpdateProvider,
    (Operate<model::NetworkProvider>, id, "The provider."),
    (std::optional<std::string>, state, "Enabled, Disabled or Shutdown."),
    (std::optional<std::vector<std::string>>, service_list, "What it serves from now on."))
};
ProviderAnswer update_provider(Call& call, sql::Transaction& tx, const UpdateProvider& r) {
  auto row = *r.id;
  set(row.services, r.service_list);
  row.state = choice(r.state, row.state, "state");
  const auto element = sql::first<model::ProviderElement>(tx, "where provider_id = $1", row.id);
  if (row.state == model::ProviderState::enabled && element && !element->enabled)
    throw Error(Fault::conflict,
                fmt::format("The element of the provider {} is not enabled; configure it first.", row.name),
                row.id.text());
  sql::update(tx, row);
  call.touched = row.id;
  return answer_provider(row);
}
struct DeleteProvider {
  FIELDS(DeleteProvider, (Operate<model::NetworkProvider>, id, "The provider."))
};
Success delete_provider(Call& call, sql::Transaction& tx, const DeleteProvider& r) {
  auto row = *r.id;
  row.removed = call.cloud.now();
  sql::update(tx, row);
  call.touched = row.id;
  return {true, {}};
}

struct ElementAnswer {
  FIELDS(ElementAnswer,
    (Id<model::ProviderElement>, id, "The element."),
    (Id<model::NetworkProvider>, nsp_id, "Its provider."),
    (bool, enabled, "Whether it works."))
};
ElementAnswer answer_element(const model::ProviderElement& row) { return {row.id, row.provider_id, row.enabled}; }
struct ListElements : Listing {
  using Base = Listing;
  FIELDS(ListElements,
    (std::optional<See<model::ProviderElement>>, id, "Only this one."),
    (std::optional<See<model::NetworkProvider>>, nsp_id, "Only that of this provider."),
    (std::optional<bool>, enabled, "Only those that work, or only the others."))
};
template <model::ElementKind kind>
Page<ElementAnswer> list_elements(Call&, sql::Transaction& tx, const ListElements& r) {
  Where where;
  where.equal("id", r.id).equal("provider_id", r.nsp_id).equal("enabled", r.enabled).equal("kind", kind);
  return answers_of<model::ProviderElement>(tx, where, r, "id", answer_element);
}
struct ConfigureElement {
  FIELDS(ConfigureElement,
    (Operate<model::ProviderElement>, id, "The element."),
    (bool, enabled, "Whether it works from now on.", .required = true))
};
ElementAnswer configure_element(Call& call, sql::Transaction& tx, const ConfigureElement& r) {
  auto row = *r.id;
  row.enabled = r.enabled;
  sql::update(tx, row);
  call.touched = row.id;
  return answer_element(row);
}
}  // namespace

std::vector<Command> network_provider_commands() {
  constexpr auto root = Audience::root;
  return {
      reading<list_providers>(
          {"listNetworkServiceProviders", "networkserviceprovider", "Lists who serves networks.", root}),
      prompt<add_provider>(
          {"addNetworkServiceProvider", "networkserviceprovider", "Adds a provider of network services.", root,
           "SERVICE.PROVIDER.CREATE", "NetworkServiceProvider"},
          true),
      prompt<update_provider>({"updateNetworkServiceProvider", "networkserviceprovider",
                               "Enables, disables or changes a provider.", root, "SERVICE.PROVIDER.UPDATE",
                               "NetworkServiceProvider"}),
      prompt<delete_provider>({"deleteNetworkServiceProvider", "", "Removes a provider.", root,
                               "SERVICE.PROVIDER.DELETE", "NetworkServiceProvider"}),
      reading<list_elements<model::ElementKind::virtual_router>>(
          {"listVirtualRouterElements", "virtualrouterelement", "Lists virtual router elements.", Audience::admins}),
      prompt<configure_element>({"configureVirtualRouterElement", "virtualrouterelement",
                                 "Switches a virtual router element.", Audience::admins, "NETWORK.ELEMENT.CONFIGURE",
                                 "VirtualRouterElement"}),
      reading<list_elements<model::ElementKind::internal_lb>>(
          {"listInternalLoadBalancerElements", "internalloadbalancerelement", "Lists internal load balancer elements.",
           Audience::admins}),
      prompt<configure_element>({"configureInternalLoadBalancerElement", "internalloadbalancerelement",
                                 "Switches an internal load balancer element.", Audience::admins,
                                 "NETWORK.ELEMENT.CONFIGURE", "InternalLbElement"}),
  };
}

}  // namespace welkin::commands
