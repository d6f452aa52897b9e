// What the operator lets hypervisors carry holds where it is asked for: at deployments, disks and new hosts.
#include "door.hpp"

namespace welkin::simulation {
namespace {

Pairs of_simulators(Pairs further) {
  further.emplace_back("hypervisor", "Simulator");
  return further;
}
void allow(World& world, const std::string& what, int most) {
  world.call("updateHypervisorCapabilities", of_simulators({{what, std::to_string(most)}}));
}

TEST(Hypervisors, tell_what_they_may_carry_and_what_is_changed_stays_so) {
  World world(1, 1);
  allow(world, "maxguestslimit", 7);
  const auto text = world.call("listHypervisorCapabilities", of_simulators({})).text;
  const JsonDocument document(text);
  ASSERT_EQ(document.root().size(), 1u);
  const auto entry = document.root().at(0);
  EXPECT_EQ(entry["maxguestslimit"].integer(), 7);
  EXPECT_EQ(entry["maxdatavolumeslimit"].integer(), 6);
  EXPECT_EQ(entry["hypervisorversion"].text(), "default");
  world.call("updateHypervisorCapabilities", {{"id", std::string(entry["id"].text())}, {"maxguestslimit", "8"}});
  world.die_and_live();
  const auto after = world.call("listHypervisorCapabilities", {{"id", std::string(entry["id"].text())}}).text;
  const JsonDocument again(after);
  EXPECT_EQ(again.root().at(0)["maxguestslimit"].integer(), 8);
}

TEST(Hypervisors, are_not_told_what_cannot_be) {
  World world(1, 1);
  const auto refused = [&](const Pairs& parameters) {
    return refusal_of(world, "updateHypervisorCapabilities", parameters).has_value();
  };
  EXPECT_TRUE(refused({{"maxguestslimit", "5"}})) << "no hypervisor is named";
  EXPECT_TRUE(refused(of_simulators({{"maxguestslimit", "0"}})));
  EXPECT_TRUE(refused(of_simulators({{"maxguestslimit", "9223372036854775807"}})));
  EXPECT_TRUE(refused(of_simulators({{"maxdatavolumeslimit", "-1"}})));
  EXPECT_TRUE(refused(of_simulators({{"maxdatavolumeslimit", "25"}}))) << "there are 24 places";
  EXPECT_TRUE(refused(of_simulators({{"hypervisorversion", "1.0"}, {"maxguestslimit", "5"}})));
  EXPECT_TRUE(refused({{"hypervisor", "Kettle"}, {"maxguestslimit", "5"}}));
}

TEST(Hypervisors, run_no_more_instances_on_a_host_than_they_may) {
  World world(1, 2);
  allow(world, "maxguestslimit", 1);
  const auto network = make_network(world);
  deploy(world, {network});
  deploy(world, {network});
  const auto full = refusal(world, "deployVirtualMachine", deployment(world, {network}));
  ASSERT_TRUE(full) << "each host has the one instance that it may have";
  EXPECT_TRUE(full->message.contains("has 1 instances, as many as it may")) << full->message;
  allow(world, "maxguestslimit", 2);
  EXPECT_FALSE(refusal(world, "deployVirtualMachine", deployment(world, {network}))) << "the limit holds at once";
  expect_health(world, "after instances up to the limit");
}

TEST(Hypervisors, give_an_instance_no_more_data_disks_than_they_may) {
  World world(1, 1);
  allow(world, "maxdatavolumeslimit", 1);
  const auto instance = deploy(world, {make_network(world)});
  const auto first = make_volume(world), second = make_volume(world);
  EXPECT_FALSE(refusal(world, "attachVolume", {{"id", first}, {"virtualmachineid", instance}}));
  const auto full = refusal(world, "attachVolume", {{"id", second}, {"virtualmachineid", instance}});
  ASSERT_TRUE(full);
  EXPECT_EQ(full->fault, Fault::limited);
  allow(world, "maxdatavolumeslimit", 0);
  EXPECT_TRUE(refusal(world, "deployVirtualMachine", deployment(world, {make_network(world)}, true)));
  allow(world, "maxdatavolumeslimit", 2);
  EXPECT_FALSE(refusal(world, "attachVolume", {{"id", second}, {"virtualmachineid", instance}}));
}

TEST(Hypervisors, take_no_more_hosts_into_a_cluster_than_they_may) {
  World world(1, 2);
  const auto add = [&](int number) {
    return refusal(world, "addHost", {{"zoneid", world.zone}, {"podid", world.pod}, {"clusterid", world.cluster},
                                      {"hypervisor", "Simulator"}, {"url", fmt::format("http://sim/new-{}", number)}});
  };
  allow(world, "maxhostspercluster", 2);
  const auto full = add(1);
  ASSERT_TRUE(full);
  EXPECT_EQ(full->fault, Fault::limited);
  allow(world, "maxhostspercluster", 0);
  EXPECT_FALSE(add(2)) << "0 is no limit";
}

}  // namespace
}  // namespace welkin::simulation
