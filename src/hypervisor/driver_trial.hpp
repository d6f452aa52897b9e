// One trial for every hypervisor driver. A test instantiates it with a ground: the world it is tried in.
//
//   struct MyGround { … };
//   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, DriverTrial, MyGround);
//
// A ground has:
//   static std::string missing();           why the trial cannot be run here; empty when it can
//   Driver& driver();
//   InstanceSpec instance();                fresh and startable, with a root disk, one nic, and space on the
//                                           host to grow by one processor and 128 MiB
//   DiskSpec disk(int position);            a fresh disk of 8 MiB that may be plugged in
//   DiskSpec disc();                        a fresh disc for the CD-ROM drive
//   NicSpec nic(int position);              a fresh nic that may be plugged in
//   void settle(const InstanceSpec&, int boots);  returns when the guest has booted so often, and listens
//   void deafen(const InstanceSpec&);       the guest will not listen; called before its start
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "base/fault_of_test.hpp"
#include "hypervisor/driver.hpp"
#include "hypervisor/spec_rules.hpp"

namespace welkin::hypervisor {

template <class Ground>
class DriverTrial : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (Ground::missing().empty()) ground_ = std::make_unique<Ground>();
  }
  static void TearDownTestSuite() { ground_.reset(); }

  void SetUp() override {
    if (!ground_) GTEST_SKIP() << Ground::missing();
    spec_ = ground_->instance();
  }
  void TearDown() override {
    if (ground_) driver().forget(named());
  }

  Driver& driver() { return ground_->driver(); }
  InstanceName named() const { return {spec_.id, spec_.name}; }
  std::optional<Sighting> sighting() {
    for (const auto& seen : driver().look({}).instances)
      if (seen.id == spec_.id) return seen;
    return std::nullopt;
  }
  std::optional<Usage> usage() {
    for (const auto& usage : driver().statistics({}).instances)
      if (usage.id == spec_.id) return usage;
    return std::nullopt;
  }
  void start() {
    driver().start(spec_);
    ground_->settle(spec_, 1);
  }

  static inline std::unique_ptr<Ground> ground_;
  InstanceSpec spec_;
};

TYPED_TEST_SUITE_P(DriverTrial);

TYPED_TEST_P(DriverTrial, says_what_the_host_is) {
  const auto facts = this->driver().probe({});
  EXPECT_FALSE(facts.hypervisor.empty());
  EXPECT_FALSE(facts.version.empty());
  EXPECT_FALSE(facts.name.empty());
  EXPECT_GT(facts.cpus, 0);
  EXPECT_GT(facts.memory_bytes, 0);
}

TYPED_TEST_P(DriverTrial, starting_twice_is_starting_once) {
  const auto first = this->driver().start(this->spec_);
  EXPECT_EQ(first.power, Power::running);
  EXPECT_EQ(first.name, this->spec_.name);
  EXPECT_EQ(first.cpus, this->spec_.cpus);
  EXPECT_EQ(first.memory_bytes, this->spec_.memory_bytes);
  EXPECT_EQ(this->driver().start(this->spec_), first);
  EXPECT_EQ(this->sighting(), first);
}

TYPED_TEST_P(DriverTrial, a_spec_that_makes_no_sense_is_refused_and_leaves_nothing) {
  auto nameless = this->spec_;
  nameless.name = "../x";
  EXPECT_EQ(fault_of([&] { this->driver().start(nameless); }), Fault::invalid);
  auto probing = this->spec_;
  probing.disks.at(0).format = "";
  EXPECT_EQ(fault_of([&] { this->driver().start(probing); }), Fault::invalid);
  auto crowded = this->spec_;
  crowded.disks.push_back(crowded.disks.at(0));
  EXPECT_EQ(fault_of([&] { this->driver().start(crowded); }), Fault::invalid);
  EXPECT_EQ(this->sighting(), std::nullopt);
}

TYPED_TEST_P(DriverTrial, a_second_instance_cannot_take_the_name_of_the_first) {
  this->driver().start(this->spec_);
  auto other = this->ground_->instance();
  other.name = this->spec_.name;
  EXPECT_EQ(fault_of([&] { this->driver().start(other); }), Fault::conflict);
  EXPECT_TRUE(this->sighting());
}

