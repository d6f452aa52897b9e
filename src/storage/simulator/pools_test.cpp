// The simulated pools keep the rules of real ones.
#include "storage/simulator/pools.hpp"

#include <gtest/gtest.h>

#include "base/fault_of_test.hpp"

namespace welkin::storage {
namespace {

constexpr std::int64_t gibibyte = std::int64_t{1} << 30;

Uuid numbered(int number) {
  Uuid id;
  id.bytes[0] = 0x40;
  id.bytes[15] = std::uint8_t(number);
  return id;
}

struct SimulatedPools : testing::Test {
  SimulatedPools() { pools.open(pool); }
  TemplateSpec brought() const { return {pool, numbered(9), "debian", "qcow2", gibibyte, "abc"}; }

  const PoolSpec pool{numbered(1), "Filesystem", "/pool"};
  simulator::Pools pools{4 * gibibyte};
};

TEST_F(SimulatedPools, know_nothing_of_a_pool_that_was_not_opened) {
  const PoolSpec other{numbered(2), "Filesystem", "/other"};
  EXPECT_EQ(fault_of([&] { pools.create({other, numbered(5), gibibyte, {}}); }), Fault::missing);
  EXPECT_EQ(fault_of([&] { pools.open({numbered(2), "Teapot", "/other"}); }), Fault::unsupported);
  EXPECT_EQ(fault_of([&] { pools.open({numbered(2), "Filesystem", "other"}); }), Fault::invalid);
}

TEST_F(SimulatedPools, make_a_volume_once_in_whole_sectors) {
  const VolumeSpec spec{pool, numbered(5), 1000, {}};
  const auto place = pools.create(spec);
  EXPECT_EQ(place.bytes, 1024);
  EXPECT_EQ(place.format, "qcow2");
  EXPECT_EQ(pools.create(spec), place);
  EXPECT_EQ(pools.measure({pool, numbered(5)}), place);
  EXPECT_EQ(pools.effects().at("create"), 1);
  EXPECT_EQ(fault_of([&] { pools.create({pool, numbered(5), 4096, {}}); }), Fault::conflict);
  EXPECT_EQ(fault_of([&] { pools.create({pool, numbered(6), 0, {}}); }), Fault::invalid);
}

TEST_F(SimulatedPools, lay_volumes_on_templates_that_are_there) {
  const VolumeSpec spec{pool, numbered(5), 2 * gibibyte, numbered(9)};
  EXPECT_EQ(fault_of([&] { pools.create(spec); }), Fault::missing);
  EXPECT_EQ(pools.bring_template(brought()).bytes, gibibyte);
  pools.bring_template(brought());
  pools.create(spec);
  EXPECT_EQ(fault_of([&] { pools.create({pool, numbered(6), gibibyte / 2, numbered(9)}); }), Fault::invalid);
  EXPECT_EQ(fault_of([&] { pools.remove_template({pool, numbered(9)}); }), Fault::in_use);
  pools.remove({pool, numbered(5)});
  pools.remove({pool, numbered(5)});
  pools.remove_template({pool, numbered(9)});
  pools.remove_template({pool, numbered(9)});
  const std::map<std::string, int> once{
      {"open", 1}, {"bring_template", 1}, {"create", 1}, {"remove", 1}, {"remove_template", 1}};
  EXPECT_EQ(pools.effects(), once);
}

TEST_F(SimulatedPools, refuse_another_image_under_a_kept_templates_id) {
  pools.bring_template(brought());
  auto other = brought();
  other.sha256 = "def";
  EXPECT_EQ(fault_of([&] { pools.bring_template(other); }), Fault::conflict);
}

TEST_F(SimulatedPools, shrink_only_on_purpose_and_never_below_the_template) {
  pools.bring_template(brought());
  pools.create({pool, numbered(5), 2 * gibibyte, numbered(9)});
  EXPECT_EQ(pools.resize({pool, numbered(5), 3 * gibibyte, false}).bytes, 3 * gibibyte);
  EXPECT_EQ(fault_of([&] { pools.resize({pool, numbered(5), 2 * gibibyte, false}); }), Fault::invalid);
  EXPECT_EQ(pools.resize({pool, numbered(5), 2 * gibibyte, true}).bytes, 2 * gibibyte);
  EXPECT_EQ(fault_of([&] { pools.resize({pool, numbered(5), gibibyte / 2, true}); }), Fault::invalid);
  EXPECT_EQ(fault_of([&] { pools.resize({pool, numbered(6), gibibyte, false}); }), Fault::missing);
}

TEST_F(SimulatedPools, fill_up) {
  for (int i = 0; i < 4; ++i) {
    auto spec = brought();
    spec.id = numbered(20 + i);
    EXPECT_FALSE(fault_of([&] { pools.bring_template(spec); }));
  }
  const auto before = pools.snapshot();
  EXPECT_EQ(fault_of([&] { pools.bring_template(brought()); }), Fault::exhausted);
  EXPECT_EQ(fault_of([&] { pools.create({pool, numbered(5), gibibyte, {}}); }), Fault::exhausted);
  EXPECT_EQ(pools.snapshot(), before);
  EXPECT_EQ(pools.open(pool).used_bytes, 4 * gibibyte);
}

TEST_F(SimulatedPools, do_nothing_when_the_call_before_throws) {
  simulator::Pools unlucky(gibibyte, [](std::string_view) { throw Error(Fault::timeout, "Too slow."); });
  EXPECT_EQ(fault_of([&] { unlucky.open(pool); }), Fault::timeout);
  EXPECT_EQ(unlucky.snapshot(), simulator::World{});
}

}  // namespace
}  // namespace welkin::storage
