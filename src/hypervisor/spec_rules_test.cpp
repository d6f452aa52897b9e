// Specs that make no sense are refused before any driver sees them.
#include "hypervisor/spec_rules.hpp"

#include <gtest/gtest.h>

#include "hypervisor/driver_trial.hpp"

namespace welkin::hypervisor {
namespace {

Uuid numbered(std::uint8_t number) {
  Uuid id;
  id.bytes[15] = number;
  return id;
}

InstanceSpec good_spec() {
  InstanceSpec spec;
  spec.id = numbered(1);
  spec.name = "i-2-7-VM";
  spec.cpus = 1;
  spec.memory_bytes = 1 << 28;
  spec.disks.push_back({.id = numbered(2), .path = "/pool/a", .format = "qcow2"});
  spec.nics.push_back({.id = numbered(3), .mac = "02:00:00:00:00:01", .bridge = "br1", .tap = "tap1"});
  return spec;
}

template <class Change>
std::optional<Fault> verdict(Change change) {
  auto spec = good_spec();
  change(spec);
  return fault_of([&] { check(spec); });
}

TEST(SpecRules, accept_a_plain_instance) {
  EXPECT_FALSE(verdict([](auto&) {}));
}

TEST(SpecRules, refuse_names_that_could_be_something_else) {
  for (const auto* name : {"", "../x", "a b", "a/b", "-x", ".x", "x\n", "x'y", "ü"})
    EXPECT_EQ(verdict([&](auto& spec) { spec.name = name; }), Fault::invalid) << name;
  for (const auto* link : {"", "far-too-long-name", "a/b", "a b", "-x"}) {
    EXPECT_EQ(verdict([&](auto& spec) { spec.nics[0].bridge = link; }), Fault::invalid) << link;
    EXPECT_EQ(verdict([&](auto& spec) { spec.nics[0].tap = link; }), Fault::invalid) << link;
  }
  EXPECT_EQ(verdict([](auto& spec) { spec.nics[0].tap = "vnet0"; }), Fault::invalid);
}

TEST(SpecRules, refuse_numbers_out_of_range) {
  EXPECT_EQ(verdict([](auto& spec) { spec.cpus = 0; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) {
              spec.cpus = 4;
              spec.cpus_max = 2;
            }),
            Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.memory_bytes = -1; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.memory_bytes_max = 1; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.nics[0].mtu = 67; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.disks[0].position = 26; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.disks[0].read_bytes_per_second = -1; }), Fault::invalid);
}

TEST(SpecRules, refuse_disks_that_would_be_probed_or_misplaced) {
  EXPECT_EQ(verdict([](auto& spec) { spec.disks[0].format = ""; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.disks[0].format = "vmdk"; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.disks[0].path = "relative"; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.disks[0].path = "json:{}"; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.disks[0].position = cdrom_position; }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.disks[0].kind = DiskKind::cdrom; }), Fault::invalid);
}

TEST(SpecRules, refuse_addresses_of_groups_and_of_nobody) {
  for (const auto* mac :
       {"", "02:00:00:00:00", "03:00:00:00:00:01", "02-00-00-00-00-01", "0g:00:00:00:00:01"})
    EXPECT_EQ(verdict([&](auto& spec) { spec.nics[0].mac = mac; }), Fault::invalid) << mac;
}

TEST(SpecRules, refuse_twins) {
  EXPECT_EQ(verdict([](auto& spec) { spec.disks.push_back(spec.disks[0]); }), Fault::invalid);
  EXPECT_EQ(verdict([](auto& spec) { spec.nics.push_back(spec.nics[0]); }), Fault::invalid);
}

TEST(SpecRules, let_a_running_instance_grow_within_its_room) {
  constexpr std::int64_t step = memory_step_bytes;
  const auto growth = [&](int cpus, std::int64_t memory) {
    return fault_of([&] { check_growth({numbered(1), cpus, memory}, 2, 4, 2 * step, 4 * step); });
  };
  EXPECT_FALSE(growth(4, 4 * step));
  EXPECT_FALSE(growth(2, 2 * step));
  EXPECT_EQ(growth(5, 2 * step), Fault::unsupported);
  EXPECT_EQ(growth(2, 5 * step), Fault::unsupported);
  EXPECT_EQ(growth(2, 2 * step + 1), Fault::unsupported);
  EXPECT_EQ(growth(1, 2 * step), Fault::invalid);
  EXPECT_EQ(growth(2, step), Fault::invalid);
}

}  // namespace
}  // namespace welkin::hypervisor
