// Tests of servers that ask for the same at the same time.
#include <set>
#include <thread>

#include "model/holding.hpp"
#include "model/host.hpp"
#include "model/limit.hpp"
#include "model/network.hpp"
#include "model/nic.hpp"
#include "model/physical_network.hpp"
#include "model/public_address.hpp"
#include "model/stage_for_tests.hpp"
#include "model/vlan_range.hpp"
#include "model/volume.hpp"

namespace welkin::model {
namespace {

constexpr int rivals = 4;
constexpr int wishes = 6;

/// Runs `wish(stage)` in as many threads as there are rivals, several times each; answers what came of all of
/// them.
template <class Wish>
auto all_at_once(Stage& stage, Wish wish, int times = wishes) {
  std::vector<std::vector<std::invoke_result_t<Wish&, Stage&>>> answers(rivals);
  std::vector<std::thread> threads;
  for (int rival = 0; rival < rivals; ++rival)
    threads.emplace_back([&, rival] {
      Stage own{stage.database, stage.clock, SeededRandom(std::uint64_t(100 + rival))};
      for (int i = 0; i < times; ++i) answers[std::size_t(rival)].push_back(wish(own));
    });
  for (auto& thread : threads) thread.join();
  std::vector<std::invoke_result_t<Wish&, Stage&>> out;
  for (auto& some : answers) out.insert(out.end(), some.begin(), some.end());
  return out;
}

template <class T>
std::size_t different(const std::vector<T>& all) {
  return std::set<T>(all.begin(), all.end()).size();
}

TEST(Rivals, never_overfill_a_host) {
  on_each_database([](Stage& stage) {
    const auto host = stage.row<Host>([](Host& h) {
      h.status = HostStatus::up;
      h.cpu_mhz_capacity = 10'000;
      h.memory_capacity_bytes = 10;
    });
    HostShare share;
    share.memory_bytes = 1;
    const auto got = all_at_once(stage, [&](Stage& own) {
      return own.write([&](sql::Transaction& tx) { return reserve(tx, host.id, share); });
    });
    EXPECT_EQ(std::ranges::count(got, true), 10);
    EXPECT_EQ(stage.again(host).memory_reserved_bytes, 10);
  });
}

TEST(Rivals, never_exceed_a_limit_together) {
  on_each_database([](Stage& stage) {
    const auto root = stage.row<Domain>([](Domain& d) { d.path = "/"; });
    const auto account = stage.row<Account>([&](Account& a) { a.domain_id = root.id; });
    const auto insert = [&](Stage& own) {
      Volume volume;
      volume.id = own.id<Volume>();
      volume.account_id = account.id;
      volume.domain_id = root.id;
      return !fault_of([&] { own.write([&](sql::Transaction& tx) { sql::insert(tx, volume); }); });
    };
    stage.write([&](sql::Transaction& tx) {
      set_limit(tx, account.id, Resource::volume, 2, stage.clock, stage.random);
    });
    EXPECT_TRUE(insert(stage));
    // A thousand at once, one below the limit.
    const auto got = all_at_once(stage, insert, 1000 / rivals);
    EXPECT_EQ(std::ranges::count(got, true), 1);
    stage.write([&](sql::Transaction& tx) { EXPECT_EQ(held_by_account(tx, account.id).volumes, 2); });
  });
}

TEST(Rivals, never_get_the_same_public_address) {
  on_each_database([](Stage& stage) {
    const auto range = stage.row<VlanRange>([&](VlanRange& r) {
      r.zone_id = stage.id<Zone>();
      r.for_virtual_network = true;
      r.first_address = "192.0.2.1";
      r.last_address = "192.0.2.60";
    });
    stage.write([&](sql::Transaction& tx) { return add_addresses(tx, range, stage.clock, stage.random); });
    const auto got = all_at_once(stage, [&](Stage& own) {
      return own.write([&](sql::Transaction& tx) {
        return take_address(tx, range.zone_id, {own.id<Account>(), own.id<Domain>(), {}, false, false},
            own.clock.now())
            .address;
      });
    });
    EXPECT_EQ(different(got), got.size());
  });
}

TEST(Rivals, never_get_the_same_identifier) {
  on_each_database([](Stage& stage) {
    const auto physical = stage.row<PhysicalNetwork>([&](PhysicalNetwork& p) {
      p.zone_id = stage.id<Zone>();
      p.vni_ranges = parse_vni_ranges("500-600");
    });
    const auto got = all_at_once(stage, [&](Stage& own) {
      return own.write([&](sql::Transaction& tx) {
        return take_vni(tx, physical, {own.id<Network>(), own.id<VniLease>(), own.clock.now()});
      });
    });
    EXPECT_EQ(different(got), got.size());
  });
}

TEST(Rivals, never_get_the_same_guest_address) {
  on_each_database([](Stage& stage) {
    const auto network = stage.row<Network>([](Network& n) {
      n.cidr = "10.1.1.0/24";
      n.gateway = "10.1.1.1";
    });
    const auto got = all_at_once(stage, [&](Stage& own) {
      return own.write([&](sql::Transaction& tx) {
        Nic nic;
        nic.id = own.id<Nic>();
        nic.mac = nic.id.text();
        nic.network_id = network.id;
        nic.address = free_guest_address(tx, network);
        sql::insert(tx, nic);
        return nic.address;
      });
    });
    EXPECT_EQ(different(got), got.size());
  });
}

}  // namespace
}  // namespace welkin::model