TYPED_TEST_P(DriverTrial, no_disk_has_two_writers) {
  this->driver().start(this->spec_);
  auto thief = this->ground_->instance();
  thief.disks.at(0).path = this->spec_.disks.at(0).path;
  EXPECT_EQ(fault_of([&] { this->driver().start(thief); }), Fault::in_use);
  EXPECT_EQ(this->driver().look({}).instances.size(), 1u);
}

TYPED_TEST_P(DriverTrial, no_tap_has_two_guests) {
  this->driver().start(this->spec_);
  auto thief = this->ground_->instance();
  thief.nics.at(0).tap = this->spec_.nics.at(0).tap;
  EXPECT_EQ(fault_of([&] { this->driver().start(thief); }), Fault::conflict);
  EXPECT_EQ(this->driver().look({}).instances.size(), 1u);
}

TYPED_TEST_P(DriverTrial, pauses_and_resumes_once_each) {
  this->driver().start(this->spec_);
  EXPECT_EQ(this->driver().pause(this->named()).power, Power::paused);
  EXPECT_EQ(this->driver().pause(this->named()).power, Power::paused);
  EXPECT_EQ(this->sighting()->power, Power::paused);
  EXPECT_EQ(this->driver().start(this->spec_).power, Power::paused);
  EXPECT_EQ(this->driver().resume(this->named()).power, Power::running);
  EXPECT_EQ(this->driver().resume(this->named()).power, Power::running);
}

TYPED_TEST_P(DriverTrial, a_guest_that_listens_reboots_itself) {
  this->start();
  EXPECT_EQ(this->driver().reboot({this->spec_.id, false, 30}).power, Power::running);
  this->ground_->settle(this->spec_, 2);
}

TYPED_TEST_P(DriverTrial, a_forced_reboot_resets) {
  this->start();
  EXPECT_EQ(this->driver().reboot({this->spec_.id, true, 0}).power, Power::running);
  this->ground_->settle(this->spec_, 2);
}

TYPED_TEST_P(DriverTrial, a_guest_that_listens_stops_within_its_grace) {
  this->start();
  const auto stopped = this->driver().stop({this->spec_.id, false, 60});
  EXPECT_EQ(stopped.power, Power::stopped);
  EXPECT_EQ(stopped.id, this->spec_.id);
  EXPECT_EQ(this->driver().stop({this->spec_.id, false, 60}).power, Power::stopped);
  EXPECT_EQ(this->usage(), std::nullopt);
  EXPECT_EQ(this->driver().start(this->spec_).power, Power::running);
}

TYPED_TEST_P(DriverTrial, a_guest_that_does_not_listen_loses_its_power) {
  this->ground_->deafen(this->spec_);
  this->driver().start(this->spec_);
  EXPECT_EQ(this->driver().stop({this->spec_.id, false, 1}).power, Power::stopped);
}

TYPED_TEST_P(DriverTrial, a_forced_stop_stops_even_what_is_paused) {
  this->driver().start(this->spec_);
  this->driver().pause(this->named());
  EXPECT_EQ(this->driver().stop({this->spec_.id, true, 0}).power, Power::stopped);
  EXPECT_EQ(fault_of([&] { this->driver().resume(this->named()); }), Fault::conflict);
  EXPECT_EQ(fault_of([&] { this->driver().pause(this->named()); }), Fault::conflict);
  EXPECT_EQ(fault_of([&] { this->driver().reboot({this->spec_.id, true, 0}); }), Fault::conflict);
  EXPECT_EQ(fault_of([&] { this->driver().console(this->named()); }), Fault::conflict);
}

TYPED_TEST_P(DriverTrial, what_is_absent_counts_as_stopped_and_forgotten_and_unplugged) {
  EXPECT_EQ(this->driver().stop({this->spec_.id, true, 0}).power, Power::stopped);
  EXPECT_FALSE(fault_of([&] { this->driver().forget(this->named()); }));
  EXPECT_FALSE(fault_of([&] { this->driver().unplug_disk({this->spec_.id, this->spec_.disks.at(0).id}); }));
  EXPECT_FALSE(fault_of([&] { this->driver().unplug_nic({this->spec_.id, this->spec_.nics.at(0).mac}); }));
}

