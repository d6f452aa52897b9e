// Tests of what is promised of hosts and pools.
#include "model/host.hpp"
#include "model/stage_for_tests.hpp"
#include "model/storage_pool.hpp"

namespace welkin::model {
namespace {

constexpr std::int64_t gib = 1 << 30;

Host host_with(Stage& stage, int cpus, std::int64_t memory) {
  return stage.row<Host>([&](Host& host) {
    host.status = HostStatus::up;
    host.cpus = cpus;
    host.cpu_mhz = 1000;
    host.memory_bytes = memory;
    set_capacity(host, 2.0, 1.0);
  });
}

TEST(Hosts, are_never_promised_beyond_their_capacity) {
  on_each_database([](Stage& stage) {
    const auto host = host_with(stage, 4, 8 * gib);
    HostShare share;
    share.cpus = 1;
    share.cpu_mhz = 1000;
    share.memory_bytes = 3 * gib;
    stage.write([&](sql::Transaction& tx) {
      EXPECT_TRUE(reserve(tx, host.id, share));
      EXPECT_TRUE(reserve(tx, host.id, share));
      EXPECT_FALSE(reserve(tx, host.id, share)) << "memory is short";
    });
    const auto full = stage.again(host);
    EXPECT_EQ(full.cpu_mhz_capacity, 8000);
    EXPECT_EQ(full.memory_reserved_bytes, 6 * gib);
    EXPECT_EQ(full.cpu_mhz_reserved, 2000);
    EXPECT_EQ(full.instances_reserved, 2);
    EXPECT_EQ(full.generation, host.generation + 2);
    stage.write([&](sql::Transaction& tx) {
      release(tx, host.id, share);
      EXPECT_TRUE(reserve(tx, host.id, share));
    });
  });
}

TEST(Hosts, that_are_disabled_or_silent_are_promised_to_nobody) {
  on_each_database([](Stage& stage) {
    auto host = host_with(stage, 4, 8 * gib);
    const HostShare share;
    stage.write([&](sql::Transaction& tx) { move(tx, host, ResourceEvent::disable); });
    stage.write([&](sql::Transaction& tx) { EXPECT_FALSE(reserve(tx, host.id, share)); });
    stage.write([&](sql::Transaction& tx) {
      move(tx, host, ResourceEvent::enable);
      move(tx, host, HostEvent::ping_timeout);
    });
    stage.write([&](sql::Transaction& tx) { EXPECT_FALSE(reserve(tx, host.id, share)); });
  });
}

TEST(Hosts, that_are_heard_of_keep_their_generation) {
  on_each_database([](Stage& stage) {
    auto host = host_with(stage, 4, 8 * gib);
    stage.write([&](sql::Transaction& tx) { note_ping(tx, host.id, stage.clock.now()); });
    EXPECT_EQ(stage.again(host).last_pinged, stage.clock.now());
    EXPECT_FALSE(fault_of([&] { stage.write([&](sql::Transaction& tx) { move(tx, host,
        HostEvent::host_down); }); }));
  });
}

TEST(Moves, of_a_row_that_another_has_changed_are_refused_and_leave_it_as_it_was) {
  on_each_database([](Stage& stage) {
    const auto host = host_with(stage, 4, 8 * gib);
    auto first = host, second = host;
    stage.write([&](sql::Transaction& tx) { move(tx, first, HostEvent::host_down); });
    EXPECT_EQ(fault_of([&] { stage.write([&](sql::Transaction& tx) { move(tx, second,
        HostEvent::ping_timeout); }); }),
              Fault::conflict);
    EXPECT_EQ(second, host);
    EXPECT_EQ(stage.again(host).status, HostStatus::down);
  });
}

TEST(Pools, are_never_promised_beyond_what_they_allow) {
  on_each_database([](Stage& stage) {
    const auto pool = stage.row<StoragePool>([](StoragePool& p) { p.state = PoolState::up; });
    stage.write([&](sql::Transaction& tx) {
      EXPECT_FALSE(reserve(tx, pool.id, 1)) << "nothing is known of it yet";
      note_measure(tx, pool.id, 10 * gib, gib, 2.0);
      EXPECT_TRUE(reserve(tx, pool.id, 15 * gib));
      EXPECT_FALSE(reserve(tx, pool.id, 6 * gib));
      release(tx, pool.id, 5 * gib);
      EXPECT_TRUE(reserve(tx, pool.id, 6 * gib));
    });
    EXPECT_EQ(stage.again(pool).reserved_bytes, 16 * gib);
  });
}

}  // namespace
}  // namespace welkin::model
