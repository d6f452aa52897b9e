// What may not become a router.
#include "network/router/checked_router.hpp"

#include "network/router/fabric_ground_test.hpp"

namespace welkin::network {
namespace {

/// The field that an otherwise good spec is refused for; empty when it is not.
std::string refused_for(const std::function<void(RouterSpec&)>& spoil) {
  auto spec = router_of_tests();
  spoil(spec);
  try {
    checked_router(spec);
  } catch (const Error& error) {
    EXPECT_TRUE(error.fault == Fault::invalid || error.fault == Fault::limited);
    return error.subject;
  }
  return {};
}

TEST(CheckedRouter, is_as_it_was_when_it_is_good) {
  EXPECT_EQ(refused_for([](RouterSpec&) {}), "");
  auto spec = router_of_tests();
  spec.cidr = "10.1.1.77/24";
  spec.guest_mac = "02:00:00:00:01:AB";
  spec.port_forwards = {{"203.0.113.10", "tcp", 80, 0, "10.1.1.10", 8080, 0}};
  const auto checked = checked_router(spec);
  EXPECT_EQ(checked.cidr, "10.1.1.0/24");
  EXPECT_EQ(checked.guest_mac, "02:00:00:00:01:ab");
  EXPECT_EQ(checked.port_forwards[0].private_end, 8080);
}

TEST(CheckedRouter, has_no_text_that_means_more) {
  EXPECT_EQ(refused_for([](auto& s) { s.name = "../etc"; }), "name");
  EXPECT_EQ(refused_for([](auto& s) { s.name = ".."; }), "name");
  EXPECT_EQ(refused_for([](auto& s) { s.guest_link = "a name of sixteen"; }), "guest_link");
  EXPECT_EQ(refused_for([](auto& s) { s.domain = "cloud\nserver=6.6.6.6"; }), "domain");
  EXPECT_EQ(refused_for([](auto& s) { s.dns = {"192.0.2.1#5353"}; }), "dns");
  EXPECT_EQ(refused_for([](auto& s) { s.leases[0].hostname = "one,10.1.1.99"; }), "leases.hostname");
  EXPECT_EQ(refused_for([](auto& s) { s.leases[0].hostname = "www.example.org"; }), "leases.hostname");
  EXPECT_EQ(refused_for([](auto& s) { s.leases[0].mac = "02:00:00:00:00:10,ignore"; }), "leases.mac");
  EXPECT_EQ(refused_for([](auto& s) { s.egress = {{"", "tcp; accept", 1, 1, -1, -1, {}, {}}}; }), "protocol");
  EXPECT_EQ(refused_for([](auto& s) { s.egress = {{"", "tcp", 1, 1, -1, -1, {"0.0.0.0/0 accept"}, {}}}; }),
            "sources");
}

TEST(CheckedRouter, stays_within_its_networks) {
  EXPECT_EQ(refused_for([](auto& s) { s.gateway = "10.1.2.1"; }), "gateway");
  EXPECT_EQ(refused_for([](auto& s) { s.leases[0].address = "10.1.2.1"; }), "leases.address");
  EXPECT_EQ(refused_for([](auto& s) { s.leases[1].address = s.leases[0].address; }), "leases");
  EXPECT_EQ(refused_for([](auto& s) { s.leases[1].mac = s.leases[0].mac; }), "leases");
  EXPECT_EQ(refused_for([](auto& s) { s.static_nats = {{"203.0.113.99", "10.1.1.10"}}; }),
            "static_nats.public_address");
  EXPECT_EQ(refused_for([](auto& s) { s.static_nats = {{"203.0.113.12", "192.0.2.1"}}; }),
            "static_nats.private_address");
  EXPECT_EQ(refused_for([](auto& s) { s.ingress = {{"203.0.113.99", "tcp", 1, 1, -1, -1, {}, {}}}; }),
            "ingress.public_address");
  EXPECT_EQ(refused_for([](auto& s) { s.public_addresses.push_back(s.public_addresses[0]); }),
            "public_addresses");
}

TEST(CheckedRouter, forwards_ranges_of_equal_width) {
  const auto forward = [](int a, int b, int c, int d) {
    return refused_for(
        [=](auto& s) { s.port_forwards = {{"203.0.113.10", "tcp", a, b, "10.1.1.10", c, d}}; });
  };
  EXPECT_EQ(forward(80, 90, 8080, 8090), "");
  EXPECT_EQ(forward(80, 90, 8080, 8080), "") << "all to one";
  EXPECT_EQ(forward(80, 90, 8080, 8085), "port_forwards");
  EXPECT_EQ(forward(90, 80, 90, 80), "port_forwards");
  EXPECT_EQ(forward(65530, 65540, 1, 11), "port_forwards");
  EXPECT_EQ(
      refused_for([](auto& s) { s.port_forwards = {{"203.0.113.10", "icmp", 1, 1, "10.1.1.10", 1, 1}}; }),
      "port_forwards.protocol");
  EXPECT_EQ(refused_for([](auto& s) {
              s.port_forwards.assign(9, {"203.0.113.10", "tcp", 1, 65534, "10.1.1.10", 2, 65535});
            }),
            "port_forwards");
}

}  // namespace
}  // namespace welkin::network
