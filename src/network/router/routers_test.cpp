// A router's services as guests meet them.
#include "network/router/fabric_ground_test.hpp"

namespace welkin::network {
namespace {

GuestData data_of_one() {
  GuestData data;
  data.address = "10.1.1.10";
  data.metadata = {{"instance-id", "i-one"}, {"local-hostname", "one\n"}};
  data.user_data = "I2Nsb3VkLWNvbmZpZwo=";
  data.password = Secret("sesame");
  return data;
}

FirewallRule allow(std::string address, std::string protocol, int first = 0, int last = 0) {
  return {std::move(address), std::move(protocol), first, last, -1, -1, {"0.0.0.0/0"}, {}};
}

struct Router : FabricGround {
  void SetUp() override {
    FabricGround::SetUp();
    if (IsSkipped()) return;
    fabric->ensure_outside(outside_of_tests());
    fabric->ensure_segment(segment_of_tests());
  }
  RouterSeen ensure(RouterSpec spec) {
    spec.revision = ++revision;
    return fabric->ensure_router(spec);
  }
  /// Two guests with their addresses, and a machine outside.
  void raise(const RouterSpec& spec) {
    const auto seen = ensure(spec);
    ASSERT_TRUE(seen.running) << testing::PrintToString(seen.ailments);
    one = std::make_unique<Machine>("one", "tap1", "seg", mac_of_one);
    two = std::make_unique<Machine>("two", "tap2", "seg", mac_of_two);
    far = std::make_unique<Machine>("far", "tap3", "pub", "02:00:00:00:00:77");
    one->use("10.1.1.10/24", "10.1.1.1");
    two->use("10.1.1.11/24", "10.1.1.1");
    far->use("203.0.113.77/24");
    ASSERT_TRUE(comes_true([&] { return one->pings("10.1.1.1") && two->pings("10.1.1.1"); }));
  }
  static Talk to(std::string address, int port, bool expected = true) {
    return {std::move(address), port, {}, std::chrono::milliseconds(expected ? 3000 : 400)};
  }

