// The simulated fabric keeps the rules of the real one.
#include "network/simulator/fabric.hpp"

#include <gtest/gtest.h>

#include "base/fault_of_test.hpp"

namespace welkin::network {
namespace {

SegmentSpec segment(int number) {
  SegmentSpec spec;
  spec.bridge = "br" + std::to_string(number);
  spec.tunnel = "vx" + std::to_string(number);
  spec.vni = number;
  return spec;
}

RouterSpec router() {
  RouterSpec spec;
  spec.revision = 5;
  spec.name = "r-1";
  spec.guest_bridge = "br7";
  spec.guest_link = "r-1-in";
  spec.gateway = "10.1.1.1";
  return spec;
}

struct SimulatedFabric : testing::Test {
  simulator::Fabric fabric;
};

TEST_F(SimulatedFabric, joins_a_router_only_to_bridges_that_are_there) {
  EXPECT_EQ(fault_of([&] { fabric.ensure_router(router()); }), Fault::missing);
  fabric.ensure_segment(segment(7));
  EXPECT_TRUE(fabric.ensure_router(router()).running);
  EXPECT_EQ(fault_of([&] { fabric.remove_segment({"br7", "vx7"}); }), Fault::in_use);
  fabric.remove_router({"r-1", "", ""});
  fabric.remove_router({"r-1", "", ""});
  fabric.remove_segment({"br7", "vx7"});
  fabric.remove_segment({"br7", "vx7"});
  EXPECT_EQ(fabric.snapshot(), simulator::World{});
  const std::map<std::string, int> once{
      {"ensure_segment", 1}, {"ensure_router", 1}, {"remove_router", 1}, {"remove_segment", 1}};
  EXPECT_EQ(fabric.effects(), once);
}

TEST_F(SimulatedFabric, keeps_networks_apart) {
  fabric.ensure_outside({"pub0", "", "203.0.113.1", 24});
  fabric.ensure_segment(segment(7));
  auto thief = segment(8);
  thief.vni = 7;
  EXPECT_EQ(fault_of([&] { fabric.ensure_segment(thief); }), Fault::conflict);
  thief = segment(8);
  thief.bridge = "pub0";
  EXPECT_EQ(fault_of([&] { fabric.ensure_segment(thief); }), Fault::conflict);
  EXPECT_EQ(fault_of([&] { fabric.ensure_outside({"br7", "", "", 0}); }), Fault::conflict);
  thief = segment(8);
  thief.bridge = "a name that is too long";
  EXPECT_EQ(fault_of([&] { fabric.ensure_segment(thief); }), Fault::invalid);
}

TEST_F(SimulatedFabric, an_older_revision_of_a_router_changes_nothing) {
  fabric.ensure_segment(segment(7));
  fabric.ensure_router(router());
  auto older = router();
  older.revision = 4;
  older.gateway = "10.1.1.254";
  EXPECT_TRUE(fabric.ensure_router(older).running);
  EXPECT_EQ(fabric.snapshot().routers.at(0), router());
  older.revision = 0;
  fabric.ensure_router(older);
  EXPECT_EQ(fabric.snapshot().routers.at(0), older);
}

TEST_F(SimulatedFabric, a_broken_router_is_mended_by_ensuring_it) {
  fabric.ensure_segment(segment(7));
  fabric.ensure_router(router());
  fabric.break_router("r-1", "dnsmasq does not answer");
  EXPECT_EQ(fabric.look_at_router({"r-1", "", ""}), (RouterSeen{false, {"dnsmasq does not answer"}}));
  fabric.ensure_router(router());
  EXPECT_TRUE(fabric.look_at_router({"r-1", "", ""}).running);
  EXPECT_FALSE(fabric.look_at_router({"r-2", "", ""}).running);
}

TEST_F(SimulatedFabric, a_guard_without_nics_is_lifted) {
  Uuid instance;
  instance.bytes[0] = 1;
  GuardedNic nic;
  nic.tap = "tap1";
  fabric.guard({instance, {nic}});
  fabric.guard({instance, {nic}});
  EXPECT_EQ(fabric.look({}).guarded, std::vector{instance});
  fabric.guard({instance, {}});
  fabric.guard({instance, {}});
  EXPECT_TRUE(fabric.look({}).guarded.empty());
  EXPECT_EQ(fabric.effects().at("guard"), 2);
}

TEST_F(SimulatedFabric, forgets_all_when_the_host_loses_its_power) {
  fabric.ensure_segment(segment(7));
  fabric.ensure_router(router());
  fabric.lose_power();
  EXPECT_EQ(fabric.snapshot(), simulator::World{});
}

}  // namespace
}  // namespace welkin::network
