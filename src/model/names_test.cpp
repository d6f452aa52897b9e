// Tests of the names that the cloud gives.
#include "model/names.hpp"

#include <gtest/gtest.h>

#include <set>

namespace welkin::model {
namespace {

struct FixedClock final : Clock {
  Time now() override { return Time(1s); }
};

TEST(LinkNames, fit_the_kernel_even_at_their_longest) {
  FixedClock clock;
  SeededRandom random(1);
  const std::int64_t vni = (1 << 24) - 1;
  const auto nic = new_id<Nic>(clock, random);
  const auto router = new_id<Router>(clock, random);
  for (const auto& name : {bridge_name("zone", vni), tunnel_name("zone", vni), tap_name("zone", nic),
                           namespace_name("zone", router), inner_link_name("zone", router),
                           outer_link_name("zone", router)})
    EXPECT_LE(name.size(), 15u) << name;
}

TEST(LinkNames, differ_for_different_things_made_in_the_same_instant) {
  FixedClock clock;
  SeededRandom random(2);
  std::set<std::string> names;
  for (int i = 0; i < 2000; ++i) {
    names.insert(tap_name("a", new_id<Nic>(clock, random)));
    const auto router = new_id<Router>(clock, random);
    names.insert(namespace_name("a", router));
    names.insert(inner_link_name("a", router));
    names.insert(outer_link_name("a", router));
    names.insert(bridge_name("a", i + 1));
    names.insert(tunnel_name("a", i + 1));
  }
  EXPECT_EQ(names.size(), 12000u);
}

TEST(LinkNames, are_the_same_for_the_same_thing) {
  const auto nic = *Id<Nic>::parse("0190b1c2-7c1d-7abc-8def-0123456789ab");
  EXPECT_EQ(tap_name("w1", nic), tap_name("w1", nic));
  EXPECT_EQ(tap_name("w1", nic), "ww1t4d2mf2db");
}

TEST(Macs, are_local_unicast_addresses) {
  SeededRandom random(3);
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const auto mac = random_mac(random);
    EXPECT_EQ(mac.size(), 17u);
    EXPECT_TRUE(mac.starts_with("02:"));
    seen.insert(mac);
  }
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(InternalNames, carry_account_and_instance) {
  EXPECT_EQ(internal_instance_name(2, 7), "i-2-7-VM");
  EXPECT_EQ(router_name(9), "r-9-VM");
  EXPECT_EQ(root_volume_name(7), "ROOT-7");
}

TEST(HostNames, follow_the_rules_of_labels) {
  EXPECT_TRUE(is_host_name("web-1"));
  EXPECT_TRUE(is_host_name("a"));
  EXPECT_TRUE(is_host_name(std::string(63, 'a')));
  const std::string too_long(64, 'a');
  for (const std::string_view name : {"", "1web", "-web", "web-", "we b", "web.1", "w\xc3\xa9" "b",
                                      too_long.c_str()})
    EXPECT_FALSE(is_host_name(name)) << name;
  EXPECT_TRUE(is_domain_name("sales.example.org"));
  EXPECT_TRUE(is_domain_name("1.example"));
  for (const auto* name : {"", ".", "a..b", "a.", ".a", "a_b.c"}) EXPECT_FALSE(is_domain_name(name)) << name;
}

}  // namespace
}  // namespace welkin::model
