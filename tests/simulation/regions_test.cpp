// Regions, and the portable addresses that they have: they lead where they are taken, and come back to the region.
#include "door.hpp"

namespace welkin::simulation {
namespace {


Pairs range(const std::string& first, const std::string& last, const std::string& region = "1") {
  return {{"regionid", region}, {"startip", first}, {"endip", last}, {"gateway", "198.51.100.1"},
          {"netmask", "255.255.255.0"}};
}
std::string add_range(World& world) {
  world.done("createPortableIpRange", range("198.51.100.10", "198.51.100.11"));
  return ids(world, "portable_ranges").front();
}
Pairs portable(const std::string& network, Pairs further = {}) {
  further.insert(further.end(), {{"networkid", network}, {"isportable", "true"}});
  return further;
}

/// `member` of the addresses of the first portable range.
std::string told_of_addresses(World& world, std::string_view member) {
  const auto text = world.call("listPortableIpRanges", {}).text;
  const JsonDocument document(text);
  const auto addresses = document.root().at(0)["portableipaddress"];
  std::vector<std::string> out;
  for (std::size_t i = 0; i < addresses.size(); ++i) out.emplace_back(addresses.at(i)[member].text());
  return fmt::format("{}", fmt::join(out, ","));
}

TEST(Regions, are_known_by_number_and_this_cloud_is_the_first) {
  World world(1, 1);
  EXPECT_EQ(listed(world, "listRegions", {}, "name"), "Local");
  EXPECT_EQ(listed(world, "listRegions", {}, "id"), "1");
  const Pairs north = {{"id", "7"}, {"name", "North"}, {"endpoint", "https://north.example.org/client/api"}};
  world.call("addRegion", north);
  EXPECT_TRUE(refusal_of(world, "addRegion", north)) << "the number is taken";
  EXPECT_TRUE(refusal_of(world, "addRegion", {{"id", "8"}, {"name", "North"}, {"endpoint", "https://n.example.org/"}}));
  EXPECT_TRUE(refusal_of(world, "updateRegion", {{"id", "7"}, {"name", "Local"}}));
  world.call("updateRegion", {{"id", "7"}, {"name", "Polar"}});
  EXPECT_EQ(listed(world, "listRegions", {{"id", "7"}}, "name"), "Polar");
  EXPECT_EQ(listed(world, "listRegions", {{"keyword", "pol"}}, "endpoint"), "https://north.example.org/client/api");
  world.call("removeRegion", {{"id", "7"}});
  EXPECT_EQ(listed(world, "listRegions", {}, "name"), "Local");
  EXPECT_TRUE(refusal_of(world, "removeRegion", {{"id", "1"}})) << "it is this cloud";
  EXPECT_TRUE(refusal_of(world, "removeRegion", {{"id", "7"}})) << "it is gone";
}

TEST(Regions, stand_in_words_that_can_be) {
  World world(1, 1);
  const auto refused = [&](const std::string& id, const std::string& name, const std::string& endpoint) {
    return refusal_of(world, "addRegion", {{"id", id}, {"name", name}, {"endpoint", endpoint}}).has_value();
  };
  EXPECT_TRUE(refused("0", "North", "https://north.example.org/"));
  EXPECT_TRUE(refused("-3", "North", "https://north.example.org/"));
  EXPECT_TRUE(refused("7", "No\nrth", "https://north.example.org/"));
  EXPECT_TRUE(refused("7", "North", "javascript:alert(1)"));
  EXPECT_TRUE(refused("7", "North", "north"));
  world.call("updateRegion", {{"id", "1"}, {"name", "Here"}});
  world.die_and_live();
  EXPECT_EQ(listed(world, "listRegions", {}, "name"), "Here") << "what is renamed is not sown again";
}

TEST(PortableAddresses, are_taken_for_a_network_and_come_back_to_the_region) {
  World world(1, 1);
  add_range(world);
  const auto network = make_network(world);
  const auto instance = deploy(world, {network});
  const auto address = world.done("associateIpAddress", portable(network));
  EXPECT_EQ(listed(world, "listPublicIpAddresses", {{"id", address}}, "ipaddress"), "198.51.100.10");
  EXPECT_EQ(listed(world, "listPublicIpAddresses", {{"id", address}}, "zoneid"), world.zone);
  EXPECT_EQ(told_of_addresses(world, "state"), "Allocated,Free");
  world.call("enableStaticNat", {{"ipaddressid", address}, {"virtualmachineid", instance}});
  world.rest();
  const auto routers = world.hosts.begin()->second->fabric.snapshot().routers;
  ASSERT_EQ(routers.size(), 1u);
  EXPECT_EQ(routers[0].public_gateway, "203.0.113.1") << "guests leave by their source NAT address";
  ASSERT_EQ(routers[0].static_nats.size(), 1u);
  EXPECT_EQ(routers[0].static_nats[0].public_address, "198.51.100.10");
  expect_health(world, "with a portable address");
  world.call("disableStaticNat", {{"ipaddressid", address}});
  world.rest();
  world.done("disassociateIpAddress", {{"id", address}});
  EXPECT_EQ(told_of_addresses(world, "state"), "Free,Free");
  EXPECT_EQ(told_of_addresses(world, "zoneid"), ",");
  EXPECT_EQ(told_of_addresses(world, "ipaddress"), "198.51.100.10,198.51.100.11");
  expect_health(world, "when it is given back");
}

TEST(PortableAddresses, are_the_one_that_is_named_or_the_lowest_until_none_is_left) {
  World world(1, 1);
  add_range(world);
  const auto network = make_network(world);
  const Pairs last = {{"ipaddress", "198.51.100.11"}};
  world.done("associateIpAddress", portable(network, last));
  EXPECT_TRUE(refusal(world, "associateIpAddress", portable(network, last))) << "it is held";
  EXPECT_TRUE(refusal(world, "associateIpAddress", portable(network, {{"ipaddress", "203.0.113.12"}})))
      << "it is the zone's";
  EXPECT_TRUE(refusal(world, "associateIpAddress", {{"networkid", network}, {"ipaddress", "198.51.100.10"}}))
      << "it is portable";
  world.done("associateIpAddress", portable(network));
  const auto none = refusal(world, "associateIpAddress", portable(network));
  ASSERT_TRUE(none);
  EXPECT_EQ(none->fault, Fault::exhausted);
  world.done("deleteNetwork", {{"id", network}});
  EXPECT_EQ(told_of_addresses(world, "state"), "Free,Free") << "they are free when their network is gone";
}

TEST(PortableAddresses, of_other_regions_are_not_this_clouds_to_give) {
  World world(1, 1);
  world.call("addRegion", {{"id", "7"}, {"name", "North"}, {"endpoint", "https://north.example.org/"}});
  world.done("createPortableIpRange", range("198.51.100.10", "198.51.100.11", "7"));
  EXPECT_EQ(listed(world, "listPortableIpRanges", {{"regionid", "7"}}, "startip"), "198.51.100.10");
  EXPECT_EQ(listed(world, "listPortableIpRanges", {{"regionid", "1"}}, "startip"), "");
  EXPECT_EQ(listed(world, "listRegions", {{"id", "1"}}, "name"), "Local");
  const auto network = make_network(world);
  EXPECT_TRUE(refusal(world, "associateIpAddress", portable(network)));
  EXPECT_TRUE(refusal(world, "associateIpAddress", portable(network, {{"regionid", "7"}})));
  EXPECT_TRUE(refusal(world, "associateIpAddress", portable(network, {{"ipaddress", "198.51.100.10"}})));
  EXPECT_EQ(refusal_of(world, "removeRegion", {{"id", "7"}})->fault, Fault::in_use);
}

TEST(PortableAddresses, lie_in_ranges_apart_from_all_others) {
  World world(1, 1);
  const auto id = add_range(world);
  EXPECT_TRUE(refusal(world, "createPortableIpRange", range("198.51.100.11", "198.51.100.20")));
  EXPECT_TRUE(refusal(world, "createPortableIpRange", range("198.51.100.30", "198.51.100.20")));
  EXPECT_TRUE(refusal(world, "createPortableIpRange", range("192.0.2.10", "192.0.2.11"))) << "not around the gateway";
  EXPECT_TRUE(refusal(world, "createPortableIpRange", range("198.51.100.20", "198.51.100.21", "9"))) << "no region";
  auto tagged = range("198.51.100.20", "198.51.100.21");
  tagged.emplace_back("vlan", "100");
  EXPECT_TRUE(refusal(world, "createPortableIpRange", tagged));
  const Pairs zones = {{"regionid", "1"}, {"startip", "203.0.113.60"}, {"endip", "203.0.113.70"},
                       {"gateway", "203.0.113.1"}, {"netmask", "255.255.255.0"}};
  EXPECT_TRUE(refusal(world, "createPortableIpRange", zones)) << "the zone has its first address";
  EXPECT_TRUE(refusal_of(world, "createVlanIpRange",
                         {{"physicalnetworkid", world.physical}, {"zoneid", world.zone}, {"vlan", "untagged"},
                          {"forvirtualnetwork", "true"}, {"gateway", "198.51.100.1"}, {"netmask", "255.255.255.0"},
                          {"startip", "198.51.100.11"}, {"endip", "198.51.100.12"}}));
  const auto network = make_network(world);
  const auto address = world.done("associateIpAddress", portable(network));
  EXPECT_TRUE(refusal(world, "deletePortableIpRange", {{"id", id}})) << "one of its addresses is held";
  world.done("disassociateIpAddress", {{"id", address}});
  world.done("deletePortableIpRange", {{"id", id}});
  EXPECT_TRUE(ids(world, "public_addresses where portable = 1").empty());
}

TEST(PortableAddresses, end_with_the_account_that_holds_them_and_count_for_it) {
  World world(1, 1);
  add_range(world);
  const auto ann = make_person(world, "ann", "0");
  world.caller = ann.user;
  const auto network = make_network(world);
  const auto address = world.done("associateIpAddress", portable(network));
  world.caller = world.root;
  EXPECT_EQ(listed(world, "listAccounts", {{"id", ann.account}}, "iptotal"), "1");
  world.caller = make_person(world, "bob", "0").user;
  EXPECT_TRUE(refusal(world, "listPublicIpAddresses", {{"id", address}, {"listall", "true"}}));
  EXPECT_EQ(listed(world, "listPublicIpAddresses", {{"listall", "true"}}), "");
  world.caller = world.root;
  world.done("deleteAccount", {{"id", ann.account}});
  EXPECT_EQ(told_of_addresses(world, "state"), "Free,Free");
  expect_health(world, "when the account is gone");
}

}  // namespace
}  // namespace welkin::simulation
