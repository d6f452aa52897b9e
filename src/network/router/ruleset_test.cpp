// Rules as they are rendered.
#include "network/router/ruleset.hpp"

#include "network/bridge/namespaces.hpp"
#include "network/bridge/nftables.hpp"
#include "network/router/checked_router.hpp"
#include "network/router/fabric_ground_test.hpp"

namespace welkin::network {
namespace {

RouterSpec full_spec() {
  auto spec = router_of_tests();
  spec.port_forwards = {{"203.0.113.10", "tcp", 8022, 8022, "10.1.1.10", 22, 22},
                        {"203.0.113.10", "udp", 5000, 5002, "10.1.1.11", 6000, 6002},
                        {"203.0.113.10", "tcp", 7000, 7999, "10.1.1.11", 7000, 7999}};
  spec.static_nats = {{"203.0.113.12", "10.1.1.11"}};
  spec.ingress = {{"203.0.113.10", "tcp", 8022, 8022, -1, -1, {"198.51.100.0/24", "198.51.100.7/32"}, {}},
                  {"203.0.113.10", "icmp", 0, 0, 8, 0, {"0.0.0.0/0"}, {}},
                  {"203.0.113.10", "all", 0, 0, -1, -1, {"2001:db8::/32"}, {}},
                  {"203.0.113.12", "47", 0, 0, -1, -1, {}, {}}};
  spec.egress = {{"", "udp", 53, 53, -1, -1, {"10.1.1.0/24"}, {"192.0.2.53/32"}}};
  return spec;
}

constexpr auto golden = R"(add table ip router
delete table ip router
table ip router {
  chain in_203.0.113.10 {
    ip saddr { 198.51.100.0/24 } meta l4proto tcp ct original proto-dst 8022 accept
    meta l4proto icmp icmp type 8 icmp code 0 accept
    drop
  }
  chain in_203.0.113.12 {
    meta l4proto 47 accept
    drop
  }
  chain egress {
    ip saddr { 10.1.1.0/24 } ip daddr { 192.0.2.53/32 } meta l4proto udp th dport 53 drop
    accept
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state invalid drop
    ct state established,related accept
    iifname "eth0" oifname "eth2" ip saddr 10.1.1.0/24 goto egress
    oifname "eth0" ct status dnat ct original ip daddr vmap { 203.0.113.10 : goto in_203.0.113.10, 203.0.113.12 : goto in_203.0.113.12 }
  }
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    iifname "eth0" udp sport 68 udp dport 67 accept
    ct state invalid drop
    ct state established,related accept
    iifname "eth0" ip saddr 10.1.1.0/24 ip daddr 10.1.1.1 icmp type echo-request accept
    iifname "eth0" ip saddr 10.1.1.0/24 ip daddr 10.1.1.1 meta l4proto { tcp, udp } th dport 53 accept
    iifname "eth0" ip saddr 10.1.1.0/24 ip daddr { 10.1.1.1, 169.254.169.254 } tcp dport { 80, 8080 } accept
    iifname "eth2" meta l4proto icmp ip daddr vmap { 203.0.113.10 : goto in_203.0.113.10, 203.0.113.12 : goto in_203.0.113.12 }
  }
  map forwards {
    type ipv4_addr . inet_proto . inet_service : ipv4_addr . inet_service
    elements = { 203.0.113.10 . tcp . 8022 : 10.1.1.10 . 22,
      203.0.113.10 . udp . 5000 : 10.1.1.11 . 6000,
      203.0.113.10 . udp . 5001 : 10.1.1.11 . 6001,
      203.0.113.10 . udp . 5002 : 10.1.1.11 . 6002 }
  }
  chain inward {
    type nat hook prerouting priority dstnat; policy accept;
    dnat ip to ip daddr . meta l4proto . th dport map @forwards
    ip daddr 203.0.113.10 tcp dport 7000-7999 dnat to 10.1.1.11
    ip daddr 203.0.113.12 dnat to 10.1.1.11
  }
  chain outward {
    type nat hook postrouting priority srcnat; policy accept;
    oifname "eth2" ip saddr 10.1.1.11 snat to 203.0.113.12
    oifname "eth2" ip saddr 10.1.1.0/24 snat to 203.0.113.10
    oifname "eth0" ip saddr 10.1.1.0/24 ct status dnat snat to 10.1.1.1
  }
}
)";

TEST(Ruleset, says_all_that_the_spec_says_and_no_more) {
  const auto rules = render_ruleset(checked_router(full_spec()));
  EXPECT_EQ(rules.substr(0, rules.find("add table ip6")), golden);
}

TEST(Ruleset, has_no_way_out_for_guests_without_an_outer_address) {
  auto spec = full_spec();
  spec.source_nat = false;
  auto rules = render_ruleset(checked_router(spec));
  EXPECT_TRUE(rules.contains("ip saddr { 10.1.1.11 } goto egress"))
      << "those with an address of their own may leave";
  EXPECT_FALSE(rules.contains("ip saddr 10.1.1.0/24 snat to 203"));
  spec.static_nats.clear();
  EXPECT_FALSE(render_ruleset(checked_router(spec)).contains("goto egress"));
}

TEST(Ruleset, turns_egress_rules_into_exceptions_of_what_is_the_rule) {
  auto spec = full_spec();
  spec.egress_open = false;
  EXPECT_TRUE(render_ruleset(checked_router(spec)).contains("th dport 53 accept\n    drop\n"));
}

TEST(Ruleset, opens_only_the_services_that_are_wished) {
  auto spec = full_spec();
  spec.dhcp = spec.dns_service = spec.metadata = false;
  const auto rules = render_ruleset(checked_router(spec));
  for (const auto* door : {"dport 67", "dport 53 accept", "8080"}) EXPECT_FALSE(rules.contains(door)) << door;
}

TEST(Ruleset, is_understood_by_the_kernel_whatever_is_wished) {
  if (const auto refusal = ground_refusal(); !refusal.empty()) GTEST_SKIP() << refusal;
  make_namespace("rules");
  const auto space = open_namespace("rules");
  auto wide = full_spec();
  wide.port_forwards.push_back({"203.0.113.12", "tcp", 1, 30000, "10.1.1.10", 2, 30001});
  auto bare = router_of_tests();
  bare.public_bridge.clear();
  bare.public_addresses.clear();
  for (const auto& spec : {full_spec(), wide, bare, router_of_tests()})
    in_namespace(space, [&] { EXPECT_NO_THROW(apply_rules(render_ruleset(checked_router(spec)))); });
  remove_namespace("rules");
}

}  // namespace
}  // namespace welkin::network
