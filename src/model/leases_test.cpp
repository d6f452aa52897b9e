// Tests of what is lent to one at a time: numbers, identifiers, guests' addresses, public addresses.
#include "model/counters.hpp"
#include "model/network.hpp"
#include "model/nic.hpp"
#include "model/physical_network.hpp"
#include "model/public_address.hpp"
#include "model/stage_for_tests.hpp"
#include "model/vlan_range.hpp"

namespace welkin::model {
namespace {

TEST(Counters, count_each_for_itself_and_take_back_what_failed) {
  on_each_database([](Stage& stage) {
    const auto next = [&](const char* name) {
      return stage.write([&](sql::Transaction& tx) { return next_number(tx, name); });
    };
    EXPECT_EQ(next("instance"), 1);
    EXPECT_EQ(next("instance"), 2);
    EXPECT_EQ(next("account"), 1);
    const auto fails = [&] {
      stage.write([&](sql::Transaction& tx) {
        EXPECT_EQ(next_number(tx, "instance"), 3);
        throw Error(Fault::invalid, "no");
      });
    };
    EXPECT_EQ(fault_of(fails), Fault::invalid);
    EXPECT_EQ(next("instance"), 3);
    stage.write([&](sql::Transaction& tx) { forget_sequence(tx, "instance"); });
    EXPECT_EQ(next("instance"), 1);
  });
}

TEST(Vnis, are_lent_once_and_rest_when_given_back) {
  on_each_database([](Stage& stage) {
    const auto physical = stage.row<PhysicalNetwork>([&](PhysicalNetwork& p) {
      p.zone_id = stage.id<Zone>();
      p.vni_ranges = parse_vni_ranges("100-101,200");
    });
    const auto take = [&](const Id<Network>& network, std::int64_t wished = 0) {
      return stage.write([&](sql::Transaction& tx) {
        return take_vni(tx, physical, {network, stage.id<VniLease>(), stage.clock.now(), wished});
      });
    };
    const auto a = stage.id<Network>(), b = stage.id<Network>(), c = stage.id<Network>(),
        d = stage.id<Network>();
    EXPECT_EQ(take(a), 100);
    EXPECT_EQ(take(a), 100) << "asked again, the same";
    EXPECT_EQ(take(b), 101);
    stage.write([&](sql::Transaction& tx) { give_back_vni(tx, a); });
    EXPECT_EQ(take(c), 200) << "100 rests";
    EXPECT_EQ(fault_of([&] { take(d, 101); }), Fault::conflict);
    EXPECT_EQ(take(d), 100);
    EXPECT_EQ(fault_of([&] { take(stage.id<Network>()); }), Fault::exhausted);
  });
}

TEST(VniRanges, read_what_they_print_and_refuse_the_rest) {
  EXPECT_EQ(vni_ranges_text(parse_vni_ranges("2000-2100,500-1000,7")), "7-7,500-1000,2000-2100");
  EXPECT_TRUE(parse_vni_ranges("").empty());
  for (const auto* text : {"a", "1-", "-1", "5-4", "0-4", "1-16777216", "1-5,5-9", "1 - 5", "1--5"})
    EXPECT_THROW(parse_vni_ranges(text), Error) << text;
}

struct Guests {
  Stage& stage;
  Network network;