TYPED_TEST_P(DriverTrial, what_is_absent_can_do_nothing) {
  const auto id = this->spec_.id;
  EXPECT_EQ(fault_of([&] { this->driver().pause(this->named()); }), Fault::missing);
  EXPECT_EQ(fault_of([&] { this->driver().resume(this->named()); }), Fault::missing);
  EXPECT_EQ(fault_of([&] { this->driver().reboot({id, true, 0}); }), Fault::missing);
  EXPECT_EQ(fault_of([&] { this->driver().console(this->named()); }), Fault::missing);
  EXPECT_EQ(fault_of([&] { this->driver().scale({id, 1, 1}); }), Fault::missing);
  EXPECT_EQ(fault_of([&] { this->driver().resize_disk({id, id, 1}); }), Fault::missing);
  EXPECT_EQ(fault_of([&] { this->driver().plug_disk({id, this->ground_->disk(1)}); }), Fault::missing);
  EXPECT_EQ(fault_of([&] { this->driver().plug_nic({id, this->ground_->nic(1)}); }), Fault::missing);
}

TYPED_TEST_P(DriverTrial, forgetting_ends_a_running_instance_and_may_be_repeated) {
  this->driver().start(this->spec_);
  this->driver().forget(this->named());
  EXPECT_EQ(this->sighting(), std::nullopt);
  this->driver().forget(this->named());
}

TYPED_TEST_P(DriverTrial, a_disk_is_plugged_once_and_unplugged_once) {
  this->start();
  const auto disk = this->ground_->disk(1);
  const PlugDisk plug{this->spec_.id, disk};
  this->driver().plug_disk(plug);
  this->driver().plug_disk(plug);
  EXPECT_EQ(fault_of([&] { this->driver().plug_disk({this->spec_.id, this->ground_->disk(1)}); }),
            Fault::conflict);
  this->driver().resize_disk({this->spec_.id, disk.id, 16 << 20});
  this->driver().resize_disk({this->spec_.id, disk.id, 16 << 20});
  EXPECT_EQ(fault_of([&] { this->driver().resize_disk({this->spec_.id, disk.id, 4 << 20}); }),
            Fault::invalid);
  this->driver().unplug_disk({this->spec_.id, disk.id});
  this->driver().unplug_disk({this->spec_.id, disk.id});
  EXPECT_EQ(fault_of([&] { this->driver().resize_disk({this->spec_.id, disk.id, 32 << 20}); }),
            Fault::missing);
  EXPECT_FALSE(fault_of([&] { this->driver().plug_disk({this->spec_.id, this->ground_->disk(1)}); }));
}

TYPED_TEST_P(DriverTrial, a_disk_that_the_guest_will_not_let_go_stays) {
  this->ground_->deafen(this->spec_);
  this->driver().start(this->spec_);
  const auto disk = this->ground_->disk(1);
  this->driver().plug_disk({this->spec_.id, disk});
  EXPECT_EQ(fault_of([&] { this->driver().unplug_disk({this->spec_.id, disk.id}); }), Fault::timeout);
  EXPECT_FALSE(fault_of([&] { this->driver().resize_disk({this->spec_.id, disk.id, 16 << 20}); }));
}

TYPED_TEST_P(DriverTrial, a_disc_is_inserted_once_and_ejected_once) {
  this->driver().start(this->spec_);
  const auto disc = this->ground_->disc();
  this->driver().plug_disk({this->spec_.id, disc});
  this->driver().plug_disk({this->spec_.id, disc});
  EXPECT_EQ(fault_of([&] { this->driver().plug_disk({this->spec_.id, this->ground_->disc()}); }),
            Fault::conflict);
  this->driver().unplug_disk({this->spec_.id, disc.id});
  this->driver().unplug_disk({this->spec_.id, disc.id});
  EXPECT_FALSE(fault_of([&] { this->driver().plug_disk({this->spec_.id, this->ground_->disc()}); }));
}

TYPED_TEST_P(DriverTrial, a_nic_is_plugged_once_and_unplugged_once) {
  this->start();
  const auto nic = this->ground_->nic(1);
  this->driver().plug_nic({this->spec_.id, nic});
  this->driver().plug_nic({this->spec_.id, nic});
  this->driver().unplug_nic({this->spec_.id, nic.mac});
  this->driver().unplug_nic({this->spec_.id, nic.mac});
}

