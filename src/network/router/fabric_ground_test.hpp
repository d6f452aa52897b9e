// A machine for tests: the test process's own namespaces, so that nothing is seen outside and nothing stays.
#pragma once

#include <gtest/gtest.h>

#include "network/router/linux_fabric.hpp"
#include "network/router/machine_test.hpp"

namespace welkin::network {

/// Why this machine cannot be had; empty when it can. Enters its namespaces at the first call.
std::string ground_refusal();

/// A fabric of its own in a directory of its own; removed with all that it made.
struct FabricGround : testing::Test {
  FabricGround();
  ~FabricGround() override;
  void SetUp() override;
  void start() { fabric = std::make_unique<LinuxFabric>(options); }
  /// The agent's next life.
  void restart() {
    fabric.reset();
    start();
  }

  FabricOptions options;
  std::unique_ptr<LinuxFabric> fabric;
};

/// An outside at 203.0.113.0/24, a guest network 10.1.1.0/24, and a router with two leases: one (.10) and two
/// (.11).
OutsideSpec outside_of_tests();
SegmentSpec segment_of_tests();
RouterSpec router_of_tests();
inline constexpr auto mac_of_one = "02:00:00:00:00:10", mac_of_two = "02:00:00:00:00:11";

}  // namespace welkin::network