  explicit Guests(Stage& s, const char* cidr, const char* gateway) : stage(s) {
    network = stage.row<Network>([&](Network& n) {
      n.name = "blue";
      n.cidr = cidr;
      n.gateway = gateway;
    });
  }
  Nic take(std::string_view wished = {}) {
    return stage.write([&](sql::Transaction& tx) {
      Nic nic;
      nic.id = stage.id<Nic>();
      nic.mac = nic.id.text();
      nic.network_id = network.id;
      nic.address = free_guest_address(tx, network, wished);
      sql::insert(tx, nic);
      return nic;
    });
  }
  void drop(Nic nic) {
    stage.write([&](sql::Transaction& tx) {
      nic.removed = stage.clock.now();
      sql::update(tx, nic);
    });
  }
};

TEST(GuestAddresses, are_all_lent_but_the_gateway_and_the_edges) {
  on_each_database([](Stage& stage) {
    Guests guests(stage, "10.1.1.0/29", "10.1.1.1");
    std::vector<Nic> nics;
    for (int i = 2; i <= 6; ++i) {
      nics.push_back(guests.take());
      EXPECT_EQ(nics.back().address, fmt::format("10.1.1.{}", i));
    }
    EXPECT_EQ(fault_of([&] { guests.take(); }), Fault::exhausted);
    guests.drop(nics[2]);
    EXPECT_EQ(guests.take().address, "10.1.1.4");
  });
}

TEST(GuestAddresses, rest_when_given_back) {
  on_each_database([](Stage& stage) {
    Guests guests(stage, "10.1.1.0/24", "10.1.1.1");
    const auto first = guests.take();
    guests.drop(first);
    EXPECT_NE(guests.take().address, first.address);
  });
}

TEST(GuestAddresses, are_given_as_wished_when_free) {
  on_each_database([](Stage& stage) {
    Guests guests(stage, "10.1.1.0/24", "10.1.1.1");
    EXPECT_EQ(guests.take("10.1.1.77").address, "10.1.1.77");
    EXPECT_EQ(fault_of([&] { guests.take("10.1.1.77"); }), Fault::conflict);
    EXPECT_EQ(fault_of([&] { guests.take("10.1.1.1"); }), Fault::conflict);
    EXPECT_EQ(fault_of([&] { guests.take("10.1.1.255"); }), Fault::conflict);
    EXPECT_EQ(fault_of([&] { guests.take("10.1.2.7"); }), Fault::invalid);
    EXPECT_EQ(fault_of([&] { guests.take("10.1.1.077"); }), Fault::invalid);
  });
}

TEST(GuestAddresses, cannot_be_held_twice_even_by_mistake) {
  on_each_database([](Stage& stage) {
    Guests guests(stage, "10.1.1.0/24", "10.1.1.1");
    const auto nic = guests.take();
    auto twin = nic;
    twin.id = stage.id<Nic>();
    twin.mac = "02:00:00:00:00:01";
    EXPECT_EQ(fault_of([&] { stage.write([&](sql::Transaction& tx) { sql::insert(tx, twin); }); }),
        Fault::conflict);
  });
}

TEST(GuestAddresses, of_shared_networks_come_from_their_ranges) {
  on_each_database([](Stage& stage) {
    Guests guests(stage, "10.9.0.0/24", "10.9.0.1");
    guests.network.guest_type = GuestType::shared;
    EXPECT_EQ(fault_of([&] { guests.take(); }), Fault::exhausted);
    stage.row<VlanRange>([&](VlanRange& r) {
      r.network_id = guests.network.id;
      r.first_address = "10.9.0.50";
      r.last_address = "10.9.0.51";
    });
    EXPECT_EQ(guests.take().address, "10.9.0.50");
    EXPECT_EQ(guests.take().address, "10.9.0.51");
    EXPECT_EQ(fault_of([&] { guests.take(); }), Fault::exhausted);
  });
}

VlanRange range_of(Stage& stage, const Id<Zone>& zone, const char* first, const char* last,
    const Id<Account>& only = {}) {
  auto range = stage.row<VlanRange>([&](VlanRange& r) {
    r.zone_id = zone;
    r.for_virtual_network = true;
    r.account_id = only;
    r.first_address = first;
    r.last_address = last;
  });
  stage.write([&](sql::Transaction& tx) { return add_addresses(tx, range, stage.clock, stage.random); });
  return range;
}

TEST(PublicAddresses, are_taken_lowest_first_and_come_back_blank) {
  on_each_database([](Stage& stage) {
    const auto zone = stage.id<Zone>();
    range_of(stage, zone, "192.0.2.9", "192.0.2.10");
    AddressTaker taker{stage.id<Account>(), stage.id<Domain>(), stage.id<Network>(), true, true};
    const auto take = [&] {
      return stage.write([&](sql::Transaction& tx) { return take_address(tx, zone, taker,
          stage.clock.now()); });
    };
    auto first = take();
    EXPECT_EQ(first.address, "192.0.2.9");
    EXPECT_EQ(first.state, AddressState::allocated);
    EXPECT_EQ(stage.again(first), first);
    EXPECT_EQ(take().address, "192.0.2.10");
    EXPECT_EQ(fault_of(take), Fault::exhausted);
    auto stale = first;
    stage.write([&](sql::Transaction& tx) {
      auto row = first;
      free_address(tx, row);
    });
    const auto freed = stage.again(first);
    EXPECT_EQ(freed.state, AddressState::free);
    EXPECT_FALSE(freed.account_id || freed.network_id || freed.source_nat || freed.allocated);
    EXPECT_EQ(fault_of([&] { stage.write([&](sql::Transaction& tx) { free_address(tx, stale); }); }),
        Fault::conflict);
  });
}

TEST(PublicAddresses, kept_for_an_account_go_to_it_first_and_to_nobody_else) {
  on_each_database([](Stage& stage) {
    const auto zone = stage.id<Zone>();
    const auto rich = stage.id<Account>(), poor = stage.id<Account>();
    range_of(stage, zone, "192.0.2.1", "192.0.2.1");
    range_of(stage, zone, "198.51.100.1", "198.51.100.1", rich);
    const auto take = [&](const Id<Account>& account) {
      return stage.write([&](sql::Transaction& tx) {
        return take_address(tx, zone, {account, stage.id<Domain>(), {}, false, false},
            stage.clock.now()).address;
      });
    };
    EXPECT_EQ(take(rich), "198.51.100.1");
    EXPECT_EQ(take(poor), "192.0.2.1");
    EXPECT_EQ(fault_of([&] { take(poor); }), Fault::exhausted);
  });
}

}  // namespace
}  // namespace welkin::model
