// The driver trial on real, emulated guests beneath a libvirtd of their own; and what only KVM promises.
#include "hypervisor/kvm/driver.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "hypervisor/driver_trial.hpp"
#include "hypervisor/kvm/kvm_ground.hpp"

namespace welkin::hypervisor {

INSTANTIATE_TYPED_TEST_SUITE_P(Kvm, DriverTrial, kvm::KvmGround);

namespace kvm {
namespace {

class KvmDriver : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (KvmGround::missing().empty()) ground_ = std::make_unique<KvmGround>();
  }
  static void TearDownTestSuite() { ground_.reset(); }
  void SetUp() override {
    if (!ground_) GTEST_SKIP() << KvmGround::missing();
  }
  static inline std::unique_ptr<KvmGround> ground_;
};

TEST_F(KvmDriver, leaves_nothing_of_an_instance_that_did_not_start) {
  auto& driver = ground_->driver();
  auto absent = ground_->instance();
  absent.disks[0].path += ".gone";
  EXPECT_EQ(fault_of([&] { driver.start(absent); }), Fault::missing);
  auto unwired = ground_->instance();
  unwired.nics[0].bridge = "no-such-bridge";
  EXPECT_EQ(fault_of([&] { driver.start(unwired); }), Fault::missing);
  auto broken = ground_->instance();
  broken.disks[0].format = "qcow2";  // it is raw
  EXPECT_TRUE(fault_of([&] { driver.start(broken); }));
  EXPECT_TRUE(driver.look({}).instances.empty());
}

TEST_F(KvmDriver, boots_by_uefi_exactly_where_it_says_so) {
  auto spec = ground_->instance();
  spec.uefi = true;
  const auto fault = fault_of([&] { ground_->driver().start(spec); });
  EXPECT_EQ(fault.has_value(), !ground_->driver().probe({}).uefi);
  if (fault) EXPECT_EQ(fault, Fault::unsupported);
  ground_->driver().forget({spec.id, spec.name});
}

TEST_F(KvmDriver, starts_and_ends_many_at_once) {
  std::vector<InstanceSpec> specs;
  for (int i = 0; i < 6; ++i) specs.push_back(ground_->instance());
  {
    std::vector<std::jthread> starters;
    for (const auto& spec : specs)
      starters.emplace_back([&] { EXPECT_FALSE(fault_of([&] { ground_->driver().start(spec); })); });
  }
  std::set<int> ports;
  for (const auto& spec : specs) ports.insert(ground_->driver().console({spec.id, spec.name}).port);
  EXPECT_EQ(ports.size(), specs.size());
  {
    std::vector<std::jthread> enders;
    for (const auto& spec : specs)
      enders.emplace_back(
          [&] { EXPECT_FALSE(fault_of([&] { ground_->driver().forget({spec.id, spec.name}); })); });
  }
  EXPECT_TRUE(ground_->driver().look({}).instances.empty());
}

TEST_F(KvmDriver, one_instance_asked_for_twice_at_once_is_started_once) {
  const auto spec = ground_->instance();
  {
    std::vector<std::jthread> starters;
    for (int i = 0; i < 3; ++i)
      starters.emplace_back([&] { EXPECT_FALSE(fault_of([&] { ground_->driver().start(spec); })); });
  }
  EXPECT_EQ(ground_->driver().look({}).instances.size(), 1u);
  ground_->settle(spec, 1);
  ground_->driver().forget({spec.id, spec.name});
}

TEST_F(KvmDriver, a_forced_stop_does_not_wait_for_a_patient_one) {
  const auto spec = ground_->instance();
  ground_->deafen(spec);
  ground_->driver().start(spec);
  std::jthread patient([&] { ground_->driver().stop({spec.id, false, 600}); });
  EXPECT_EQ(ground_->driver().stop({spec.id, true, 0}).power, Power::stopped);
  patient.join();
  ground_->driver().forget({spec.id, spec.name});
}

TEST_F(KvmDriver, a_patient_stop_is_content_when_the_instance_is_forgotten) {
  const auto spec = ground_->instance();
  ground_->deafen(spec);
  ground_->driver().start(spec);
  std::jthread patient(
      [&] { EXPECT_FALSE(fault_of([&] { ground_->driver().stop({spec.id, false, 600}); })); });
  ground_->driver().forget({spec.id, spec.name});
  patient.join();
  EXPECT_TRUE(ground_->driver().look({}).instances.empty());
}

TEST_F(KvmDriver, keeps_the_definition_of_a_stopped_instance_that_did_not_start_again) {
  auto& driver = ground_->driver();
  auto spec = ground_->instance();
  driver.start(spec);
  driver.stop({spec.id, true, 0});
  auto broken = spec;
  broken.disks[0].format = "qcow2";
  EXPECT_TRUE(fault_of([&] { driver.start(broken); }));
  ASSERT_EQ(driver.look({}).instances.size(), 1u);
  EXPECT_EQ(driver.look({}).instances[0].power, Power::stopped);
  EXPECT_EQ(driver.start(spec).power, Power::running);
  driver.forget({spec.id, spec.name});
}

TEST_F(KvmDriver, instances_outlive_the_driver_and_a_killed_libvirtd) {
  auto spec = ground_->instance();
  ground_->driver().start(spec);
  ground_->settle(spec, 1);
  const auto before = ground_->driver().look({});
  ground_->restart_driver();
  EXPECT_EQ(ground_->driver().look({}), before);
  for (int times = 0; times < 3; ++times) {
    ground_->kill_libvirtd();
    // A verb may still meet a dead connection of the pool.
    for (int tries = 0; tries < 20; ++tries)
      if (!fault_of([&] { ground_->driver().look({}); })) break;
    EXPECT_EQ(ground_->driver().look({}), before);
  }
  EXPECT_EQ(ground_->driver().stop({spec.id, false, 30}).power, Power::stopped);
  ground_->driver().forget({spec.id, spec.name});
}

TEST_F(KvmDriver, without_libvirtd_every_verb_is_unreachable) {
  Driver lonely(Options{.uri = "qemu+unix:///system?socket=/nowhere/libvirt-sock"});
  EXPECT_EQ(fault_of([&] { lonely.look({}); }), Fault::unreachable);
  EXPECT_EQ(fault_of([&] { lonely.start(ground_->instance()); }), Fault::unreachable);
  EXPECT_EQ(fault_of([&] { lonely.probe({}); }), Fault::unreachable);
}

TEST_F(KvmDriver, a_guest_that_hangs_hides_no_other) {
  const auto hanging = ground_->instance(), lively = ground_->instance();
  ground_->driver().start(hanging);
  ground_->driver().start(lively);
  ground_->signal_guest(hanging, SIGSTOP);
  ground_->driver().statistics({});  // libvirt learns that it is busy
  const auto statistics = ground_->driver().statistics({});
  EXPECT_EQ(statistics.instances.size(), 2u);
  for (const auto& usage : statistics.instances)
    if (usage.id == lively.id) EXPECT_GT(usage.memory_bytes, 0);
  EXPECT_EQ(ground_->hasty_driver().look({}).instances.size(), 2u);
  ground_->signal_guest(hanging, SIGCONT);
  ground_->driver().forget({hanging.id, hanging.name});
  ground_->driver().forget({lively.id, lively.name});
}

TEST_F(KvmDriver, a_libvirtd_that_hangs_costs_a_timeout_and_not_the_agent) {
  auto& hasty = ground_->hasty_driver();
  ground_->stop_libvirtd_with(SIGSTOP);
  const auto fault = fault_of([&] { hasty.look({}); });
  ground_->stop_libvirtd_with(SIGCONT);
  EXPECT_EQ(fault, Fault::timeout);
  EXPECT_FALSE(fault_of([&] { hasty.look({}); }));
}

}  // namespace
}  // namespace kvm
}  // namespace welkin::hypervisor
