// The driver trial on the simulator, and what only a simulator promises.
#include "hypervisor/simulator/simulator.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "hypervisor/driver_trial.hpp"

namespace welkin::hypervisor {
namespace {

constexpr std::int64_t mebibyte = 1 << 20;

/// Ids that repeat from run to run.
Uuid numbered(int number) {
  Uuid id;
  id.bytes[0] = 0x40;
  id.bytes[14] = std::uint8_t(number >> 8);
  id.bytes[15] = std::uint8_t(number);
  return id;
}

class SimulatorGround {
 public:
  static std::string missing() { return ""; }
  Driver& driver() { return hypervisor_; }
  simulator::Hypervisor& hypervisor() { return hypervisor_; }

  InstanceSpec instance() {
    InstanceSpec spec;
    spec.id = numbered(++made_);
    spec.name = fmt::format("i-2-{}-VM", made_);
    spec.cpus = 1;
    spec.memory_bytes = 256 * mebibyte;
    spec.disks.push_back(disk(0));
    spec.nics.push_back(nic(0));
    return spec;
  }
  DiskSpec disk(int position) {
    DiskSpec disk;
    disk.id = numbered(++made_);
    disk.path = "/pool/" + disk.id.text();
    disk.format = "qcow2";
    disk.position = position;
    return disk;
  }
  DiskSpec disc() {
    auto disc = disk(cdrom_position);
    disc.kind = DiskKind::cdrom;
    disc.format = "raw";
    return disc;
  }
  NicSpec nic(int position) {
    ++made_;
    NicSpec nic;
    nic.id = numbered(made_);
    nic.mac = fmt::format("02:00:00:00:{:02x}:{:02x}", made_ >> 8, made_ & 255);
    nic.bridge = "br1";
    nic.tap = fmt::format("tap{}", made_);
    nic.position = position;
    return nic;
  }
  void settle(const InstanceSpec& spec, int boots) {
    for (const auto& instance : hypervisor_.snapshot().instances)
      if (instance.spec.id == spec.id) EXPECT_EQ(instance.boots, boots);
  }
  void deafen(const InstanceSpec& spec) { hypervisor_.deafen(spec.id); }

 private:
  simulator::Hypervisor hypervisor_{simulator::plain_facts("host-1", 4, 2000, 1024 * mebibyte)};
  int made_ = 0;
};

}  // namespace

INSTANTIATE_TYPED_TEST_SUITE_P(Simulator, DriverTrial, SimulatorGround);

namespace {

TEST(SimulatedHypervisor, never_promises_its_memory_twice) {
  SimulatorGround ground;
  std::vector<InstanceSpec> specs;
  for (int i = 0; i < 4; ++i) ground.driver().start(specs.emplace_back(ground.instance()));
  const auto fifth = ground.instance();
  const auto before = ground.hypervisor().snapshot();
  EXPECT_EQ(fault_of([&] { ground.driver().start(fifth); }), Fault::exhausted);
  EXPECT_EQ(ground.hypervisor().snapshot(), before);
  ground.driver().stop({specs[0].id, true, 0});
  EXPECT_EQ(ground.driver().start(fifth).power, Power::running);
}

TEST(SimulatedHypervisor, counts_an_effect_only_when_something_changed) {
  SimulatorGround ground;
  const auto spec = ground.instance();
  for (int i = 0; i < 2; ++i) {
    ground.driver().start(spec);
    ground.driver().plug_disk(
        {spec.id, DiskSpec{.id = numbered(999), .path = "/pool/x", .format = "raw", .position = 1}});
    ground.driver().pause({spec.id, spec.name});
  }
  ground.driver().forget({spec.id, spec.name});
  ground.driver().forget({spec.id, spec.name});
  const std::map<std::string, int> once{{"start", 1}, {"plug_disk", 1}, {"pause", 1}, {"forget", 1}};
  EXPECT_EQ(ground.hypervisor().effects(), once);
}

TEST(SimulatedHypervisor, a_fault_before_a_verb_leaves_the_world_alone) {
  SimulatorGround ground;
  std::vector<std::string> heard;
  simulator::Hypervisor hypervisor(simulator::plain_facts("host-1", 1, 1000, 1024 * mebibyte),
                                   [&](std::string_view verb) {
                                     heard.emplace_back(verb);
                                     if (verb == "start")
                                       throw Error(Fault::unreachable, "The cable is cut.");
                                   });
  EXPECT_EQ(fault_of([&] { hypervisor.start(ground.instance()); }), Fault::unreachable);
  EXPECT_TRUE(hypervisor.look({}).instances.empty());
  EXPECT_EQ(heard, (std::vector<std::string>{"start", "look"}));
}

TEST(SimulatedHypervisor, a_host_that_loses_its_power_still_knows_its_instances) {
  SimulatorGround ground;
  const auto spec = ground.instance();
  ground.driver().start(spec);
  ground.hypervisor().lose_power();
  const auto seen = ground.driver().look({});
  ASSERT_EQ(seen.instances.size(), 1u);
  EXPECT_EQ(seen.instances[0].power, Power::stopped);
  EXPECT_TRUE(ground.driver().statistics({}).instances.empty());
}

TEST(SimulatedHypervisor, usage_grows_with_the_clock_it_is_given) {
  struct Hands : Clock {
    Time now() override { return time; }
    Time time{};
  } clock;
  SimulatorGround ground;
  simulator::Hypervisor hypervisor(simulator::plain_facts("host-1", 1, 1000, 1024 * mebibyte), {}, clock);
  hypervisor.start(ground.instance());
  const auto before = hypervisor.statistics({}).instances.at(0);
  clock.time += std::chrono::hours(1);
  const auto after = hypervisor.statistics({}).instances.at(0);
  EXPECT_GT(after.cpu_nanoseconds, before.cpu_nanoseconds);
  EXPECT_GT(after.network_bytes_in, before.network_bytes_in);
}

}  // namespace
}  // namespace welkin::hypervisor
