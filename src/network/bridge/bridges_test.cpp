// Segments and the outside on this machine's bridges.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include "base/fault_of_test.hpp"
#include "network/bridge/addresses.hpp"
#include "network/bridge/namespaces.hpp"
#include "network/router/fabric_ground_test.hpp"

namespace welkin::network {
namespace {

struct Segments : FabricGround {
  static std::optional<Link> link(const std::string& name) {
    Netlink netlink;
    return find_link(netlink, name);
  }
  static SegmentSpec tunnelled(std::vector<std::string> peers) {
    return {.bridge = "seg",
            .tunnel = "vx7",
            .vni = 7,
            .local = "192.0.2.1",
            .peers = std::move(peers),
            .mtu = 1400};
  }
};

TEST_F(Segments, come_change_and_go) {
  fabric->ensure_segment(segment_of_tests());
  fabric->ensure_segment(segment_of_tests());
  ASSERT_TRUE(link("seg"));
  EXPECT_TRUE(link("seg")->up);
  EXPECT_EQ(link("seg")->mtu, 1450);
  fabric->ensure_segment(tunnelled({"192.0.2.2", "192.0.2.3"}));
  ASSERT_TRUE(link("vx7"));
  EXPECT_EQ(link("vx7")->vni, 7);
  EXPECT_EQ(link("vx7")->master, link("seg")->index);
  EXPECT_EQ(link("seg")->mtu, 1400);
  Netlink netlink;
  const auto index = link("vx7")->index;
  fabric->ensure_segment(tunnelled({"192.0.2.3", "192.0.2.4"}));
  EXPECT_EQ(link("vx7")->index, index);
  EXPECT_EQ(tunnel_peers(netlink, *link("vx7")), (std::set<std::string>{"192.0.2.3", "192.0.2.4"}));
  const auto seen = fabric->look({});
  EXPECT_EQ(seen.bridges, std::vector<std::string>{"seg"});
  EXPECT_EQ(seen.tunnels, std::vector<std::string>{"vx7"});
  auto renumbered = tunnelled({"192.0.2.3"});
  renumbered.vni = 8;
  fabric->ensure_segment(renumbered);
  EXPECT_EQ(link("vx7")->vni, 8);
  fabric->ensure_segment(segment_of_tests());
  EXPECT_FALSE(link("vx7")) << "alone again";
  fabric->ensure_segment(renumbered);
  fabric->remove_segment({"seg", "vx7"});
  fabric->remove_segment({"seg", "vx7"});
  EXPECT_FALSE(link("seg") || link("vx7"));
}

TEST_F(Segments, are_not_removed_under_what_is_on_them) {
  fabric->ensure_segment(segment_of_tests());
  fabric->ensure_outside(outside_of_tests());
  fabric->ensure_router(router_of_tests());
  EXPECT_EQ(fault_of([&] { fabric->remove_segment({"seg", ""}); }), Fault::in_use);
  fabric->remove_router({"router-1", "r1-in", "r1-out"});
  {
    const Machine guest("one", "tap1", "seg", mac_of_one);
    EXPECT_EQ(fault_of([&] { fabric->remove_segment({"seg", ""}); }), Fault::in_use);
  }
  fabric->remove_segment({"seg", ""});
  EXPECT_FALSE(link("seg"));
}

TEST_F(Segments, do_not_take_what_is_others) {
  Netlink netlink;
  add_bridge(netlink, {"docker0", {}, {}, 1500});
  auto theirs = segment_of_tests();
  theirs.bridge = "docker0";
  EXPECT_EQ(fault_of([&] { fabric->ensure_segment(theirs); }), Fault::conflict);
  fabric->remove_segment({"docker0", ""});
  EXPECT_TRUE(link("docker0"));
  theirs.bridge = "lo";
  EXPECT_EQ(fault_of([&] { fabric->ensure_segment(theirs); }), Fault::conflict);
  fabric->ensure_outside(outside_of_tests());
  theirs.bridge = "pub";
  EXPECT_EQ(fault_of([&] { fabric->ensure_segment(theirs); }), Fault::conflict);
  fabric->ensure_segment(tunnelled({"192.0.2.2"}));
  auto thief = tunnelled({"192.0.2.2"});
  thief.bridge = "seg2";
  thief.tunnel = "vx8";
  EXPECT_EQ(fault_of([&] { fabric->ensure_segment(thief); }), Fault::conflict);
  remove_link(netlink, "docker0");
}

/// A datagram to port 9999 as a whole frame; `to` is the MAC of whoever shall take it.
std::string datagram(const std::string& to, const std::string& from_ip, const std::string& to_ip) {
  const auto raw = [](std::string_view text, int base, char between) {
    std::string out;
    for (std::size_t at = 0; at <= text.size();) {
      const auto end = std::min(text.find(between, at), text.size());
      out += char(std::stoi(std::string(text.substr(at, end - at)), nullptr, base));
      at = end + 1;
    }
    return out;
  };
  std::string ip("\x45\0\0\x20\0\1\0\0\x40\x11\0\0", 12);
  ip += raw(from_ip, 10, '.') + raw(to_ip, 10, '.');
  unsigned sum = 0;
  for (std::size_t i = 0; i < ip.size(); i += 2)
    sum += static_cast<unsigned char>(ip[i]) << 8 | static_cast<unsigned char>(ip[i + 1]);
  sum = ~((sum & 0xffff) + (sum >> 16));
  ip[10] = char(sum >> 8);
  ip[11] = char(sum);
  return raw(to, 16, ':') + std::string("\2\0\0\0\0\x10\x08\0", 8) + ip +
         std::string("\x03\xe8\x27\x0f\0\x0c\0\0word", 12);
}

TEST_F(Segments, show_guests_nothing_of_this_machine) {
  fabric->ensure_segment(segment_of_tests());
  fabric->ensure_outside(outside_of_tests());
  const Machine guest("one", "tap1", "seg", mac_of_one), far("far", "tap3", "pub", mac_of_one);
  const Descriptor port(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_in any{.sin_family = AF_INET, .sin_port = htons(9999), .sin_addr = {}, .sin_zero = {}};
  ASSERT_EQ(::bind(port.fd(), reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  const auto received = [&](const Machine& from, const std::string& frame) {
    const auto sender = from.raw_socket();
    EXPECT_EQ(::send(sender.fd(), frame.data(), frame.size(), 0), ssize_t(frame.size()));
    pollfd wait{port.fd(), POLLIN, 0};
    char word[4];
    return ::poll(&wait, 1, 300) == 1 && ::recv(port.fd(), word, sizeof word, 0) == 4;
  };
  EXPECT_TRUE(comes_true([&] {
    return received(far, datagram(link("pub")->mac, "203.0.113.77", "203.0.113.1"));
  })) << "the outside's gateway takes what comes";
  EXPECT_FALSE(received(guest, datagram(link("seg")->mac, "10.1.1.10", "203.0.113.1")));
  EXPECT_FALSE(received(guest, datagram("ff:ff:ff:ff:ff:ff", "10.1.1.10", "10.1.1.255")));
  EXPECT_EQ(kernel_setting("ipv4/conf/seg/arp_ignore"), "8");
}

TEST_F(Segments, join_hosts_through_tunnels) {
  make_namespace("host-a");
  make_namespace("host-b");
  const auto a = open_namespace("host-a"), b = open_namespace("host-b");
  in_namespace(a, [&] {
    Netlink netlink;
    add_veth(netlink, {"under", {}, {}, 1500}, {"under", {}, {}, 1500}, b.fd());
  });
  const auto raise = [&](const Descriptor& host, std::string own, std::string peer,
                         std::unique_ptr<LinuxFabric>& made, std::unique_ptr<Machine>& guest, int number) {
    in_namespace(host, [&] {
      Netlink netlink;
      const auto under = need_link(netlink, "under");
      add_address(netlink, under, own + "/24");
      change_link(netlink, under, {.up = true});
      auto options_here = options;
      options_here.directory += fmt::format("-{}", number);
      options_here.run_directory += fmt::format("-{}", number);
      made = std::make_unique<LinuxFabric>(options_here);
      made->ensure_segment(
          {.bridge = "seg", .tunnel = "vx7", .vni = 7, .local = own, .peers = {peer}, .mtu = 1450});
      guest = std::make_unique<Machine>(fmt::format("guest-{}", number), "tap1", "seg",
                                        number == 1 ? mac_of_one : mac_of_two);
    });
  };
  std::unique_ptr<LinuxFabric> fabric_a, fabric_b;
  std::unique_ptr<Machine> one, two;
  raise(a, "192.0.2.1", "192.0.2.2", fabric_a, one, 1);
  raise(b, "192.0.2.2", "192.0.2.1", fabric_b, two, 2);
  one->use("10.1.1.10/24");
  two->use("10.1.1.11/24");
  EXPECT_TRUE(comes_true([&] { return one->pings("10.1.1.11"); }));
  in_namespace(a, [&] { one.reset(), fabric_a.reset(); });
  in_namespace(b, [&] { two.reset(), fabric_b.reset(); });
  for (const auto& [host, number] : {std::pair(&a, 1), std::pair(&b, 2)})
    in_namespace(*host, [&] {
      auto options_here = options;
      options_here.directory += fmt::format("-{}", number);
      options_here.run_directory += fmt::format("-{}", number);
      LinuxFabric::clean(options_here);
    });
  remove_namespace("host-a");
  remove_namespace("host-b");
}

using Outside = Segments;

TEST_F(Outside, ends_at_this_machine_when_it_has_no_uplink) {
  fabric->ensure_outside(outside_of_tests());
  fabric->ensure_outside(outside_of_tests());
  Netlink netlink;
  EXPECT_EQ(addresses_of(netlink, *link("pub")), std::set<std::string>{"203.0.113.1/24"});
  auto moved = outside_of_tests();
  moved.gateway = "198.51.100.1";
  fabric->ensure_outside(moved);
  EXPECT_EQ(addresses_of(netlink, *link("pub")), std::set<std::string>{"198.51.100.1/24"});
  EXPECT_EQ(fault_of([&] { fabric->ensure_outside({"pub", "eth9", "203.0.113.1", 24}); }), Fault::invalid);
}

TEST_F(Outside, joins_a_link_that_carries_nothing_of_this_machine) {
  make_namespace("cable");
  const auto space = open_namespace("cable");
  Netlink netlink;
  add_veth(netlink, {"up1", {}, {}, 1500}, {"eth0", {}, {}, 1500}, space.fd());
  const OutsideSpec spec{.bridge = "pub", .uplink = "up1", .gateway = {}, .prefix = 24};
  add_address(netlink, *link("up1"), "192.0.2.9/24");
  EXPECT_EQ(fault_of([&] { fabric->ensure_outside(spec); }), Fault::conflict)
      << "it would cut this machine off";
  remove_address(netlink, *link("up1"), "192.0.2.9/24");
  EXPECT_FALSE(link("pub")) << "a refusal leaves nothing behind";
  EXPECT_FALSE(link("up1")->up);
  fabric->ensure_outside(spec);
  fabric->ensure_outside(spec);
  EXPECT_EQ(link("up1")->master, link("pub")->index);
  EXPECT_TRUE(link("up1")->up);
  EXPECT_EQ(kernel_setting("ipv4/conf/pub/arp_ignore"), "8") << "this machine is no part of it";
  fabric->ensure_outside(outside_of_tests());
  EXPECT_EQ(link("up1")->master, 0);
  EXPECT_FALSE(link("up1")->up) << "as it was found";
  EXPECT_EQ(kernel_setting("ipv4/conf/pub/arp_ignore"), "0");
  fabric->ensure_outside(spec);
  restart();
  fabric->ensure_outside(spec);
  fabric.reset();
  LinuxFabric::clean(options);
  EXPECT_FALSE(link("pub"));
  EXPECT_EQ(link("up1")->master, 0);
  EXPECT_FALSE(link("up1")->up);
  remove_link(netlink, "up1");
  remove_namespace("cable");
}

}  // namespace
}  // namespace welkin::network
