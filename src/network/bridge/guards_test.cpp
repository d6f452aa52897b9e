// Guests that try to be others.
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include <algorithm>

#include "network/bridge/guard_rules.hpp"
#include "network/bridge/links.hpp"
#include "network/router/fabric_ground_test.hpp"

namespace welkin::network {
namespace {

const Uuid instance = *Uuid::parse("00000000-0000-7000-8000-000000000001");
const Uuid other_instance = *Uuid::parse("00000000-0000-7000-8000-000000000002");

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += char(value);
  return out;
}

const std::string everyone = bytes({0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
const std::string mac_one = bytes({2, 0, 0, 0, 0, 0x10}), mac_two = bytes({2, 0, 0, 0, 0, 0x11});
const std::string one_ip = bytes({10, 1, 1, 10}), two_ip = bytes({10, 1, 1, 11}), no_ip = bytes({0, 0, 0, 0});

std::string arp(const std::string& ether, const std::string& sender_mac, const std::string& sender_ip) {
  return everyone + ether + bytes({8, 6, 0, 1, 8, 0, 6, 4, 0, 1}) + sender_mac + sender_ip +
         std::string(6, '\0') + two_ip;
}

std::string udp(const std::string& ether, const std::string& source, int from_port, int to_port) {
  return everyone + ether + bytes({8, 0, 0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0, 0}) + source +
         std::string(4, '\xff') +
         bytes({from_port >> 8, from_port & 255, to_port >> 8, to_port & 255, 0, 12, 0, 0}) + "word";
}

std::string ipv6(const std::string& ether, int next_header, const std::string& content) {
  return bytes({0x33, 0x33, 0, 0, 0, 1}) + ether +
         bytes({0x86, 0xdd, 0x60, 0, 0, 0, 0, int(content.size()), next_header, 255}) + bytes({0xfe, 0x80}) +
         std::string(13, '\0') + bytes({1}) + bytes({0xff, 2}) + std::string(13, '\0') + bytes({1}) + content;
}

struct Guard : FabricGround {
  void SetUp() override {
    FabricGround::SetUp();
    if (IsSkipped()) return;
    fabric->ensure_segment(segment_of_tests());
    fabric->guard({instance, {{"tap1", mac_of_one, {"10.1.1.10"}, 0}}});
    one = std::make_unique<Machine>("one", "tap1", "seg", mac_of_one);
    two = std::make_unique<Machine>("two", "tap2", "seg", mac_of_two);
  }
  bool passes(const std::string& frame) const { return frame_arrives(*one, *two, frame); }
  std::unique_ptr<Machine> one, two;
};

TEST_F(Guard, holds_before_the_tap_is_there_and_after_the_agent_has_gone) {
  ASSERT_TRUE(comes_true([&] { return passes(arp(mac_one, mac_one, one_ip)); }));
  EXPECT_FALSE(passes(arp(mac_one, mac_one, two_ip)));
  fabric.reset();
  EXPECT_FALSE(passes(arp(mac_one, mac_one, two_ip)));
  start();
  EXPECT_FALSE(passes(arp(mac_one, mac_one, two_ip)));
  EXPECT_EQ(fabric->look({}).guarded, std::vector{instance});
}

TEST_F(Guard, lets_a_nic_send_as_itself_alone) {
  ASSERT_TRUE(comes_true([&] { return passes(arp(mac_one, mac_one, one_ip)); }));
  EXPECT_TRUE(passes(udp(mac_one, one_ip, 1000, 2000)));
  EXPECT_TRUE(passes(udp(mac_one, no_ip, 68, 67))) << "it may ask for an address";
  EXPECT_TRUE(passes(arp(mac_one, mac_one, no_ip))) << "and whether it is free";
  EXPECT_FALSE(passes(udp(mac_two, one_ip, 1000, 2000))) << "another's MAC";
  EXPECT_FALSE(passes(udp(mac_one, two_ip, 1000, 2000))) << "another's address";
  EXPECT_FALSE(passes(udp(mac_one, no_ip, 1000, 67))) << "no address";
  EXPECT_FALSE(passes(arp(mac_one, mac_one, two_ip))) << "another's address by ARP";
  EXPECT_FALSE(passes(arp(mac_one, mac_two, one_ip))) << "another's MAC by ARP";
  EXPECT_FALSE(passes(udp(mac_one, one_ip, 67, 68))) << "a DHCP server";
  EXPECT_FALSE(passes(ipv6(mac_one, 58, bytes({134, 0, 0, 0, 64, 0, 7, 8}) + std::string(8, '\0'))))
      << "an IPv6 router";
  EXPECT_FALSE(passes(ipv6(mac_one, 17, bytes({2, 35, 2, 34, 0, 8, 0, 0})))) << "a DHCPv6 server";
  EXPECT_FALSE(
      passes(everyone + mac_one + bytes({0x81, 0, 0, 5}) + udp(mac_one, two_ip, 1000, 2000).substr(12)))
      << "tagged";
  EXPECT_FALSE(passes(bytes({1, 0x80, 0xc2, 0, 0, 0}) + mac_one + bytes({0, 38, 0x42, 0x42, 3}) +
                      std::string(35, '\0')))
      << "a spanning tree";
}

TEST_F(Guard, lets_no_bridge_learn_a_forged_address) {
  one->use("10.1.1.10/24");
  two->use("10.1.1.11/24");
  ASSERT_TRUE(comes_true([&] { return one->pings("10.1.1.11"); }));
  const Machine third("three", "tap3", "seg", "02:00:00:00:00:12");
  third.use("10.1.1.12/24");
  ASSERT_TRUE(comes_true([&] { return third.pings("10.1.1.11"); }));
  frame_arrives(*one, *two, udp(mac_two, one_ip, 1000, 2000));
  EXPECT_TRUE(third.pings("10.1.1.11")) << "frames for two still go to two";
}

TEST_F(Guard, follows_the_instance) {
  ASSERT_TRUE(comes_true([&] { return passes(arp(mac_one, mac_one, one_ip)); }));
  fabric->guard({instance, {{"tap1", mac_of_one, {"10.1.1.11", "fd00::11"}, 0}}});
  EXPECT_TRUE(passes(arp(mac_one, mac_one, two_ip)));
  EXPECT_FALSE(passes(arp(mac_one, mac_one, one_ip)));
  fabric->guard({other_instance, {{"tap8", mac_of_two, {}, 0}}});
  EXPECT_EQ(fabric->look({}).guarded, (std::vector{instance, other_instance}));
  EXPECT_THROW(fabric->guard({other_instance, {{"tap1", mac_of_two, {}, 0}}}), Error)
      << "the tap is another's";
  fabric->guard({instance, {}});
  EXPECT_TRUE(passes(udp(mac_two, one_ip, 67, 68)));
  EXPECT_EQ(fabric->look({}).guarded, std::vector{other_instance});
}

std::vector<std::string> disciplines_of(const std::string& name) {
  Netlink netlink;
  const auto link = find_link(netlink, name);
  std::vector<std::string> out;
  if (!link) return out;
  tcmsg header{};
  header.tcm_ifindex = link->index;
  const NetlinkMessage message(RTM_GETQDISC, NLM_F_DUMP, header);
  netlink.ask(message, "list disciplines", [&](nlmsghdr* answer) {
    if (static_cast<tcmsg*>(nlmsg_data(answer))->tcm_ifindex != link->index) return;
    out.emplace_back(nla_get_string(nlmsg_find_attr(answer, sizeof(tcmsg), TCA_KIND)));
  });
  std::ranges::sort(out);
  return out;
}

TEST_F(Guard, limits_the_rate_both_ways) {
  const auto guard = [&](int megabits) {
    fabric->guard({instance, {{"tap1", mac_of_one, {"10.1.1.10"}, megabits}}});
  };
  const auto detours = [] {
    Netlink netlink;
    return std::ranges::count(all_links(netlink), "ifb", &Link::kind);
  };
  guard(5);
  guard(10);
  EXPECT_EQ(disciplines_of("tap1"), (std::vector<std::string>{"ingress", "tbf"}));
  EXPECT_EQ(detours(), 1);
  one->use("10.1.1.10/24");
  two->use("10.1.1.11/24");
  EXPECT_TRUE(comes_true([&] { return one->pings("10.1.1.11"); })) << "what is shaped still arrives";
  EXPECT_FALSE(passes(arp(mac_one, mac_one, two_ip))) << "and is still judged";
  guard(0);
  EXPECT_EQ(detours(), 0);
  EXPECT_NE(disciplines_of("tap1"), (std::vector<std::string>{"ingress", "tbf"}));
  EXPECT_TRUE(comes_true([&] { return one->pings("10.1.1.11"); }));
  guard(5);
  fabric->guard({instance, {}});
  EXPECT_EQ(detours(), 0);
}

TEST(GuardRules, refuse_what_is_no_name_or_address) {
  const auto render = [](const GuardedNic& nic) { return render_guards({{instance, {nic}}}); };
  EXPECT_NO_THROW(render({"tap1", mac_of_one, {"10.1.1.10", "fd00::10"}, 0}));
  EXPECT_THROW(render({"tap1\" drop", mac_of_one, {}, 0}), Error);
  EXPECT_THROW(render({"tap1", "01:00:00:00:00:01", {}, 0}), Error);
  EXPECT_THROW(render({"tap1", "02:00:00:00:00:1", {}, 0}), Error);
  EXPECT_THROW(render({"tap1", mac_of_one, {"10.1.1.10/24"}, 0}), Error);
  EXPECT_THROW(render({"tap1", mac_of_one, {"10.1.1.10 }"}, 0}), Error);
}

}  // namespace
}  // namespace welkin::network