  std::int64_t revision = 0;
  std::unique_ptr<Machine> one, two, far;
};

TEST_F(Router, gives_each_nic_its_own_address_and_nobody_else_one) {
  auto spec = router_of_tests();
  spec.leases[1].default_route = false;
  ASSERT_TRUE(ensure(spec).running);
  const Machine first("one", "tap1", "seg", mac_of_one), second("two", "tap2", "seg", mac_of_two);
  const Machine stranger("three", "tap3", "seg", "02:00:00:00:00:99");
  auto lease = first.lease();
  EXPECT_EQ(lease["ip"], "10.1.1.10");
  EXPECT_EQ(lease["mask"], "24");
  EXPECT_EQ(lease["router"], "10.1.1.1");
  EXPECT_EQ(lease["dns"], "10.1.1.1");
  EXPECT_EQ(lease["mtu"], "1450");
  EXPECT_EQ(lease["domain"], "cloud.test");
  EXPECT_EQ(lease["hostname"], "one");
  auto other = second.lease();
  EXPECT_EQ(other["ip"], "10.1.1.11");
  EXPECT_FALSE(other.contains("router")) << other["router"];
  EXPECT_EQ(stranger.lease()["ip"], "");
}

TEST_F(Router, passes_an_address_on_to_its_next_owner) {
  auto spec = router_of_tests();
  ASSERT_TRUE(ensure(spec).running);
  {
    const Machine first("one", "tap1", "seg", mac_of_one);
    ASSERT_EQ(first.lease()["ip"], "10.1.1.10");
  }
  spec.leases = {{"02:00:00:00:00:20", "10.1.1.10", "next", true}};
  ASSERT_TRUE(ensure(spec).running);
  const Machine next("next", "tap2", "seg", "02:00:00:00:00:20");
  EXPECT_EQ(next.lease()["ip"], "10.1.1.10");
}

TEST_F(Router, knows_guests_by_name) {
  auto spec = router_of_tests();
  raise(spec);
  EXPECT_TRUE(comes_true([&] { return one->look_up("10.1.1.1", "two") == "10.1.1.11"; }));
  EXPECT_EQ(one->look_up("10.1.1.1", "two.cloud.test"), "10.1.1.11");
  EXPECT_EQ(one->look_up("10.1.1.1", "data-server"), "10.1.1.1");
  spec.leases.push_back({"02:00:00:00:00:12", "10.1.1.12", "three", true});
  spec.leases.push_back({"02:00:00:00:00:13", "10.1.1.13", "data-server", true});
  ensure(spec);
  EXPECT_TRUE(comes_true([&] { return one->look_up("10.1.1.1", "three") == "10.1.1.12"; }));
  EXPECT_EQ(one->look_up("10.1.1.1", "data-server"), "10.1.1.1");
}

TEST_F(Router, tells_each_guest_of_itself_only) {
  auto spec = router_of_tests();
  spec.guests = {data_of_one()};
  raise(spec);
  EXPECT_EQ(one->get("10.1.1.1", "/latest/meta-data/"), "instance-id\nlocal-hostname");
  EXPECT_EQ(one->get("10.1.1.1", "/latest/meta-data/instance-id"), "i-one");
  EXPECT_EQ(one->get("10.1.1.1", "/latest/local-hostname"), "one");
  EXPECT_EQ(one->get("169.254.169.254", "/latest/user-data"), "#cloud-config\n");
  EXPECT_EQ(one->get("10.1.1.1", "/latest/meta-data/nothing"), "404");
  EXPECT_EQ(one->get("10.1.1.1", "/latest/meta-data/../../etc/passwd"), "404");
  EXPECT_EQ(two->get("10.1.1.1", "/latest/meta-data/instance-id"), "404");
  EXPECT_EQ(two->get("10.1.1.1", "/latest/user-data"), "404");
}

TEST_F(Router, hands_a_password_out_until_it_has_arrived) {
  auto spec = router_of_tests();
  spec.guests = {data_of_one()};
  raise(spec);
  const auto ask = [&](const Machine& who, const std::string& wish) {
    return who.get("10.1.1.1", "/", wish, 8080);
  };
  EXPECT_EQ(ask(*one, "DomU_Request: something"), "bad_request");
  EXPECT_EQ(ask(*two, "DomU_Request: send_my_password"), "saved_password");
  EXPECT_EQ(ask(*two, "DomU_Request: saved_password"), "saved_password");
  EXPECT_EQ(ask(*one, "DomU_Request: send_my_password"), "sesame");
  EXPECT_EQ(ask(*one, "DomU_Request: saved_password"), "saved_password");
  EXPECT_EQ(ask(*one, "DomU_Request: send_my_password"), "saved_password");
  restart();
  EXPECT_EQ(ask(*one, "DomU_Request: send_my_password"), "saved_password");
  ensure(spec);
  EXPECT_EQ(ask(*one, "DomU_Request: send_my_password"), "saved_password");
  spec.guests[0].password = Secret("another");
  ensure(spec);
  EXPECT_EQ(ask(*one, "DomU_Request: send_my_password"), "another");
}

TEST_F(Router, lets_guests_out_under_its_own_address) {
  raise(router_of_tests());
  const Answering server(*far, 80);
  EXPECT_TRUE(comes_true([&] { return one->talk(to("203.0.113.77", 80)) == "203.0.113.10"; }));
  EXPECT_TRUE(one->pings("203.0.113.77"));
}

TEST_F(Router, keeps_closed_what_no_rule_opens) {
  auto spec = router_of_tests();
  spec.port_forwards = {{"203.0.113.10", "tcp", 8022, 8022, "10.1.1.10", 22, 22}};
  spec.static_nats = {{"203.0.113.12", "10.1.1.11"}};
  spec.guests = {data_of_one()};
  raise(spec);
  const Answering ssh(*one, 22), web(*two, 80);
  const std::pair<std::string, int> doors[] = {{"203.0.113.10", 8022},
                                               {"203.0.113.12", 80},
                                               {"203.0.113.10", 80},
                                               {"203.0.113.10", 53},
                                               {"203.0.113.10", 8080}};
  for (const auto& [address, port] : doors)
    EXPECT_EQ(far->talk(to(address, port, false)), "") << address << " " << port;
  EXPECT_FALSE(far->pings("203.0.113.10"));
  EXPECT_FALSE(far->pings("203.0.113.12"));
  far->use("10.9.9.9/32", "203.0.113.10");
  EXPECT_EQ(far->talk(to("10.1.1.10", 22, false)), "");
  EXPECT_EQ(far->look_up("203.0.113.10", "one"), "");
}

TEST_F(Router, forwards_ports_that_the_firewall_opens) {
  auto spec = router_of_tests();
  spec.port_forwards = {{"203.0.113.10", "tcp", 8022, 8022, "10.1.1.10", 22, 22},
                        {"203.0.113.10", "tcp", 9000, 9003, "10.1.1.11", 90, 93},
                        {"203.0.113.10", "tcp", 7000, 7003, "10.1.1.11", 7000, 7003}};
  spec.ingress = {allow("203.0.113.10", "tcp", 8022, 8022), allow("203.0.113.10", "tcp", 7000, 9002),
                  allow("203.0.113.10", "icmp")};
  raise(spec);
  const Answering ssh(*one, 22), shifted(*two, 92), same(*two, 7001), beyond(*two, 93);
  EXPECT_TRUE(comes_true([&] { return far->talk(to("203.0.113.10", 8022)) == "203.0.113.77"; }));
  EXPECT_EQ(far->talk(to("203.0.113.10", 9002)), "203.0.113.77");
  EXPECT_EQ(far->talk(to("203.0.113.10", 7001)), "203.0.113.77");
  EXPECT_EQ(far->talk(to("203.0.113.10", 9003, false)), "");
  EXPECT_TRUE(far->pings("203.0.113.10"));
  // A neighbour reaches it by the public address too, and sees the router.
  EXPECT_EQ(two->talk(to("203.0.113.10", 8022)), "10.1.1.1");
}

TEST_F(Router, translates_an_address_both_ways) {
  auto spec = router_of_tests();
  spec.static_nats = {{"203.0.113.12", "10.1.1.11"}};
  spec.ingress = {{"203.0.113.12", "tcp", 80, 80, -1, -1, {"203.0.113.64/26"}, {}}};
  raise(spec);
  const Answering web(*two, 80), outside(*far, 80);
  EXPECT_TRUE(comes_true([&] { return far->talk(to("203.0.113.12", 80)) == "203.0.113.77"; }));
  EXPECT_EQ(two->talk(to("203.0.113.77", 80)), "203.0.113.12");
  EXPECT_EQ(one->talk(to("203.0.113.77", 80)), "203.0.113.10");
  far->use("203.0.113.200/24");
  auto elsewhere = to("203.0.113.12", 80, false);
  elsewhere.source = "203.0.113.200";
  EXPECT_EQ(far->talk(elsewhere), "");
}

TEST_F(Router, keeps_guests_in_when_egress_is_closed) {
  auto spec = router_of_tests();
  spec.egress_open = false;
  spec.egress = {{"", "tcp", 80, 80, -1, -1, {"10.1.1.10/32"}, {"203.0.113.77/32", "203.0.113.0/24"}}};
  raise(spec);
  const Answering web(*far, 80), other(*far, 81);
  EXPECT_TRUE(comes_true([&] { return one->talk(to("203.0.113.77", 80)) == "203.0.113.10"; }));
  EXPECT_EQ(one->talk(to("203.0.113.77", 81, false)), "");
  EXPECT_EQ(two->talk(to("203.0.113.77", 80, false)), "");
  spec.egress_open = true;
  ensure(spec);
  EXPECT_EQ(one->talk(to("203.0.113.77", 80, false)), "");
  EXPECT_EQ(one->talk(to("203.0.113.77", 81)), "203.0.113.10");
  EXPECT_EQ(two->talk(to("203.0.113.77", 80)), "203.0.113.10");
}

}  // namespace
}  // namespace welkin::network
