// How routers come, change, are mended and go.
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <charconv>
#include <thread>

#include "network/bridge/links.hpp"
#include "network/bridge/namespaces.hpp"
#include "network/bridge/nftables.hpp"
#include "network/bridge/state.hpp"
#include "network/router/dnsmasq.hpp"
#include "network/router/fabric_ground_test.hpp"

namespace welkin::network {
namespace {

constexpr auto name_of_router = "router-1";
const RouterName router_name{name_of_router, "r1-in", "r1-out"};

struct RouterLife : FabricGround {
  void SetUp() override {
    FabricGround::SetUp();
    if (IsSkipped()) return;
    fabric->ensure_outside(outside_of_tests());
    fabric->ensure_segment(segment_of_tests());
  }
  std::string dnsmasq_pid() const { return read_state(options.run_directory + "/router-1/dnsmasq.pid"); }
  void kill_dnsmasq() const {
    const auto text = dnsmasq_pid();
    pid_t pid = 0;
    std::from_chars(text.data(), text.data() + text.size(), pid);
    ASSERT_GT(pid, 1);
    ::kill(pid, SIGKILL);
    ASSERT_TRUE(
        comes_true([&] { return !dnsmasq_runs(dnsmasq_place(options.run_directory, name_of_router)); }));
  }
  bool link_exists(const std::string& name) const {
    Netlink netlink;
    return find_link(netlink, name).has_value();
  }
  std::optional<Fault> fault_of(const RouterSpec& spec) const {
    try {
      fabric->ensure_router(spec);
    } catch (const Error& error) {
      return error.fault;
    }
    return std::nullopt;
  }
};

TEST_F(RouterLife, comes_and_goes_without_a_trace) {
  EXPECT_FALSE(fabric->look_at_router(router_name).running);
  EXPECT_TRUE(fabric->ensure_router(router_of_tests()).running);
  EXPECT_EQ(fabric->look({}).routers, std::vector<std::string>{name_of_router});
  const auto pid = dnsmasq_pid();
  fabric->remove_router(router_name);
  fabric->remove_router(router_name);
  EXPECT_EQ(fabric->look({}).routers, std::vector<std::string>{});
  EXPECT_FALSE(namespace_exists(name_of_router));
  EXPECT_FALSE(link_exists("r1-in") || link_exists("r1-out"));
  EXPECT_EQ(names_in(options.directory + "/routers"), std::vector<std::string>{});
  EXPECT_EQ(names_in(options.run_directory), std::vector<std::string>{});
  EXPECT_TRUE(fabric->ensure_router(router_of_tests()).running);
}

TEST_F(RouterLife, needs_its_bridges) {
  auto spec = router_of_tests();
  spec.guest_bridge = "nowhere";
  EXPECT_EQ(fault_of(spec), Fault::missing);
  EXPECT_FALSE(namespace_exists(name_of_router));
}

TEST_F(RouterLife, leaves_nothing_behind_when_it_cannot_be_made) {
  Netlink netlink;
  add_bridge(netlink, {"r1-out", {}, {}, 1500});
  EXPECT_EQ(fault_of(router_of_tests()), Fault::conflict);
  EXPECT_FALSE(namespace_exists(name_of_router));
  EXPECT_FALSE(link_exists("r1-in"));
  EXPECT_TRUE(link_exists("r1-out")) << "it is not ours";
  EXPECT_EQ(names_in(options.directory + "/routers"), std::vector<std::string>{});
  remove_link(netlink, "r1-out");
}

TEST_F(RouterLife, says_what_ails_it_and_is_mended) {
  ASSERT_TRUE(fabric->ensure_router(router_of_tests()).running);
  const auto space = open_namespace(name_of_router);
  const auto ails = [&](const std::string& ailment) {
    const auto seen = fabric->look_at_router(router_name);
    return !seen.running && seen.ailments == std::vector{ailment};
  };
  kill_dnsmasq();
  EXPECT_TRUE(ails("its DHCP and DNS server does not run"));
  EXPECT_TRUE(fabric->ensure_router(router_of_tests()).running);
  in_namespace(space, [] { apply_rules(no_table("ip", "router")); });
  EXPECT_TRUE(ails("its firewall is missing"));
  EXPECT_TRUE(fabric->ensure_router(router_of_tests()).running);
  Netlink netlink;
  change_link(netlink, need_link(netlink, "r1-in"), {.up = false});
  EXPECT_TRUE(ails("the inner link r1-in is down"));
  EXPECT_TRUE(fabric->ensure_router(router_of_tests()).running);
  remove_link(netlink, "r1-out");
  EXPECT_TRUE(ails("the outer link r1-out is missing"));
  EXPECT_TRUE(fabric->ensure_router(router_of_tests()).running);
  remove_namespace(name_of_router);
  EXPECT_FALSE(fabric->look_at_router(router_name).running);
  EXPECT_TRUE(fabric->ensure_router(router_of_tests()).running);
}

TEST_F(RouterLife, outlives_the_agent) {
  auto spec = router_of_tests();
  spec.guests = {
      {.address = "10.1.1.10", .metadata = {{"instance-id", "i-one"}}, .user_data = {}, .password = {}}};
  fabric->ensure_router(spec);
  const Machine one("one", "tap1", "seg", mac_of_one);
  one.use("10.1.1.10/24", "10.1.1.1");
  const auto pid = dnsmasq_pid();
  restart();
  EXPECT_EQ(dnsmasq_pid(), pid) << "DHCP and DNS went on";
  EXPECT_TRUE(fabric->look_at_router(router_name).running);
  EXPECT_TRUE(comes_true([&] { return one.get("169.254.169.254", "/latest/instance-id") == "i-one"; }));
  fabric.reset();
  kill_dnsmasq();
  start();
  EXPECT_NE(dnsmasq_pid(), pid);
  EXPECT_TRUE(fabric->look_at_router(router_name).running);
}

TEST_F(RouterLife, is_not_set_back_by_a_late_wish) {
  auto spec = router_of_tests();
  spec.revision = 10;
  fabric->ensure_router(spec);
  auto late = spec;
  late.revision = 9;
  late.gateway = "10.1.1.254";
  fabric->ensure_router(late);
  const Machine one("one", "tap1", "seg", mac_of_one);
  one.use("10.1.1.10/24");
  EXPECT_TRUE(comes_true([&] { return one.pings("10.1.1.1"); }));
  EXPECT_FALSE(one.pings("10.1.1.254"));
  restart();
  fabric->ensure_router(late);
  EXPECT_TRUE(comes_true([&] { return one.pings("10.1.1.1"); })) << "the newest revision is remembered";
  late.revision = 0;
  fabric->ensure_router(late);
  EXPECT_TRUE(comes_true([&] { return one.pings("10.1.1.254"); }));
}

TEST_F(RouterLife, changes_rules_under_connections_that_go_on) {
  auto spec = router_of_tests();
  fabric->ensure_router(spec);
  const Machine one("one", "tap1", "seg", mac_of_one), far("far", "tap3", "pub", "02:00:00:00:00:77");
  one.use("10.1.1.10/24", "10.1.1.1");
  far.use("203.0.113.77/24");
  ASSERT_TRUE(comes_true([&] { return one.pings("203.0.113.77"); }));
  const Conversation conversation(one, far, "203.0.113.77", 5000);
  ASSERT_TRUE(conversation.carries("before"));
  const auto pid = dnsmasq_pid();
  spec.public_addresses.push_back({"203.0.113.13", 24, false});
  spec.public_addresses.erase(spec.public_addresses.begin() + 1);
  spec.port_forwards = {{"203.0.113.13", "udp", 53, 53, "10.1.1.10", 53, 53}};
  spec.egress_open = false;
  spec.leases.pop_back();
  EXPECT_TRUE(fabric->ensure_router(spec).running);
  EXPECT_TRUE(conversation.carries("after")) << "an established connection goes on";
  EXPECT_EQ(dnsmasq_pid(), pid);
  EXPECT_FALSE(far.pings("203.0.113.12"));
}

TEST_F(RouterLife, tells_its_neighbours_of_a_new_address) {
  auto spec = router_of_tests();
  fabric->ensure_router(spec);
  const Machine far("far", "tap3", "pub", "02:00:00:00:00:77");
  const auto ear = far.raw_socket();
  spec.public_addresses.push_back({"203.0.113.13", 24, false});
  fabric->ensure_router(spec);
  const std::string sender("\x02\0\0\0\x01\x02\xcb\0\x71\x0d", 10);
  EXPECT_TRUE(comes_true([&] {
    std::array<char, 256> frame;
    const auto length = ::recv(ear.fd(), frame.data(), frame.size(), MSG_DONTWAIT);
    return length > 32 && std::string_view(frame.data() + 22, 10) == sender;
  }));
}

TEST_F(RouterLife, goes_without_an_outside) {
  auto spec = router_of_tests();
  spec.public_bridge = spec.public_link = spec.public_mac = spec.public_gateway = "";
  spec.public_addresses.clear();
  EXPECT_TRUE(fabric->ensure_router(spec).running);
  EXPECT_FALSE(link_exists("r1-out"));
  EXPECT_TRUE(fabric->ensure_router(router_of_tests()).running);
  EXPECT_TRUE(link_exists("r1-out"));
  EXPECT_TRUE(fabric->ensure_router(spec).running);
  EXPECT_FALSE(link_exists("r1-out"));
}

TEST_F(RouterLife, keeps_two_networks_of_the_same_addresses_apart) {
  auto other_segment = segment_of_tests();
  other_segment.bridge = "seg2";
  fabric->ensure_segment(other_segment);
  auto other = router_of_tests();
  other.name = "router-2";
  other.guest_bridge = "seg2";
  other.guest_link = "r2-in";
  other.public_link = "r2-out";
  other.guest_mac = "02:00:00:00:02:01";
  other.public_mac = "02:00:00:00:02:02";
  other.public_addresses = {{"203.0.113.20", 24, true}};
  EXPECT_TRUE(fabric->ensure_router(router_of_tests()).running);
  EXPECT_TRUE(fabric->ensure_router(other).running);
  const Machine one("one", "tap1", "seg", mac_of_one), namesake("two", "tap2", "seg2", mac_of_two);
  const Machine far("far", "tap3", "pub", "02:00:00:00:00:77");
  EXPECT_EQ(one.lease()["ip"], "10.1.1.10");
  EXPECT_EQ(namesake.lease()["ip"], "10.1.1.11");
  one.use("10.1.1.10/24", "10.1.1.1");
  namesake.use("10.1.1.11/24", "10.1.1.1");
  far.use("203.0.113.77/24");
  const Answering server(far, 80);
  EXPECT_TRUE(comes_true([&] { return one.talk({"203.0.113.77", 80}) == "203.0.113.10"; }));
  EXPECT_TRUE(comes_true([&] { return namesake.talk({"203.0.113.77", 80}) == "203.0.113.20"; }));
  EXPECT_FALSE(one.pings("10.1.1.11"));
  fabric->remove_router(router_name);
  EXPECT_EQ(namesake.talk({"203.0.113.77", 80}), "203.0.113.20");
}

TEST_F(RouterLife, comes_with_others_at_the_same_time) {
  std::vector<std::thread> threads;
  std::atomic<int> running = 0;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      auto segment = segment_of_tests();
      segment.bridge = fmt::format("seg-{}", i);
      auto spec = router_of_tests();
      spec.name = fmt::format("router-{}", i);
      spec.guest_bridge = segment.bridge;
      spec.guest_link = fmt::format("r{}-i", i);
      spec.public_link = fmt::format("r{}-o", i);
      spec.public_addresses = {{fmt::format("203.0.113.{}", 20 + i), 24, true}};
      for (int round = 0; round < 2; ++round) {
        fabric->ensure_segment(segment);
        running += fabric->ensure_router(spec).running;
        fabric->look({});
        fabric->remove_router({spec.name, spec.guest_link, spec.public_link});
        fabric->remove_segment({segment.bridge, ""});
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(running, 8);
  EXPECT_EQ(fabric->look({}).routers, std::vector<std::string>{});
  EXPECT_EQ(fabric->look({}).bridges, (std::vector<std::string>{"pub", "seg"}));
}

TEST_F(RouterLife, ends_with_its_cloud) {
  fabric->ensure_router(router_of_tests());
  fabric->guard({.instance = *Uuid::parse("00000000-0000-7000-8000-000000000001"),
                 .nics = {{"tap9", mac_of_one, {"10.1.1.10"}, 0}}});
  fabric.reset();
  LinuxFabric::clean(options);
  LinuxFabric::clean(options);
  EXPECT_FALSE(namespace_exists(name_of_router));
  for (const auto* link : {"r1-in", "r1-out", "seg", "pub"}) EXPECT_FALSE(link_exists(link)) << link;
  EXPECT_FALSE(has_table("inet", "welkin_" + options.tag) || has_table("bridge", "welkin_" + options.tag));
  EXPECT_EQ(kernel_setting("bridge/bridge-nf-call-iptables"), "1");
  EXPECT_NE(::access(options.directory.c_str(), F_OK), 0);
  EXPECT_NE(::access(options.run_directory.c_str(), F_OK), 0);
}

}  // namespace
}  // namespace welkin::network