TYPED_TEST_P(DriverTrial, a_stopped_instance_keeps_what_is_plugged_into_it_until_it_is_unplugged) {
  this->driver().start(this->spec_);
  this->driver().stop({this->spec_.id, true, 0});
  const auto disk = this->ground_->disk(1);
  this->driver().plug_disk({this->spec_.id, disk});
  EXPECT_EQ(fault_of([&] { this->driver().plug_disk({this->spec_.id, this->ground_->disk(1)}); }),
            Fault::conflict);
  EXPECT_EQ(fault_of([&] { this->driver().resize_disk({this->spec_.id, disk.id, 16 << 20}); }),
            Fault::conflict);
  this->driver().unplug_disk({this->spec_.id, disk.id});
  EXPECT_FALSE(fault_of([&] { this->driver().plug_disk({this->spec_.id, this->ground_->disk(1)}); }));
}

TYPED_TEST_P(DriverTrial, grows_while_it_runs_but_never_shrinks) {
  auto& spec = this->spec_;
  spec.cpus_max = spec.cpus + 1;
  spec.memory_bytes_max = spec.memory_bytes + memory_step_bytes;
  this->driver().start(spec);
  const ScaleInstance more{spec.id, spec.cpus_max, spec.memory_bytes_max};
  EXPECT_EQ(fault_of([&] { this->driver().scale({spec.id, spec.cpus_max + 1, spec.memory_bytes}); }),
            Fault::unsupported);
  EXPECT_EQ(this->sighting()->cpus, spec.cpus);
  for (int times = 0; times < 2; ++times) {
    const auto grown = this->driver().scale(more);
    EXPECT_EQ(grown.cpus, more.cpus);
    EXPECT_EQ(grown.memory_bytes, more.memory_bytes);
  }
  EXPECT_EQ(this->sighting()->memory_bytes, more.memory_bytes);
  EXPECT_EQ(fault_of([&] { this->driver().scale({spec.id, spec.cpus, more.memory_bytes}); }), Fault::invalid);
}

TYPED_TEST_P(DriverTrial, tells_what_a_running_instance_uses) {
  this->start();
  const auto usage = this->usage();
  ASSERT_TRUE(usage);
  EXPECT_GT(usage->cpu_nanoseconds, 0);
  EXPECT_GT(usage->memory_bytes, 0);
  const auto host = this->driver().statistics({});
  EXPECT_GE(host.host_cpu_percent, 0);
  EXPECT_LE(host.host_cpu_percent, 100);
  EXPECT_GT(host.host_memory_bytes_used, 0);
}

TYPED_TEST_P(DriverTrial, tells_where_its_console_listens) {
  this->spec_.console_password = Secret("longer than eight");
  this->driver().start(this->spec_);
  const auto console = this->driver().console(this->named());
  EXPECT_EQ(console.host, "127.0.0.1");
  EXPECT_GT(console.port, 0);
  EXPECT_EQ(console.password.reveal(), "longer t");
}

REGISTER_TYPED_TEST_SUITE_P(
    DriverTrial, says_what_the_host_is, starting_twice_is_starting_once,
    a_spec_that_makes_no_sense_is_refused_and_leaves_nothing,
    a_second_instance_cannot_take_the_name_of_the_first, no_disk_has_two_writers, no_tap_has_two_guests,
    pauses_and_resumes_once_each, a_guest_that_listens_reboots_itself, a_forced_reboot_resets,
    a_guest_that_listens_stops_within_its_grace, a_guest_that_does_not_listen_loses_its_power,
    a_forced_stop_stops_even_what_is_paused, what_is_absent_counts_as_stopped_and_forgotten_and_unplugged,
    what_is_absent_can_do_nothing, forgetting_ends_a_running_instance_and_may_be_repeated,
    a_disk_is_plugged_once_and_unplugged_once, a_disk_that_the_guest_will_not_let_go_stays,
    a_disc_is_inserted_once_and_ejected_once, a_nic_is_plugged_once_and_unplugged_once,
    a_stopped_instance_keeps_what_is_plugged_into_it_until_it_is_unplugged,
    grows_while_it_runs_but_never_shrinks, tells_what_a_running_instance_uses,
    tells_where_its_console_listens);

}  // namespace welkin::hypervisor
