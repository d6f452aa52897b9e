// dnsmasq's files as they are rendered.
#include "network/router/dnsmasq_files.hpp"

#include "network/router/fabric_ground_test.hpp"

namespace welkin::network {
namespace {

const DnsmasqPlace place{"/run/cloud/router-1", "dnsmasq"};

TEST(DnsmasqFiles, say_who_gets_what) {
  auto spec = router_of_tests();
  spec.dns = {"192.0.2.53", "2001:db8::53"};
  spec.leases[1].default_route = false;
  EXPECT_EQ(render_settings(spec, place), R"(interface=eth0
bind-interfaces
no-hosts
no-resolv
no-poll
user=dnsmasq
group=nogroup
pid-file=/run/cloud/router-1/dnsmasq.pid
domain=cloud.test
dhcp-authoritative
dhcp-range=10.1.1.0,static,255.255.255.0,24h
dhcp-lease-max=70000
dhcp-hostsfile=/run/cloud/router-1/hosts
dhcp-leasefile=/run/cloud/router-1/leases
dhcp-ignore-names
dhcp-option=tag:!aside,option:router,10.1.1.1
dhcp-option=tag:aside,option:router
dhcp-option=option:mtu,1450
no-ping
quiet-dhcp
dhcp-option=option:dns-server,10.1.1.1
expand-hosts
domain-needed
bogus-priv
cache-size=1000
addn-hosts=/run/cloud/router-1/names
server=192.0.2.53
server=2001:db8::53
local=/cloud.test/
)");
  EXPECT_EQ(render_hosts(spec),
            "02:00:00:00:00:10,10.1.1.10,one,infinite\n"
            "02:00:00:00:00:11,set:aside,10.1.1.11,two,infinite\n");
  EXPECT_EQ(render_names(spec), "10.1.1.1 data-server gateway\n10.1.1.10 one\n10.1.1.11 two\n");
}

TEST(DnsmasqFiles, leave_the_routers_names_to_the_router) {
  auto spec = router_of_tests();
  spec.leases = {{mac_of_one, "10.1.1.10", "Data-Server", true}, {mac_of_two, "10.1.1.11", "", true}};
  EXPECT_EQ(render_names(spec), "10.1.1.1 data-server gateway\n");
  EXPECT_EQ(render_hosts(spec),
            "02:00:00:00:00:10,10.1.1.10,infinite\n02:00:00:00:00:11,10.1.1.11,infinite\n");
}

TEST(DnsmasqFiles, name_the_networks_servers_when_the_router_serves_no_names) {
  auto spec = router_of_tests();
  spec.dns_service = false;
  spec.dns = {"192.0.2.53", "2001:db8::53", "192.0.2.54"};
  const auto settings = render_settings(spec, place);
  EXPECT_TRUE(settings.contains("port=0\n"));
  EXPECT_TRUE(settings.contains("dhcp-option=option:dns-server,192.0.2.53,192.0.2.54\n"));
  EXPECT_FALSE(settings.contains("addn-hosts"));
}

}  // namespace
}  // namespace welkin::network
