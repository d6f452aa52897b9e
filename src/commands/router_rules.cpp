// Checks and orders for routers.
#include "commands/router_rules.hpp"

#include "model/network_offering.hpp"

namespace welkin::commands {

model::Network network_with(sql::Transaction& tx, const Id<model::Network>& id, std::string_view service) {
  auto network = sql::need<model::Network>(tx, id);
  if (!model::offers(sql::need<model::NetworkOffering>(tx, network.network_offering_id), service))
    throw Error(Fault::unsupported, fmt::format("The network {} does not offer {}.", network.name, service),
                network.id.text());
  return network;
}

void must_live(const model::Instance& instance) {
  using enum model::InstanceState;
  if (instance.state == destroyed || instance.state == expunging || instance.state == error)
    throw Error(Fault::conflict,
                fmt::format("The instance {} is {}; nothing can lead to it.", instance.name, name_of(instance.state)),
                instance.id.text());
}

flows::RuleOrder rules_of(const Id<model::Network>& network) {
  flows::RuleOrder order;
  order.network = network;
  return order;
}

Begun apply(Call& call, sql::Transaction& tx, const flows::RuleOrder& order, std::string_view what, const Uuid& id) {
  return begin(call, tx, "apply rules", order, what, id);
}

void check_port(const std::optional<int>& port, std::string_view parameter) {
  if (port && (*port < 1 || *port > 65535))
    throw Error(Fault::invalid, fmt::format("{} is not a port; ports are 1 to 65535.", *port), std::string(parameter));
}

}  // namespace welkin::commands
