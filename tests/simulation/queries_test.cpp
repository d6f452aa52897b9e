// What is asked of the records is understood by both engines: every list with every one of its filters, and whole lives.
#include "user.hpp"

#include "sql/trial.hpp"

namespace welkin::simulation {
namespace {

/// A world with something of most nouns.
void furnish(World& world) {
  const auto network = make_network(world);
  const auto instance = deploy(world, {network}, true);
  const auto address = take_address(world, network);
  world.done("createFirewallRule", {{"ipaddressid", address},
                                    {"protocol", "tcp"},
                                    {"startport", "22"},
                                    {"endport", "22"},
                                    {"cidrlist", "198.51.100.0/24"}});
  world.done("createPortForwardingRule", {{"ipaddressid", address},
                                          {"protocol", "tcp"},
                                          {"publicport", "22"},
                                          {"privateport", "22"},
                                          {"virtualmachineid", instance}});
  world.done("createEgressFirewallRule",
             {{"networkid", network}, {"protocol", "udp"}, {"startport", "53"}, {"endport", "53"}});
}

/// Something that a field of this type takes.
std::string plausible(const Field& field, const std::string& id) {
  switch (field.type->kind) {
    case Kind::boolean: return "true";
    case Kind::integer: case Kind::number: return "1";
    case Kind::id: case Kind::reference: return id;
    case Kind::time: return "2026-01-31";
    case Kind::enumeration: return std::string(field.type->choices.front());
    default: return "x";
  }
}

/// Who the rows are of, or which: an id of a row of the first noun whose name the parameter has, else nobody's.
std::string known_id(World& world, std::string_view parameter) {
  static constexpr std::pair<std::string_view, std::string_view> tables[] = {
      {"virtualmachineid", "instances"},
      {"networkid", "networks"},
      {"zoneid", "zones"},
      {"podid", "pods"},
      {"clusterid", "clusters"},
      {"hostid", "hosts"},
      {"domainid", "domains"},
      {"templateid", "templates"},
      {"serviceofferingid", "service_offerings"},
      {"diskofferingid", "disk_offerings"},
      {"networkofferingid", "network_offerings"},
      {"physicalnetworkid", "physical_networks"},
      {"ipaddressid", "public_addresses where state = 'Allocated'"},
      {"storageid", "storage_pools"},
      {"accountid", "accounts"},
      {"oscategoryid", "os_categories"},
      {"imagestoreid", "image_stores"},
      {"volumeid", "volumes"},
      {"roleid", "roles"}};
  for (const auto& [name, table] : tables)
    if (name == parameter)
      if (const auto found = ids(world, table); !found.empty()) return found.front();
  return "00000000-0000-4000-8000-000000000000";
}

bool is_wanted(const commands::Command& command, std::string_view parameter) {
  static const std::multimap<std::string_view, std::string_view> wanted = {{"listTemplates", "templatefilter"},
                                                                           {"listIsos", "isofilter"},
                                                                           {"listNics", "virtualmachineid"},
                                                                           {"queryAsyncJobResult", "jobid"},
                                                                           {"getUserKeys", "id"}};
  const auto [from, to] = wanted.equal_range(command.facts.name);
  return std::any_of(from, to, [&](const auto& one) { return one.second == parameter; });
}

/// The parameters that the command cannot do without.
Pairs needed(World& world, const commands::Command& command) {
  Pairs out;
  for (const auto& field : command.request().fields)
    if (is_wanted(command, field.wire))
      out.emplace_back(field.wire, field.wire == "templatefilter" ? "all" : known_id(world, field.wire));
  return out;
}

void expect_understood(World& world, const commands::Command& command, const Pairs& parameters) {
  try {
    world.call(command.facts.name, parameters);
  } catch (const Error& error) {
    const bool refused = error.fault != Fault::internal && error.fault != Fault::unreachable;
    EXPECT_TRUE(refused) << command.facts.name << " with " << (parameters.empty() ? "nothing" : parameters.back().first)
                         << ": " << error.message << " (" << error.cause << ")";
  }
}

TEST(Queries, every_list_and_each_of_its_filters_is_understood) {
  sql::for_each_database([](std::unique_ptr<sql::Database> records) {
    World world(1, 2, std::move(records));
    furnish(world);
    int asked = 0;
    for (const auto& command : world.commands()) {
      if (command.manner != commands::Manner::reading || command.facts.name == "listApis")
        continue;  // it asks no database
      const auto base = needed(world, command);
      expect_understood(world, command, base);
      for (const auto& field : command.request().fields) {
        auto parameters = base;
        parameters.emplace_back(field.wire, plausible(field, known_id(world, field.wire)));
        expect_understood(world, command, parameters);
        ++asked;
      }
    }
    EXPECT_GT(asked, 400) << "lists have filters";
  });
}

TEST(Queries, a_whole_life_is_led_on_every_database) {
  sql::for_each_database([](std::unique_ptr<sql::Database> records) {
    World world(2, 2, std::move(records));
    furnish(world);
    const auto instance = ids(world, "instances").front();
    for (const auto* command : {"stopVirtualMachine", "startVirtualMachine", "rebootVirtualMachine"})
      world.done(command, {{"id", instance}});
    world.die_and_live();
    world.heal();
    expect_health(world, "at rest");
    tear_down(world);
  });
}

}  // namespace
}  // namespace welkin::simulation
