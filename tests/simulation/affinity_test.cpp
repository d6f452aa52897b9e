// Affinity groups and dedicated places: where instances land, and where they do not.
#include "door.hpp"

namespace welkin::simulation {
namespace {

std::string make_group(World& world, const std::string& type, Pairs further = {}) {
  further.insert(further.end(), {{"name", fresh_name(world, "group")}, {"type", type}});
  return world.done("createAffinityGroup", further);
}
Pairs in_groups(World& world, const std::string& network, const std::string& groups) {
  auto wish = deployment(world, {network});
  wish.emplace_back("affinitygroupids", groups);
  return wish;
}
/// Asked by root: where the instance runs.
std::string host_of(World& world, const std::string& instance) {
  const auto before = std::exchange(world.caller, world.root);
  auto host = listed(world, "listVirtualMachines", {{"id", instance}}, "hostid");
  world.caller = before;
  return host;
}

TEST(Affinity, instances_of_an_anti_affinity_group_run_on_different_hosts_or_not_at_all) {
  World world(1, 2);
  const auto network = make_network(world), group = make_group(world, "host anti-affinity");
  const auto first = world.done("deployVirtualMachine", in_groups(world, network, group));
  const auto second = world.done("deployVirtualMachine", in_groups(world, network, group));
  EXPECT_NE(host_of(world, first), host_of(world, second));
  const auto third = refusal(world, "deployVirtualMachine", in_groups(world, network, group));
  ASSERT_TRUE(third);
  EXPECT_TRUE(third->message.contains("anti-affinity group")) << third->message;
  EXPECT_EQ(listed(world, "listVirtualMachines", {{"affinitygroupid", group}, {"state", "Running"}}),
            std::min(first, second) + "," + std::max(first, second));
}

TEST(Affinity, rivals_of_an_anti_affinity_group_do_not_meet) {
  World world(2, 3);
  const auto network = make_network(world), group = make_group(world, "host anti-affinity");
  for (int i = 0; i < 5; ++i) world.call("deployVirtualMachine", in_groups(world, network, group));
  world.rest();
  std::set<std::string> hosts;
  const auto running = ids(world, "instances where state = 'Running'");
  for (const auto& id : running) hosts.insert(host_of(world, id));
  EXPECT_EQ(running.size(), 3u);
  EXPECT_EQ(hosts.size(), 3u);
}

TEST(Affinity, instances_of_an_affinity_group_follow_the_first_one) {
  World world(3, 3);
  const auto network = make_network(world), group = make_group(world, "host affinity");
  const auto host = host_of(world, world.done("deployVirtualMachine", in_groups(world, network, group)));
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(host_of(world, world.done("deployVirtualMachine", in_groups(world, network, group))), host);
  EXPECT_NE(host_of(world, deploy(world, {network})), host) << "others go where there is most room";
}

TEST(Affinity, what_is_not_strict_is_tried_and_given_up) {
  World world(4, 2);
  const auto network = make_network(world);
  const auto apart = make_group(world, "non-strict host anti-affinity");
  const auto first = host_of(world, world.done("deployVirtualMachine", in_groups(world, network, apart)));
  EXPECT_NE(host_of(world, world.done("deployVirtualMachine", in_groups(world, network, apart))), first);
  EXPECT_FALSE(refusal(world, "deployVirtualMachine", in_groups(world, network, apart)));
  const auto together = make_group(world, "non-strict host affinity");
  const auto host = host_of(world, world.done("deployVirtualMachine", in_groups(world, network, together)));
  EXPECT_EQ(host_of(world, world.done("deployVirtualMachine", in_groups(world, network, together))), host);
}

TEST(Affinity, groups_change_while_an_instance_is_stopped_and_hold_when_it_starts) {
  World world(5, 2);
  const auto network = make_network(world), group = make_group(world, "host anti-affinity");
  const auto first = deploy(world, {network}), second = deploy(world, {network}), third = deploy(world, {network});
  EXPECT_TRUE(refusal(world, "updateVMAffinityGroup", {{"id", first}, {"affinitygroupids", group}}));
  for (const auto& id : {first, second, third}) {
    world.done("stopVirtualMachine", {{"id", id}});
    world.done("updateVMAffinityGroup", {{"id", id}, {"affinitygroupids", group}});
  }
  world.done("startVirtualMachine", {{"id", first}});
  world.done("startVirtualMachine", {{"id", second}});
  EXPECT_NE(host_of(world, first), host_of(world, second));
  EXPECT_TRUE(refusal(world, "startVirtualMachine", {{"id", third}}));
  world.done("updateVMAffinityGroup", {{"id", third}});
  EXPECT_FALSE(refusal(world, "startVirtualMachine", {{"id", third}}));
  EXPECT_EQ(listed(world, "listAffinityGroups", {{"virtualmachineid", third}}), "");
  EXPECT_EQ(listed(world, "listAffinityGroups", {{"virtualmachineid", first}}), group);
  world.done("deleteAffinityGroup", {{"id", group}});
  EXPECT_EQ(ids(world, "affinity_members"), std::vector<std::string>{});
  expect_health(world, "at the end");
}

TEST(Affinity, groups_are_their_owners_and_end_with_them) {
  World world(6, 1);
  const auto ann = make_person(world, "ann", "0"), bob = make_person(world, "bob", "0");
  world.caller = ann.user;
  const auto group = make_group(world, "host affinity", {{"description", "the web"}});
  const auto instance = world.done("deployVirtualMachine", in_groups(world, make_network(world), group));
  EXPECT_TRUE(refusal(world, "createAffinityGroup",
                      {{"name", listed(world, "listAffinityGroups", {}, "name")}, {"type", "host affinity"}}));
  EXPECT_TRUE(refusal(world, "createAffinityGroup", {{"name", "x"}, {"type", "ExplicitDedication"}}));
  EXPECT_TRUE(refusal(world, "createAffinityGroup", {{"name", "x"}, {"type", "side by side"}}));
  world.caller = bob.user;
  const auto network = make_network(world);
  EXPECT_EQ(listed(world, "listAffinityGroups", {{"listall", "true"}}), "");
  EXPECT_TRUE(refusal(world, "deployVirtualMachine", in_groups(world, network, group)));
  EXPECT_TRUE(refusal(world, "deleteAffinityGroup", {{"id", group}}));
  world.caller = world.root;
  // Not even root mixes owners.
  auto mixed = in_groups(world, network, group);
  mixed.insert(mixed.end(), {{"account", bob.name}, {"domainid", bob.domain}});
  EXPECT_TRUE(refusal(world, "deployVirtualMachine", mixed));
  EXPECT_EQ(listed(world, "listVirtualMachines", {{"affinitygroupid", group}, {"listall", "true"}}), instance);
  world.done("deleteAccount", {{"id", ann.account}});
  EXPECT_EQ(ids(world, "affinity_groups"), std::vector<std::string>{});
  EXPECT_EQ(ids(world, "affinity_members"), std::vector<std::string>{});
}

/// A department, its people, and a stranger.
struct Departments {
  explicit Departments(World& world)
      : ann(make_person(world, "ann", "0")), boss(make_person(world, "boss", "2", ann.domain)),
        bob(make_person(world, "bob", "0")) {}
  Person ann, boss, bob;
};
std::string deploy_for(World& world, const Person& person, const std::string& groups = {}) {
  const auto before = std::exchange(world.caller, person.user);
  auto wish = deployment(world, {make_network(world)});
  if (!groups.empty()) wish.emplace_back("affinitygroupids", groups);
  const auto heard = world.call("deployVirtualMachine", wish);
  world.rest();
  world.caller = before;
  return world.job(heard.job).status == 1 ? heard.id : "";
}
std::string dedicated_group(World& world) {
  return listed(world, "listAffinityGroups", {{"type", "ExplicitDedication"}, {"listall", "true"}});
}

TEST(Dedication, a_host_is_for_those_in_its_group_and_they_are_for_it) {
  World world(7, 2);
  const Departments people(world);
  const auto host = ids(world, "hosts").front();
  world.done("dedicateHost", {{"hostid", host}, {"domainid", people.ann.domain}});
  const auto group = dedicated_group(world);
  for (int i = 0; i < 2; ++i) EXPECT_NE(host_of(world, deploy_for(world, people.bob)), host);
  EXPECT_NE(host_of(world, deploy_for(world, people.ann)), host) << "who does not ask for it stays away";
  EXPECT_EQ(host_of(world, deploy_for(world, people.ann, group)), host);
  EXPECT_EQ(host_of(world, deploy_for(world, people.boss, group)), host);
  world.caller = people.bob.user;
  EXPECT_TRUE(refusal(world, "deployVirtualMachine", in_groups(world, make_network(world), group)));
  EXPECT_EQ(listed(world, "listAffinityGroups", {{"listall", "true"}}), "");
  world.caller = people.ann.user;
  EXPECT_TRUE(refusal(world, "deleteAffinityGroup", {{"id", group}}));
  world.caller = world.root;
  EXPECT_TRUE(refusal(world, "deleteAffinityGroup", {{"id", group}}));
  EXPECT_EQ(listed(world, "listDedicatedHosts", {{"affinitygroupid", group}}, "hostid"), host);
  EXPECT_EQ(listed(world, "listDedicatedZones", {}), "");
  world.done("releaseDedicatedHost", {{"hostid", host}});
  EXPECT_EQ(dedicated_group(world), "") << "the group goes with its last place";
  EXPECT_TRUE(refusal(world, "releaseDedicatedHost", {{"hostid", host}}));
}

TEST(Dedication, what_is_somebody_else_s_is_not_dedicated) {
  World world(8, 2);
  const Departments people(world);
  const auto busy = host_of(world, deploy_for(world, people.bob));
  EXPECT_TRUE(refusal(world, "dedicateHost", {{"hostid", busy}, {"domainid", people.ann.domain}}));
  EXPECT_TRUE(refusal(world, "dedicateCluster", {{"clusterid", world.cluster}, {"domainid", people.ann.domain}}));
  world.done("dedicateHost", {{"hostid", busy}, {"domainid", people.bob.domain}, {"account", people.bob.name}});
  EXPECT_TRUE(refusal(world, "dedicateHost", {{"hostid", busy}, {"domainid", people.bob.domain}}));
  // The pod around it for others, or for more than them, but not for less.
  EXPECT_TRUE(refusal(world, "dedicatePod", {{"podid", world.pod}, {"domainid", people.ann.domain}}));
  world.done("dedicatePod", {{"podid", world.pod}, {"domainid", people.bob.domain}});
  EXPECT_TRUE(refusal(world, "dedicateCluster", {{"clusterid", world.cluster}, {"domainid", people.ann.domain}}));
  EXPECT_TRUE(refusal(world, "dedicateHost",
                      {{"hostid", busy}, {"domainid", people.ann.domain}, {"account", people.bob.name}}));
  EXPECT_TRUE(refusal(world, "dedicateZone", {{"zoneid", world.zone}, {"domainid", "no such domain"}}));
  EXPECT_EQ(deploy_for(world, people.ann), "") << "all of the pod is kept for another";
  world.done("deleteAccount", {{"id", people.bob.account}});
  EXPECT_EQ(listed(world, "listDedicatedHosts", {}), "");
  EXPECT_NE(listed(world, "listDedicatedPods", {}), "");
  world.done("deleteDomain", {{"id", people.bob.domain}});
  EXPECT_EQ(listed(world, "listDedicatedPods", {}), "");
  EXPECT_NE(deploy_for(world, people.ann), "");
}

TEST(Dedication, a_zone_is_for_all_of_its_domain) {
  World world(9, 2);
  const Departments people(world);
  world.done("dedicateZone", {{"zoneid", world.zone}, {"domainid", people.ann.domain}});
  EXPECT_EQ(deploy_for(world, people.bob), "");
  EXPECT_NE(deploy_for(world, people.ann), "");
  EXPECT_NE(deploy_for(world, people.ann, dedicated_group(world)), "");
  const auto host = ids(world, "hosts").front();
  world.done("dedicateHost", {{"hostid", host}, {"domainid", people.ann.domain}, {"account", people.ann.name}});
  EXPECT_NE(host_of(world, deploy_for(world, people.ann)), host);
}

}  // namespace
}  // namespace welkin::simulation
