// Commands with the parameters that users would give.
#include "user.hpp"

namespace welkin::simulation {

std::string fresh_name(World& world, std::string_view kind) {
  return fmt::format("{}-{:06}", kind, world.random.below(1'000'000));
}

std::string make_network(World& world) {
  const auto name = fresh_name(world, "net");
  return world.made(
      "createNetwork",
      {{"name", name}, {"displaytext", name}, {"networkofferingid", world.network_offering}, {"zoneid", world.zone}});
}

Pairs deployment(World& world, const std::vector<std::string>& networks, bool with_disk) {
  Pairs out = {{"serviceofferingid", world.offering},
               {"templateid", world.image},
               {"zoneid", world.zone},
               {"name", fresh_name(world, "vm")},
               {"networkids", fmt::format("{}", fmt::join(networks, ","))}};
  if (with_disk) {
    out.emplace_back("diskofferingid", world.disk_offering);
    out.emplace_back("size", "1");
  }
  return out;
}

std::string deploy(World& world, const std::vector<std::string>& networks, bool with_disk) {
  return world.done("deployVirtualMachine", deployment(world, networks, with_disk));
}

std::string make_volume(World& world) {
  const auto heard = world.call("createVolume", {{"name", fresh_name(world, "disk")},
                                                 {"zoneid", world.zone},
                                                 {"diskofferingid", world.disk_offering},
                                                 {"size", "1"}});
  return heard.id;
}

std::string take_address(World& world, const std::string& network) {
  return world.done("associateIpAddress", {{"networkid", network}});
}

std::string source_nat_of(World& world, const std::string& network) {
  const auto found = ids(world, fmt::format("public_addresses where network_id = '{}' and source_nat = 1", network));
  return found.empty() ? std::string() : found.front();
}

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

std::vector<std::string> ids(World& world, std::string_view from) {
  std::vector<std::string> out;
  world.read([&](sql::Transaction& tx) {
    tx.query(fmt::format("select id from {} order by id", from), {},
             [&](const sql::Row& row) { out.emplace_back(row[0].text); });
    return 0;
  });
  return out;
}

std::optional<Error> refusal(World& world, std::string_view command, const Pairs& parameters) {
  try {
    const auto heard = world.call(command, parameters);
    world.rest();
    if (heard.job && world.job(heard.job).status == 2) return Error(Fault::conflict, world.job(heard.job).result);
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

std::string listed(World& world, std::string_view command, const Pairs& parameters, std::string_view member) {
  const auto text = world.call(command, parameters).text;
  const JsonDocument document(text);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < document.root().size(); ++i) {
    const auto value = document.root().at(i)[member];
    out.push_back(value.is_text() || value.is_null() ? std::string(value.text()) : std::to_string(value.integer()));
  }
  std::ranges::sort(out);
  return fmt::format("{}", fmt::join(out, ","));
}

namespace {
void must_do(World& world, std::string_view command, Pairs parameters) {
  try {
    const auto heard = world.call(command, std::move(parameters));
    world.rest();
    if (!heard.job) return;
    const auto job = world.job(heard.job);
    EXPECT_EQ(job.status, 1) << command << ": " << job.result;
  } catch (const Error& error) {
    ADD_FAILURE() << command << ": " << error.message << " " << error.cause;
  }
}
}  // namespace

void tear_down(World& world) {
  for (const auto& id : ids(world, "instances where removed is null and state <> 'Destroyed'"))
    must_do(world, "destroyVirtualMachine", {{"id", id}, {"expunge", "true"}});
  for (const auto& id : ids(world, "instances where removed is null"))
    must_do(world, "expungeVirtualMachine", {{"id", id}});
  for (const auto& id : ids(world, "volumes where removed is null")) must_do(world, "deleteVolume", {{"id", id}});
  for (const auto& id : ids(world, "networks where removed is null")) must_do(world, "deleteNetwork", {{"id", id}});
  EXPECT_EQ(standing(world), std::vector<std::string>{}) << "something is left of a world that was taken down";
}

void expect_health(World& world, const std::string& when) {
  for (const auto& finding : ailments(world)) ADD_FAILURE() << when << ": " << finding;
}

}  // namespace welkin::simulation
